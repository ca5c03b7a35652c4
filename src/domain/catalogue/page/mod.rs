//! `docs/kinds.md`, made from the catalogue. Vietnamese first.

mod clocks;
mod compared;
mod fields;
mod outcomes;
pub mod regulations;

pub(super) use compared::as_facts;

use std::fmt::Display;

use super::Catalogue;
use super::attachment::DocumentLimits;
use super::definition::{CopyDefinition, KindDefinition, ReasonDefinition, RelationDefinition};
use super::kind::Kind;
use super::pattern::Pattern;
use super::rows;
use super::rule::{Certainty, Condition, Nature};
use super::schema::{Schema, label};
use crate::domain::agency::Role;
use crate::domain::deadline::Limit;
use crate::domain::document::parts::RelationType;
use crate::domain::mailbox::Lane;
use crate::domain::workflow::Action;

const HEAD: &str = "\
# Các loại yêu cầu

Trang này được tạo từ `catalogue/`; không sửa trực tiếp. Mỗi thời hạn, mỗi trường ghi căn cứ, tính chất và mức độ chắc chắn.

- “luật”: điều luật nêu nội dung đó, hoặc lấy nó làm mốc tính thời hạn. “chỉ tiêu nội bộ” (thời hạn) và “quy ước” (trường) là của
  cổng, không phải luật. Trường bên trong không ghi căn cứ riêng thì theo trường chứa nó.
- V: đã đối chiếu văn bản; P: đối chiếu một phần; R: theo trí nhớ, hoặc chưa rõ văn bản còn hiệu lực (Thông tư liên tịch số 02/2014
  sau ngày 01/7/2026); D: do cổng đề xuất.

*In English: this page is generated from `catalogue/` (a test compares them; `LIENTHONG_UPDATE=1 cargo test --lib catalogue` writes
it again). Every clock and every field states its article, whether it is law (luật) or the hub's own (chỉ tiêu nội bộ, quy ước), and
how sure that is: V verified in a text read, P partly verified, R recalled or of unknown force today, D derived by the hub, not law.
A member without a basis of its own has the basis of the member that contains it.*
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
        .chain([rows::markdown(catalogue)])
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
        format!(
            "\n### Quan hệ với yêu cầu trước (relations)\n\n{}",
            relations(&definition.relations)
        ),
        format!("\n### Tài liệu kèm theo (attachments)\n\n{}", attachments(definition)),
        format!("\n### Thời hạn (clocks)\n\n{}", clocks::table(kind)),
        format!(
            "\n### Nội dung yêu cầu (order payload)\n\n{}",
            fields::table(&kind.order_schema)
        ),
        format!("\n### Kết quả (outcomes)\n\n{}", outcomes::table(kind)),
        format!(
            "\n### Nội dung trả lời (answer payload)\n\n{}",
            fields::table(&kind.answer_schema)
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
    format!("| | |\n|---|---|\n{}", table_lines(&head(definition)))
}

/// What a kind says of itself: name and words.
fn head(definition: &KindDefinition) -> Vec<Vec<String>> {
    let yes_no = |yes: bool| if yes { "có" } else { "không" };
    let until = definition
        .effective_to
        .map(|last| format!(" đến {last}"))
        .unwrap_or_default();
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
            "Trong đó cán bộ cùng ký (officer signs too)",
            labels(&definition.officer_signed_steps),
        ),
        (
            "Gửi nhiều nơi nhận (broadcast)",
            yes_no(definition.broadcast).to_owned(),
        ),
        (
            "Chỉ khi gửi một nơi nhận (one recipient only)",
            patterns(&definition.recipient_specific),
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
        (
            "Vào sổ của nơi nhận (register)",
            format!("{} (`{}`)", definition.register.label_vi(), definition.register),
        ),
        ("Đương sự ghi vào sổ (parties)", patterns(&definition.parties)),
        (
            "Địa bàn quyết định thẩm quyền (territory)",
            patterns(&definition.territory),
        ),
        (
            "Chờ làm rõ không quá (clarification limit)",
            Limit::Span(definition.clarification_limit).label_vi(),
        ),
        (
            "Gửi bản sao (copies)",
            join(definition.copies.iter().map(copy_vi), "; "),
        ),
        (
            "Loại yêu cầu tiếp theo (follow-ups)",
            join(definition.follow_ups.iter().map(|kind| format!("`{kind}`")), ", "),
        ),
    ];
    rows.into_iter()
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect()
}

fn copy_vi(copy: &CopyDefinition) -> String {
    let clock = copy.clock.as_ref();
    let clock = clock
        .map(|name| format!(", đáp ứng thời hạn `{name}`"))
        .unwrap_or_default();
    format!(
        "{}, thành yêu cầu loại `{}`{clock}: {} (luật, {})",
        role_vi(copy.role),
        copy.kind,
        copy.basis,
        copy.certainty
    )
}

