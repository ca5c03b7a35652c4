//! An example for each command about cases, shown at the end of its --help.

use super::help::example;

pub(super) const REGISTER: &str = example![
    "lienthong case template register -O cases.json          fill in: decision, obligations, parties, officer",
    "lienthong case register cases.json                      1 to 200 cases; the same file again gives the same ids",
    "lienthong case register cases.json -o json | jq -r '.case_ids[]'",
];
pub(super) const PROGRESS: &str = example![
    "lienthong case template progress -O steps.json          one line for each step; members depend on `change`",
    "lienthong case progress steps.json                      all or nothing; holders are told of changes of status",
];
pub(super) const SHOW: &str = example!["lienthong case show cas_0193…"];
pub(super) const LIST: &str = example![
    "lienthong case list --status NO_CONDITIONS --due-until 2026-12-31",
    "lienthong case list --tag CREDIT --officer chv.01 --all",
    "lienthong case list --held-until 2026-11-01             frozen since then, nothing ordered",
    "lienthong case list --under-way-until 2026-11-20        debited, not arrived",
];
pub(super) const DRAFTS: &str = example![
    "lienthong case drafts cas_0193… --documents drafts      then fill in head.number and the signer",
    "lienthong sign drafts/draft-mea_0193….json -O release.jws && lienthong send release.jws",
];
pub(super) const TEMPLATE: &str = example![
    "lienthong case template register -O cases.json",
    "lienthong case template progress -O steps.json",
];
