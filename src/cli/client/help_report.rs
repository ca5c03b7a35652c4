//! An example for each command about reports, shown at the end of its --help.

use super::help::example;

pub(super) const LIST: &str = example![
    "lienthong report list                                   every report and what it takes; docs/reports.md says more"
];
pub(super) const RUN: &str = example![
    "lienthong report run partner-scorecards --period 2026-11",
    "lienthong report run coordination --period 2026H2 --format html -O phoi-hop.html",
    "lienthong report run late-transfers --period TK2027/6 --format xlsx -O chuyen-giao-cham.xlsx",
    "lienthong report run 'request-list?agency=GIA-LAP.NH.970901&partner=GIA-LAP.THADS.37&period=2026-11&figure=answered_late'",
    "    what a table prints behind a figure, as it is: the list of what was counted",
];