fn relations(relations: &[RelationDefinition]) -> String {
    let list = lines(relations.iter().map(|relation| {
        let required = if relation.required {
            "bắt buộc"
        } else {
            "có thể có"
        };
        let measure = if relation.measure {
            "; phải là biện pháp nơi nhận còn đang giữ theo quyết định của nơi gửi, hoặc yêu cầu chưa xong tại đó"
        } else {
            ""
        };
        let party = if relation.same_party {
            "; cùng người, tổ chức"
        } else {
            ""
        };
        let at_most = if relation.at_most.is_empty() {
            String::new()
        } else {
            format!(
                "; không nhiều hơn văn bản được viện dẫn: {}",
                patterns(&relation.at_most)
            )
        };
        format!(
            "- {}: {} ({required}{measure}{party}{at_most})",
            relation_vi(relation.r#type),
            join(relation.kinds.iter().map(|kind| format!("`{kind}`")), ", ")
        )
    }));
    list_or_dash(list)
}

fn attachments(definition: &KindDefinition) -> String {
    let every = definition.document_limits(None);
    let list = lines(definition.attachments.iter().map(|attachment| {
        let required = if attachment.required { " (bắt buộc)" } else { "" };
        let own = definition.document_limits(Some(attachment));
        let less = if own == every {
            String::new()
        } else {
            format!("; {}", documents(own))
        };
        format!(
            "- `{}`: {}{required} – *{}*{less}",
            attachment.code, attachment.title_vi, attachment.title_en
        )
    }));
    format!(
        "Mọi tài liệu (every document): {}.\n\n{}",
        documents(every),
        list_or_dash(list)
    )
}

fn documents(limits: DocumentLimits<'_>) -> String {
    format!("{}; tối đa {} MiB", limits.list(), limits.max_mib)
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
    list_or_dash(text)
}

fn certainty(certainty: Certainty) -> String {
    format!("mức độ chắc chắn {certainty}")
}

fn relation_vi(relation: RelationType) -> String {
    let label = match relation {
        RelationType::Supersedes => "thay thế",
        RelationType::Releases => "chấm dứt",
        RelationType::Follows => "tiếp theo",
        RelationType::InReplyTo => "trả lời",
    };
    format!("{label} (`{relation}`)")
}

/// Law, or whose rule it is, and how sure that is: the same words for clocks and fields.
fn standing(nature: Nature, own: &str, certainty: Certainty) -> String {
    match nature {
        Nature::Law => format!("luật, {certainty}"),
        Nature::Policy => format!("{own}, {certainty}"),
    }
}

/// A condition on the order with the labels that its schema gives.
fn condition_vi(order: &Schema, condition: &Condition) -> String {
    let pointer = &condition.pointer;
    let title = order.title_at(pointer).unwrap_or("Trường");
    let code = condition.equals.as_str();
    let value = code.map_or_else(|| condition.equals.to_string(), str::to_owned);
    let node = order.member_at(pointer).map(|node| order.follow(node));
    let words = match (&condition.equals, code.and_then(|code| label(node?, code))) {
        (_, Some(words)) => format!("{words} "),
        (serde_json::Value::Bool(true), None) => "có ".to_owned(),
        (serde_json::Value::Bool(false), None) => "không ".to_owned(),
        _ => String::new(),
    };
    format!("{title} (`{pointer}`): {words}(`{value}`)")
}

fn patterns(patterns: &[Pattern]) -> String {
    join(patterns.iter().map(|pattern| format!("`{pattern}`")), ", ")
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

/// A list of lines, each ended; a dash on a line of its own for none.
fn list_or_dash(list: String) -> String {
    if list.is_empty() { "–\n".to_owned() } else { list }
}

/// Rows of a table; an empty cell is a dash.
fn table_lines(rows: &[Vec<String>]) -> String {
    lines(rows.iter().map(|cells| {
        let cells: Vec<&str> = cells.iter().map(|cell| or_dash(cell)).collect();
        format!("| {} |", cells.join(" | "))
    }))
}

fn lines(items: impl Iterator<Item = String>) -> String {
    items.flat_map(|item| [item, "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/kinds.md");

    #[test]
    fn every_clock_and_every_field_shows_its_article_and_certainty() {
        for kind in Catalogue::embedded().unwrap().kinds() {
            let tables = [&kind.order_schema, &kind.answer_schema].map(fields::table);
            assert!(tables.iter().all(|table| table.lines().count() > 2), "{}", kind.code());
            for line in tables.iter().flat_map(|table| table.lines().skip(2)) {
                assert!(line.starts_with("| `"), "{}: {line}", kind.code());
                let basis = line.rsplit(" | ").next().unwrap();
                let standing = basis.trim_end_matches(" |").rsplit('(').next().unwrap();
                let certainty = standing.trim_end_matches(')').rsplit(", ").next().unwrap();
                assert!(certainty.parse::<Certainty>().is_ok(), "{}: {line}", kind.code());
                assert!(basis.chars().any(char::is_alphabetic), "{}: {line}", kind.code());
            }
            let clocks = clocks::table(kind);
            for (rule, line) in kind.definition.deadlines.iter().zip(clocks.lines().skip(2)) {
                assert!(line.contains(&rule.basis), "{}: {line}", kind.code());
                assert!(
                    line.contains(&format!(", {})", rule.certainty)),
                    "{}: {line}",
                    kind.code()
                );
            }
        }
    }

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
