//! The table of a kind's clocks.

use super::super::kind::Kind;
use super::super::rule::{DeadlineRule, Regime, Span, StatedIn};
use super::super::schema::Schema;
use super::{condition_vi, join, labels, standing, table_lines};
use crate::domain::deadline::Limit;
use crate::domain::workflow::StartingPoint;

const HEAD: &str = "\
| Thời hạn | Luật | Chỉ khi | Bên thực hiện | Tính từ | Hạn | Kết thúc khi | Tạm dừng khi | Căn cứ |
|---|---|---|---|---|---|---|---|---|
";

pub(super) fn table(kind: &Kind) -> String {
    format!("{HEAD}{}", table_lines(&rows(kind)))
}

/// The cells of each clock: the first five tell it from others.
pub(super) fn rows(kind: &Kind) -> Vec<Vec<String>> {
    let order = &kind.order_schema;
    let rows = kind.definition.deadlines.iter().map(|rule| {
        let condition = rule.condition.as_ref();
        let note = rule.note.as_ref().map(|note| format!(". {note}")).unwrap_or_default();
        let standing = standing(rule.nature, "chỉ tiêu nội bộ", rule.certainty);
        let condition = condition.map(|condition| condition_vi(order, condition));
        let answered = rule.if_answered.as_ref();
        let answered = answered.map(|pointer| format!("trả lời có `{pointer}`"));
        let condition = join(condition.into_iter().chain(answered), "; ");
        vec![
            format!("`{}`", rule.name),
            regimes_vi(rule, order),
            condition,
            rule.obligor.label_vi().to_owned(),
            start_vi(rule, kind),
            limit_vi(rule),
            stop_vi(rule, kind),
            labels(&rule.pauses_on),
            format!("{} ({standing}){note}", rule.basis),
        ]
    });
    rows.collect()
}

fn regimes_vi(rule: &DeadlineRule, order: &Schema) -> String {
    let regimes = join(rule.regimes.iter().map(|regime| regime_vi(*regime)), ", ");
    let decided_by = rule.regime_pointer.as_ref();
    let decided_by = decided_by.map(|pointer| format!("; theo ngày tại {}", member_vi(order, pointer)));
    regimes + &decided_by.unwrap_or_default()
}

const fn regime_vi(regime: Regime) -> &'static str {
    match regime {
        Regime::Law2008 => "Luật 2008 (đến hết 30/6/2026)",
        Regime::Law2025 => "Luật 2025 (từ 01/7/2026)",
    }
}

fn start_vi(rule: &DeadlineRule, kind: &Kind) -> String {
    let start = match rule.starts_on {
        StartingPoint::Available => "khi văn bản đến".to_owned(),
        StartingPoint::Acknowledged => "khi vào sổ".to_owned(),
        StartingPoint::Answered => "khi trả lời".to_owned(),
        StartingPoint::Disputed => "khi đề nghị trả lời lại".to_owned(),
        StartingPoint::Served => "khi giao văn bản giấy".to_owned(),
        StartingPoint::Reported => "khi thông báo phát sinh".to_owned(),
        StartingPoint::Stated => format!("thời điểm nêu trong {}", stated_vi(rule, kind)),
        StartingPoint::Before => format!("tính lùi từ thời điểm nêu trong {}", stated_vi(rule, kind)),
    };
    if rule.recurring {
        format!("{start}; theo kỳ: kết thúc ở lần thông báo tiếp theo")
    } else {
        start
    }
}

/// The document and the member in which a starting moment stands.
fn stated_vi(rule: &DeadlineRule, kind: &Kind) -> String {
    let pointer = rule.pointer.as_deref().unwrap_or_default();
    let (document, schema) = match rule.stated_in() {
        StatedIn::Head => return format!("phần đầu văn bản: Ngày ban hành (`{pointer}`)"),
        StatedIn::Order => ("yêu cầu", &kind.order_schema),
        StatedIn::Interim => ("thông báo tiến độ", &kind.answer_schema),
        StatedIn::Answer => ("trả lời kết quả", &kind.answer_schema),
        StatedIn::Report => ("thông báo phát sinh", &kind.answer_schema),
    };
    format!("{document}: {}", member_vi(schema, pointer))
}

fn limit_vi(rule: &DeadlineRule) -> String {
    let limit = match (rule.limit, rule.service_level) {
        (Some(span), _) => Limit::Span(span).label_vi(),
        (None, Some(level)) => Limit::Immediate(level).label_vi(),
        (None, None) => String::new(),
    };
    let longest = rule.limit.zip(rule.extendable_to).map(|(span, amount)| {
        let longest = Limit::Span(Span { amount, ..span });
        format!(", gia hạn thì không quá {}", longest.label_vi())
    });
    limit + &longest.unwrap_or_default()
}

fn stop_vi(rule: &DeadlineRule, kind: &Kind) -> String {
    let done_at = rule.done_at.as_ref();
    let done_at = done_at.map(|pointer| {
        let member = member_vi(&kind.answer_schema, pointer);
        let only = if rule.done_at_required {
            "chỉ khi nêu, và "
        } else {
            ""
        };
        format!("; {only}coi là đã làm vào thời điểm nêu tại {member}")
    });
    labels(&rule.stops_on) + &done_at.unwrap_or_default()
}

/// A member by its title and pointer.
fn member_vi(schema: &Schema, pointer: &str) -> String {
    match schema.title_at(pointer) {
        Some(title) => format!("{title} (`{pointer}`)"),
        None => format!("`{pointer}`"),
    }
}
