//! Scorecards and response times on the wire.

use std::collections::BTreeSet;

use lienthong_proto::v1;

use super::fields::Fields;
use super::vocabulary::OnWire as _;
use super::{text_or_empty, time};
use crate::app::tracking::{Group, GroupBy, Scorecard, Scorecards};
use crate::domain::error::Result;
use crate::domain::identifier::place;
use crate::domain::ids::AgencyCode;
use crate::domain::response_time::{Histogram, Month, Overdue, Percentiles, Sum, What};
use crate::store::{Period, SumFilter};

/// What GetScorecard asks.
pub(crate) fn scorecard_asked(message: &v1::GetScorecardRequest, now: Month) -> Result<(Option<AgencyCode>, Period)> {
    let mut fields = Fields::default();
    let agency = fields.optional_id("agency_code", &message.agency_code);
    let period = period(&mut fields, &message.from_month, &message.to_month, now);
    fields.finish(Some((agency, period)))
}

/// What QueryResponseTimes asks.
pub(crate) fn times_asked(
    message: &v1::QueryResponseTimesRequest,
    now: Month,
) -> Result<(Period, SumFilter, Vec<GroupBy>)> {
    let mut fields = Fields::default();
    let period = period(&mut fields, &message.from_month, &message.to_month, now);
    fields.identifier("province_code", &message.province_code, place::check_province);
    let filter = SumFilter {
        agency: fields.optional_id("agency_code", &message.agency_code),
        unit: fields.optional_id("unit_id", &message.unit_id),
        kind: fields.optional_id("kind", &message.kind),
        province: (!message.province_code.is_empty()).then(|| message.province_code.clone()),
    };
    fields.at_most("group_by", message.group_by.len(), GroupBy::ALL.len());
    let mut by = BTreeSet::new();
    for (index, number) in message.group_by.iter().take(GroupBy::ALL.len()).enumerate() {
        let field = format!("group_by[{index}]");
        match GroupBy::from_wire(*number) {
            None => fields.missing(&field),
            Some(group) => {
                if !by.insert(group) {
                    fields.push(&field, "repeated", "Mỗi tiêu chí chỉ nêu một lần.", "Name each once.");
                }
            }
        }
    }
    fields.finish(Some((period, filter, by.into_iter().collect())))
}

fn period(fields: &mut Fields, first: &str, last: &str, now: Month) -> Period {
    let mut read = |field: &str, text: &str| {
        let month = if text.is_empty() { Ok(now) } else { text.parse() };
        month.unwrap_or_else(|_malformed| {
            fields.push(
                field,
                "format",
                "Tháng phải có dạng YYYY-MM.",
                "Expected a month in the form YYYY-MM.",
            );
            now
        })
    };
    let period = Period {
        first: read("from_month", first),
        last: read("to_month", last),
    };
    if period.last < period.first {
        fields.push(
            "to_month",
            "before_start",
            "Tháng cuối không được trước tháng đầu.",
            "The last month cannot be before the first.",
        );
    }
    period
}

/// Scorecards.
pub(crate) fn scorecards(found: &Scorecards, period: Period) -> v1::GetScorecardResponse {
    v1::GetScorecardResponse {
        scorecards: found.cards.iter().map(scorecard).collect(),
        as_of_time: Some(time(found.now)),
        from_month: period.first.to_string(),
        to_month: period.last.to_string(),
    }
}

fn scorecard(card: &Scorecard) -> v1::Scorecard {
    v1::Scorecard {
        agency_code: card.agency.to_string(),
        whole: card.is_whole,
        figures: Some(figures(&card.sum)),
        overdue: Some(overdue(&card.overdue)),
        share_in_time_permille: card.share_in_time_permille.unwrap_or(-1),
    }
}

/// Response times.
pub(crate) fn response_times(rows: &[(Group, Sum)]) -> v1::QueryResponseTimesResponse {
    let row = |(group, sum): &(Group, Sum)| v1::ResponseTimes {
        agency_code: text_or_empty(group.agency.as_ref().map(AgencyCode::as_str)),
        unit_id: text_or_empty(group.unit.as_deref()),
        kind: text_or_empty(group.kind.as_deref()),
        province_code: text_or_empty(group.province.as_deref()),
        month: text_or_empty(group.month.map(|month| month.to_string())),
        figures: Some(figures(sum)),
    };
    v1::QueryResponseTimesResponse {
        rows: rows.iter().map(row).collect(),
    }
}

fn figures(sum: &Sum) -> v1::ResponseFigures {
    v1::ResponseFigures {
        received: sum.of(What::Received),
        taken_over: sum.of(What::TakenOver),
        handed_over: sum.of(What::HandedOver),
        registered_in_time: sum.of(What::RegisteredInTime),
        registered_late: sum.of(What::RegisteredLate),
        registered_untimed: sum.of(What::RegisteredUntimed),
        interim: sum.of(What::Interim),
        answered_in_time: sum.of(What::AnsweredInTime),
        answered_late: sum.of(What::AnsweredLate),
        answered_untimed: sum.of(What::AnsweredUntimed),
        refused: sum.of(What::Refused),
        answered_again: sum.of(What::AnsweredAgain),
        answered_again_late: sum.of(What::AnsweredAgainLate),
        sent_back: sum.of(What::SentBack),
        sent_back_late: sum.of(What::SentBackLate),
        disputed: sum.of(What::Disputed),
        corrected: sum.of(What::Corrected),
        withdrawn: sum.of(What::Withdrawn),
        extended: sum.of(What::Extended),
        paused: sum.of(What::Paused),
        paused_seconds: sum.paused_seconds,
        duty_in_time: sum.of(What::DutyInTime),
        duty_late: sum.of(What::DutyLate),
        own_in_time: sum.of(What::OwnInTime),
        own_late: sum.of(What::OwnLate),
        working: percentiles(&sum.working),
        wall: percentiles(&sum.wall),
    }
}

fn percentiles(histogram: &Histogram) -> Option<v1::ResponsePercentiles> {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let Percentiles { p50, p90, p99 } = Percentiles::of(histogram);
    Some(v1::ResponsePercentiles {
        count: whole(histogram.count()),
        p50_seconds: whole(p50?),
        p90_seconds: whole(p90?),
        p99_seconds: whole(p99?),
    })
}

fn overdue(overdue: &Overdue) -> v1::OverdueFigures {
    v1::OverdueFigures {
        day: overdue.day,
        week: overdue.week,
        month: overdue.month,
        older: overdue.older,
        silent: overdue.silent,
    }
}
