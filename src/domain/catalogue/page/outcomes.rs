//! The table of a kind's outcomes.

use super::super::definition::{OutcomeDefinition, RelatedEffect, StatedBy};
use super::super::kind::Kind;
use super::{condition_vi, join, patterns, relation_vi, table_lines};

const HEAD: &str = "\
| Mã | Kết quả | Cuối cùng | Nêu trong | Biện pháp | Phải có | Có thể có | Không được có |
|---|---|---|---|---|---|---|---|
";

pub(super) fn table(kind: &Kind) -> String {
    format!("{HEAD}{}", table_lines(&rows(kind)))
}

/// The cells of each outcome.
pub(super) fn rows(kind: &Kind) -> Vec<Vec<String>> {
    let rows = kind.definition.outcomes.iter().map(|outcome| {
        vec![
            format!("`{}`", outcome.code),
            format!("{} – *{}*{}", outcome.title_vi, outcome.title_en, agreed_vi(outcome)),
            if outcome.r#final { "có" } else { "không" }.to_owned(),
            join(outcome.stated_by.iter().map(|document| document_vi(*document)), ", "),
            measure_vi(kind, outcome),
            patterns(&outcome.required),
            patterns(&outcome.optional),
            patterns(&outcome.forbidden),
        ]
    });
    rows.collect()
}

/// By which regulation alone it may be stated.
fn agreed_vi(outcome: &OutcomeDefinition) -> String {
    let regulation = outcome.regulation.as_ref();
    regulation
        .map(|name| format!(" (chỉ theo quy chế `{name}`)"))
        .unwrap_or_default()
}

const fn document_vi(document: StatedBy) -> &'static str {
    match document {
        StatedBy::Answer => "trả lời",
        StatedBy::Report => "thông báo phát sinh",
    }
}

/// What the outcome does to measures: the request's own and that of an earlier request.
fn measure_vi(kind: &Kind, outcome: &OutcomeDefinition) -> String {
    let begins = outcome.measure.then(|| {
        let condition = outcome.measure_if.as_ref();
        let condition = condition
            .map(|pattern| format!(" nếu có `{pattern}`"))
            .unwrap_or_default();
        format!("có hiệu lực{condition}")
    });
    let ends = outcome.ends_measure.then(|| "của yêu cầu này: hết hiệu lực".to_owned());
    let related = outcome.related.as_ref().map(|effect| related_vi(kind, effect));
    join([begins, ends, related].into_iter().flatten(), "; ")
}

fn related_vi(kind: &Kind, effect: &RelatedEffect) -> String {
    let reduced = effect.reduce_by.as_ref();
    let ends = effect.end.then(|| "hết hiệu lực".to_owned());
    let ends_if = effect.end_if.as_ref();
    let effects = [
        reduced.map(|pattern| format!("giảm theo số tiền tại `{pattern}`")),
        ends,
        ends_if.map(|condition| {
            format!(
                "hết hiệu lực nếu yêu cầu có {}",
                condition_vi(&kind.order_schema, condition)
            )
        }),
    ];
    format!(
        "nêu tại quan hệ {}: {}",
        relation_vi(effect.r#type),
        join(effects.into_iter().flatten(), ", ")
    )
}
