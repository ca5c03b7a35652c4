//! The tables that are small enough to be held whole, and measures.

use super::compare::compare;
use super::expected::{count_row, head_row, histogram_row};
use super::fault::Faults;
use super::log::Log;
use super::row::{Row, Value};
use super::select::{
    AGENCY, CALENDAR_DAY, CLOSED_BOOKS, CREDENTIAL, HUB_KEY, LEDGER_HEAD, MAILBOX_HEAD, MEASURE, OFFICER,
    REGISTER_COUNTER, REPORT_CAMPAIGN, REPORT_CLOSING, REPORT_TARGETS, RESPONSE_COUNT, RESPONSE_HISTOGRAM, Select,
    TREE_NODE, TRUST_PAPER, WEBHOOK_ENDPOINT,
};
use super::source::Source;
use super::{Result, Verdict};

pub(super) async fn check(source: &mut Source, log: &Log, verdict: &mut Verdict) -> Result<()> {
    let lanes = log.lanes.iter();
    let heads = lanes
        .map(|((agency, lane), head)| head_row(agency, *lane, *head))
        .collect();
    let counters = log.counters.iter().map(|((agency, register, year), last)| {
        Row::from([
            agency.as_str().into(),
            register.as_str().into(),
            (*year).into(),
            (*last).into(),
        ])
    });
    let sums = log.tallies.iter();
    let histograms = log.tallies.iter().filter(|(_, sum)| sum.has_durations());
    let expected: [(&'static Select, Vec<Row>); 16] = [
        (&RESPONSE_COUNT, sums.map(|(key, sum)| count_row(key, sum)).collect()),
        (
            &RESPONSE_HISTOGRAM,
            histograms.map(|(key, sum)| histogram_row(key, sum)).collect(),
        ),
        (&HUB_KEY, log.keys.rows()),
        (&TRUST_PAPER, log.trust.rows()),
        (&TREE_NODE, log.tiles.rows()),
        (&AGENCY, log.registry.agency_rows()),
        (&OFFICER, log.registry.officer_rows()),
        (&CREDENTIAL, log.registry.credential_rows()),
        (&CALENDAR_DAY, log.calendar_rows.clone()),
        (&REGISTER_COUNTER, counters.collect()),
        (&MAILBOX_HEAD, heads),
        (&WEBHOOK_ENDPOINT, log.webhooks.rows()),
        (&REPORT_CLOSING, log.reports.closing_rows()),
        (&CLOSED_BOOKS, log.reports.closed_rows()),
        (&REPORT_TARGETS, log.reports.target_rows()),
        (&REPORT_CAMPAIGN, log.reports.campaign_rows()),
    ];
    for (select, expected) in expected {
        held(source, select, expected, &mut verdict.faults).await?;
    }
    let rows = source.rows(&MEASURE).await?;
    log.measures.compare(rows, &mut verdict.faults).await?;
    source.settle().await
}

/// The head is that of the tree.
pub(super) async fn check_head(source: &mut Source, log: &Log, verdict: &mut Verdict) -> Result<()> {
    let head = Row::from([
        Value::Integer(1),
        i64::try_from(log.frontier.size()).unwrap_or(i64::MAX).into(),
        log.frontier.root().as_slice().into(),
        log.frontier.to_bytes().as_slice().into(),
        log.hub_time.into(),
        log.registry.version.into(),
        log.calendar_version.into(),
    ]);
    held(source, &LEDGER_HEAD, vec![head], &mut verdict.faults).await
}

async fn held(source: &mut Source, select: &'static Select, expected: Vec<Row>, faults: &mut Faults) -> Result<()> {
    let stored = source.rows(select).await?.rest().await?;
    compare(select, expected, stored, faults);
    source.settle().await
}
