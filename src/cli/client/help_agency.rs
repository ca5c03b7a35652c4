//! An example for each command about agencies, shown at the end of its --help.

use super::help::example;

pub(super) const IMPORT: &str = example![
    "lienthong agency import co-quan --dry-run --profile certs-dev/operator.toml     a folder of CSV files; sends nothing",
    "lienthong agency import co-quan.xlsx --profile certs-dev/operator.toml",
    "    columns and rules: docs/agencies.md; files to start from: lienthong agency template co-quan",
];
pub(super) const TEMPLATE: &str = example!["lienthong agency template co-quan"];
pub(super) const SYNTHETIC: &str = example![
    "lienthong agency synthetic gia-lap",
    "lienthong agency import gia-lap --profile certs-dev/operator.toml               into a hub for trials alone",
];
pub(super) const LIST: &str = example!["lienthong agency list --role COURT --province 37"];
pub(super) const SHOW: &str = example!["lienthong agency show GIA-LAP.TAND.37.1"];
