//! `docs/kinds.md`, made from the catalogue. Vietnamese first.

use std::fmt::Display;

use serde_json::Value;

use super::Catalogue;
use super::definition::{KindDefinition, OutcomeDefinition, ReasonDefinition};
use super::kind::Kind;
use super::rule::{Certainty, DeadlineRule, Nature, Regime};
use super::schema::{Schema, label};
use crate::domain::agency::Role;
use crate::domain::deadline::Limit;
use crate::domain::mailbox::Lane;
use crate::domain::workflow::{Action, StartingPoint};

const HEAD: &str = "\
# Các loại yêu cầu

Trang này được tạo từ `catalogue/kinds/`; không sửa trực tiếp. Mỗi thời hạn ghi căn cứ và mức độ chắc chắn: V đã đối chiếu văn
bản, P đối chiếu một phần, R theo trí nhớ, D do cổng đề xuất, không phải luật. “Chỉ tiêu nội bộ” không phải là luật.

*In English: this page is generated from `catalogue/kinds/` (a test compares them; `LIENTHONG_UPDATE=1 cargo test --lib catalogue`
writes it again). Every clock states its basis and how sure it is: V verified in a text read, P partly verified, R recalled, D
derived by the hub, not law.*
";

/// The whole page.
pub fn markdown(catalogue: &Catalogue) -> String {
    let kinds: Vec<_> = catalogue.kinds().collect();
    let contents = lines(kinds.iter().map(|kind| {
        let definition = &kind.definition;
        let (code, revision) = (&definition.code, definition.revision);
        format!(
            "- [{}](#{code}-{revision}) – *{}*",
            definition.title_vi, definition.title_en
        )
    }));
    let sections = kinds.iter().map(|kind| section(kind));
    [HEAD.to_owned(), format!("\n{contents}")]
        .into_iter()
        .chain(sections)
        .collect()
}

/// One kind's part of the page.
pub fn section(kind: &Kind) -> String {
    let definition = &kind.definition;
    let (code, revision) = (&definition.code, definition.revision);
    let folder = format!("../catalogue/kinds/{code}");
    [
        format!(
            "\n<a id=\"{code}-{revision}\"></a>\n## {}\n\n*{}* · ",
            definition.title_vi, definition.title_en
        ),
        format!("`{code}`, bản (revision) {revision} · [tệp nguồn và ví dụ (files and examples)]({folder}/)\n\n"),
        facts(definition),
        format!("\n### Thời hạn (clocks)\n\n{}", clocks(&definition.deadlines)),
        format!(
            "\n### Nội dung yêu cầu (order payload)\n\n{}",
            fields(&kind.order_schema)
        ),
        format!("\n### Kết quả (outcomes)\n\n{}", outcomes(&definition.outcomes)),
        format!(
            "\n### Nội dung trả lời (answer payload)\n\n{}",
            fields(&kind.answer_schema)
        ),
        format!(
            "\n### Lý do từ chối (refusal reasons)\n\n{}",
            reasons(&definition.refuse_reasons)
        ),
        format!(
            "\n### Lý do trả lại (return reasons)\n\n{}",
            reasons(&definition.send_back_reasons)
        ),
        format!(
            "\n### Quy tắc kiểm tra số tiền, thời điểm (rules between values)\n\n{}",
            rules(definition)
        ),
    ]
    .concat()
}

fn facts(definition: &KindDefinition) -> String {
    let yes_no = |yes: bool| if yes { "có" } else { "không" };
    let until = definition
        .effective_to
        .map(|last| format!(" đến {last}"))
        .unwrap_or_default();
    let copies = definition
        .copies
        .iter()
        .map(|copy| format!("{}: {} ({})", role_vi(copy.role), copy.basis, copy.certainty));
    let one_recipient = definition
        .recipient_specific
        .iter()
        .map(|pattern| format!("`{pattern}`"));
    let rows = [
        (
            "Căn cứ (basis)",
            format!(
                "{} · {}",
                join(&definition.legal_basis, "; "),
                certainty(definition.certainty)
            ),
        ),
        (
            "Hiệu lực trên cổng (in effect)",
            format!("từ {}{until}", definition.effective_from),
        ),
        (
            "Nơi gửi (senders)",
            join(definition.sender_roles.iter().map(|role| role_vi(*role)), "; "),
        ),
        (
            "Nơi nhận (recipients)",
            join(definition.recipient_roles.iter().map(|role| role_vi(*role)), "; "),
        ),
        ("Người ký (signers)", join(&definition.signer_positions, ", ")),
        ("Bước phải ký số (signed steps)", labels(&definition.signed_steps)),
        (
            "Gửi nhiều nơi nhận (broadcast)",
            yes_no(definition.broadcast).to_owned(),
        ),
        (
            "Chỉ khi gửi một nơi nhận (one recipient only)",
            join(one_recipient, ", "),
        ),
        (
            "Bắt buộc trong văn bản (required parts)",
            join(definition.requires.iter().map(|part| format!("`{part}`")), ", "),
        ),
        ("Làn (lane)", lane_vi(definition.lane).to_owned()),
        (
            "Không để lộ cho người phải thi hành án (confidential)",
            yes_no(definition.confidential).to_owned(),
        ),
        (
            "Hiệu lực của biện pháp (effect)",
            format!("{} (`{}`)", definition.effect.label_vi(), definition.effect),
        ),
        (
            "Lưu nội dung (retention)",
            format!("{} năm", definition.retention_years),
        ),
        (
            "Tự đóng sau (quiet period)",
            format!("{} ngày", definition.quiet_period_days),
        ),
        ("Gửi bản sao (copies)", join(copies, "; ")),
        (
            "Loại yêu cầu tiếp theo (follow-ups)",
            join(definition.follow_ups.iter().map(|kind| format!("`{kind}`")), ", "),
        ),
    ];
    let rows = rows.into_iter().map(|(name, value)| row(&[name, or_dash(&value)]));
    format!("| | |\n|---|---|\n{}", lines(rows))
}

