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
pub(super) const CLOSE: &str = example![
    "lienthong report close TK2026 --look                    the figures, and their digest",
    "lienthong report close TK2026 --digest 5f0c…            closes if the figures are still those",
];
pub(super) const TARGETS: &str = example![
    "lienthong report targets chi-tieu-2027.json",
    "    { \"year\": 2027, \"units\": [{ \"unit_id\": \"\", \"cases_done\": \"83,5\", \"money_done\": \"45\" }],",
    "      \"officers\": [{ \"officer_id\": \"chv.a\", \"month\": \"2026-11\", \"cases\": 12, \"dong\": \"1500000000\" }] }",
];
pub(super) const CAMPAIGN: &str = example![
    "lienthong report campaign quy-1.json",
    "    { \"code\": \"quy-1-2027\", \"period\": \"2027-01-01..2027-03-31\", \"tag\": \"CREDIT\", \"cases\": 300, \"dong\": \"90000000000\" }",
];
