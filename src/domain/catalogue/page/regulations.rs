//! What a regulation between agencies says, in words.

use super::super::rule::DeadlineRule;
use super::join;
use crate::domain::deadline::Limit;
use crate::domain::regulation::{Applies, Regulation, Shorter};

/// The whole of it in one paragraph.
pub fn words(regulation: &Regulation) -> String {
    let until = regulation
        .effective_to
        .map(|last| format!(" đến {last}"))
        .unwrap_or_default();
    let head = format!(
        "{} ({}), từ {}{until}; {}",
        regulation.title_vi,
        regulation.basis,
        regulation.effective_from,
        between(&regulation.applies)
    );
    let shorter = regulation.shorter.iter().map(shortened);
    let added = regulation.deadlines.iter().map(added);
    let outcomes = regulation
        .outcomes
        .iter()
        .map(|outcome| format!("thêm kết quả `{}` {}", outcome.code, outcome.title_vi));
    join(std::iter::once(head).chain(shorter).chain(added).chain(outcomes), "; ")
}

/// Between whom it holds and for what.
pub fn between(applies: &Applies) -> String {
    let kinds = join(applies.kinds.iter().map(|kind| format!("`{kind}`")), ", ");
    let kinds = if kinds.is_empty() {
        "mọi loại yêu cầu".to_owned()
    } else {
        format!("loại {kinds}")
    };
    let named = [
        ("bên gửi", applies.sender.as_ref().map(ToString::to_string)),
        ("bên gửi thuộc tỉnh", applies.sender_province.clone()),
        ("bên nhận", applies.recipient.as_ref().map(ToString::to_string)),
        ("bên nhận thuộc tỉnh", applies.recipient_province.clone()),
        (
            "bên nhận là",
            applies.recipient_role.map(|role| role.label_vi().to_owned()),
        ),
    ];
    let named = named
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name} {value}")));
    join(std::iter::once(kinds).chain(named), ", ")
}

fn shortened(shorter: &Shorter) -> String {
    let limit = match (shorter.limit, shorter.service_level) {
        (Some(span), _) => Limit::Span(span).label_vi(),
        (None, Some(level)) => Limit::Immediate(level).label_vi(),
        (None, None) => String::new(),
    };
    let regimes = join(&shorter.regimes, ", ");
    let regimes = if regimes.is_empty() {
        regimes
    } else {
        format!(" (luật {regimes})")
    };
    format!(
        "rút ngắn thời hạn `{}`{regimes} còn {limit} ({})",
        shorter.clock, shorter.basis
    )
}

fn added(rule: &DeadlineRule) -> String {
    let limit = rule.limit.map(|span| Limit::Span(span).label_vi()).unwrap_or_default();
    format!(
        "thêm thời hạn `{}` {limit} của {} ({})",
        rule.name,
        rule.obligor.label_vi(),
        rule.basis
    )
}