fn clocks(rules: &[DeadlineRule]) -> String {
    let head = "| Thời hạn | Luật | Bên thực hiện | Tính từ | Hạn | Kết thúc khi | Tạm dừng khi | Căn cứ |\n|---|---|---|---|---|---|---|---|\n";
    let rows = rules.iter().map(|rule| {
        let limit = match (rule.limit, rule.service_level) {
            (Some(span), _) => Limit::Span(span).label_vi(),
            (None, Some(level)) => Limit::Immediate(level).label_vi(),
            (None, None) => String::new(),
        };
        let note = rule.note.as_ref().map(|note| format!(". {note}")).unwrap_or_default();
        let nature = match rule.nature {
            Nature::Law => "luật",
            Nature::Policy => "chỉ tiêu nội bộ",
        };
        row(&[
            &format!("`{}`", rule.name),
            &join(rule.regimes.iter().map(|regime| regime_vi(*regime)), ", "),
            rule.obligor.label_vi(),
            &start_vi(rule),
            &limit,
            &labels(&rule.stops_on),
            or_dash(&labels(&rule.pauses_on)),
            &format!("{} ({nature}, {}){note}", rule.basis, rule.certainty),
        ])
    });
    format!("{head}{}", lines(rows))
}

fn start_vi(rule: &DeadlineRule) -> String {
    let pointer = rule.pointer.as_deref().unwrap_or_default();
    match rule.starts_on {
        StartingPoint::Available => "khi văn bản đến".to_owned(),
        StartingPoint::Acknowledged => "khi vào sổ".to_owned(),
        StartingPoint::Answered => "khi trả lời".to_owned(),
        StartingPoint::Disputed => "khi đề nghị trả lời lại".to_owned(),
        StartingPoint::Served => "khi giao văn bản giấy".to_owned(),
        StartingPoint::Reported => "khi thông báo phát sinh".to_owned(),
        StartingPoint::Stated => format!("thời điểm nêu tại `{pointer}`"),
        StartingPoint::Before => format!("tính lùi từ `{pointer}`"),
    }
}

fn outcomes(outcomes: &[OutcomeDefinition]) -> String {
    let head = "| Mã | Kết quả | Cuối cùng | Biện pháp | Phải có | Có thể có |\n|---|---|---|---|---|---|\n";
    let rows = outcomes.iter().map(|outcome| {
        let pointers =
            |patterns: &[super::pattern::Pattern]| join(patterns.iter().map(|pattern| format!("`{pattern}`")), " ");
        let condition = outcome
            .measure_if
            .as_ref()
            .map(|pattern| format!(" nếu có `{pattern}`"))
            .unwrap_or_default();
        row(&[
            &format!("`{}`", outcome.code),
            &format!("{} – *{}*", outcome.title_vi, outcome.title_en),
            if outcome.r#final { "có" } else { "không" },
            &(if outcome.measure {
                format!("có{condition}")
            } else {
                "không".to_owned()
            }),
            or_dash(&pointers(&outcome.required)),
            or_dash(&pointers(&outcome.optional)),
        ])
    });
    format!("{head}{}", lines(rows))
}

fn reasons(reasons: &[ReasonDefinition]) -> String {
    lines(reasons.iter().map(|reason| {
        let words = if reason.text_required {
            " (phải giải thích bằng lời)"
        } else {
            ""
        };
        format!(
            "- `{}`: {}{words} – *{}*",
            reason.code, reason.title_vi, reason.title_en
        )
    }))
}

fn rules(definition: &KindDefinition) -> String {
    let sums = definition.sums.iter().map(|rule| (&rule.outcomes, &rule.vi, &rule.en));
    let times = definition.times.iter().map(|rule| (&rule.outcomes, &rule.vi, &rule.en));
    let text = lines(sums.chain(times).map(|(outcomes, vi, en)| {
        let only = join(outcomes.iter().map(|code| format!("`{code}`")), ", ");
        let only = if only.is_empty() {
            String::new()
        } else {
            format!(" ({only})")
        };
        format!("- {vi}{only} – *{en}*")
    }));
    or_dash(&text).to_owned()
}

/// The members of a schema, one row each; those of objects and lists below their own.
fn fields(schema: &Schema) -> String {
    let mut rows = Vec::new();
    push_fields(schema, schema.document(), "", 0, &mut rows);
    format!(
        "| Trường | Tên | Dạng | Bắt buộc |\n|---|---|---|---|\n{}",
        lines(rows.into_iter())
    )
}

fn push_fields(schema: &Schema, node: &Value, prefix: &str, depth: usize, rows: &mut Vec<String>) {
    const DEEPEST: usize = 5;
    let object = schema.follow(node);
    let required = object
        .get("required")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let properties = object.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let at = format!("{prefix}/{name}");
        let is_required = required.iter().any(|required| required.as_str() == Some(name));
        let text = |key: &str| property.get(key).and_then(Value::as_str).unwrap_or_default();
        let title = join(
            [text("title"), text("description")]
                .into_iter()
                .filter(|text| !text.is_empty()),
            ". ",
        );
        let required = if is_required { "có" } else { "" };
        rows.push(row(&[&format!("`{at}`"), &title, &form(schema, property), required]));
        if depth < DEEPEST && !is_money(schema, property) {
            let items = schema.follow(property).get("items");
            if items.is_some_and(|items| is_money(schema, items)) {
                continue;
            }
            let (child, at) = items.map_or((property, at.clone()), |items| (items, format!("{at}/*")));
            push_fields(schema, child, &at, depth + 1, rows);
        }
    }
}

/// Whether a member is money: an amount and a currency, which the page does not take apart each time.
fn is_money(schema: &Schema, node: &Value) -> bool {
    let properties = schema.follow(node).get("properties").and_then(Value::as_object);
    properties
        .is_some_and(|members| members.len() == 2 && members.contains_key("amount") && members.contains_key("currency"))
}

/// What a member looks like, in a few words.
fn form(schema: &Schema, node: &Value) -> String {
    let node = schema.follow(node);
    if is_money(schema, node) {
        return "số tiền: `amount` là số viết liền (đồng không có phần lẻ), `currency` là mã ISO 4217".to_owned();
    }
    if let Some(options) = node.get("enum").and_then(Value::as_array) {
        let option = |option: &Value| {
            let code = option.as_str().unwrap_or_default();
            format!("`{code}` {}", label(node, code).unwrap_or_default())
        };
        return join(options.iter().map(option), "; ");
    }
    if let Some(items) = node.get("items") {
        let inner = schema.follow(items);
        return if inner.get("properties").is_some() && !is_money(schema, inner) {
            "danh sách".to_owned()
        } else {
            format!("danh sách: {}", form(schema, inner))
        };
    }
    let format = node.get("format").and_then(Value::as_str);
    match (node.get("type").and_then(Value::as_str), format) {
        (_, Some("date")) => "ngày".to_owned(),
        (_, Some("date-time")) => "thời điểm (RFC 3339)".to_owned(),
        (Some("string"), _) => node.get("pattern").and_then(Value::as_str).map_or_else(
            || "chữ".to_owned(),
            |pattern| format!("chữ, dạng `{}`", pattern.replace('|', "\\|")),
        ),
        (Some("integer"), _) => "số nguyên".to_owned(),
        (Some("boolean"), _) => "`true`/`false`".to_owned(),
        (Some("object"), _) => "nhóm trường".to_owned(),
        _ => String::new(),
    }
}

fn certainty(certainty: Certainty) -> String {
    format!("mức độ chắc chắn {certainty}")
}

fn regime_vi(regime: Regime) -> &'static str {
    match regime {
        Regime::Law2008 => "Luật 2008 (đến hết 30/6/2026)",
        Regime::Law2025 => "Luật 2025 (từ 01/7/2026)",
    }
}

fn lane_vi(lane: Lane) -> &'static str {
    match lane {
        Lane::Urgent => "Khẩn (`URGENT`)",
        Lane::Normal => "Thường (`NORMAL`)",
    }
}

fn role_vi(role: Role) -> String {
    format!("{} (`{role}`)", role.label_vi())
}

fn labels(actions: &[Action]) -> String {
    join(actions.iter().map(|action| action.label_vi()), "; ")
}

fn join<T: Display>(items: impl IntoIterator<Item = T>, separator: &str) -> String {
    items
        .into_iter()
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(separator)
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

fn row(cells: &[&str]) -> String {
    format!("| {} |", cells.join(" | "))
}

fn lines(items: impl Iterator<Item = String>) -> String {
    items.flat_map(|item| [item, "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/kinds.md");

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer's switch for this test, no setting of the hub"
    )]
    fn the_kinds_page_is_generated_from_the_catalogue() {
        let page = markdown(&Catalogue::embedded().unwrap());
        if std::env::var_os("LIENTHONG_UPDATE").is_some_and(|value| value == "1") {
            std::fs::write(PAGE, &page).unwrap();
        }
        assert!(
            std::fs::read_to_string(PAGE).is_ok_and(|stored| stored == page),
            "docs/kinds.md is not what the catalogue says; write it again: LIENTHONG_UPDATE=1 cargo test --lib catalogue"
        );
    }
}
