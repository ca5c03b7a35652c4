//! `docs/workflow.md`, made from the table: a diagram, the table, and the words used. Vietnamese first.

use super::guard::Guard;
use super::table::{Row, TABLE};
use super::vocabulary::{Action, ClockEffect, Party, StartingPoint, State};

const HEAD: &str = "\
# Quy trình xử lý yêu cầu

Trang này được tạo từ `src/domain/workflow/table.rs`; không sửa trực tiếp. Mọi loại yêu cầu đi theo một quy trình. Đã đến,
quá hạn, đã nhắc, đã báo cáo cấp có thẩm quyền là những sự việc ghi bên cạnh, không phải trạng thái: trả lời quá hạn vẫn là trả lời.
Thời hạn vẫn tính trong khi chờ đồng ý lấy lại; thời hạn đang tạm dừng vì chờ làm rõ chỉ tính tiếp khi nơi nhận không đồng ý lấy
lại hoặc đã trả lời, hoặc khi hết mức tạm dừng của loại yêu cầu. L106 là Luật số 106/2025/QH15; NĐ 152 là Nghị định số
152/2026/NĐ-CP; edXML là QCVN 102:2016/BTTTT.

*In English: this page is generated from `src/domain/workflow/table.rs` (a test compares them; `LIENTHONG_UPDATE=1 cargo test --lib
workflow` writes it again). One workflow serves every kind. Delivered, late, reminded and escalated are facts beside the state,
never states. Clocks run on while a withdrawal waits; those paused by CLARIFYING stay paused until the withdrawal is
refused or the request answered, or the kind's limit is reached. L106 is Law 106/2025/QH15, NĐ 152 is Decree 152/2026/NĐ-CP, edXML is QCVN 102:2016/BTTTT, Quy ước
của cổng is a rule of the hub. Codes and English meanings stand in the last section.*
";

const COLUMNS: &str = "\
| Từ trạng thái | Thao tác | Bên thực hiện | Điều kiện | Đến trạng thái | Cho số vào sổ | Báo cho | Thời hạn | Căn cứ |
|---|---|---|---|---|---|---|---|---|
";

/// The whole page.
pub fn markdown() -> String {
    let rows = text(TABLE.iter().map(table_line));
    [
        HEAD.to_owned(),
        format!("\n## Sơ đồ (diagram)\n\n```mermaid\n{}```\n", diagram()),
        format!("\n## Bảng (table)\n\n{COLUMNS}{rows}"),
        "\n## Từ dùng trong trang này (words and codes)\n".to_owned(),
        words(
            "Trạng thái (states)",
            State::ALL.iter().map(|state| (state.as_str(), state.label_vi(), "")),
        ),
        words(
            "Thao tác (actions)",
            Action::ALL
                .iter()
                .map(|action| (action.as_str(), action.label_vi(), "")),
        ),
        words(
            "Các bên (parties)",
            Party::ALL.iter().map(|party| (party.as_str(), party.label_vi(), "")),
        ),
        words(
            "Điều kiện (conditions)",
            Guard::ALL
                .iter()
                .map(|guard| (guard.as_str(), guard.text_vi(), guard.text_en())),
        ),
        clock_words(),
    ]
    .concat()
}

/// A Mermaid state diagram: one arrow for each pair of states, labelled with every action that goes that way.
fn diagram() -> String {
    let mut arrows: Vec<(Option<State>, State, Vec<&str>)> = Vec::new();
    for row in TABLE {
        for (from, to) in moves(row) {
            let label = row.action.label_vi();
            match arrows.iter_mut().find(|(f, t, _)| *f == from && *t == to) {
                Some((_, _, labels)) if labels.contains(&label) => {}
                Some((_, _, labels)) => labels.push(label),
                None => arrows.push((from, to, vec![label])),
            }
        }
    }
    let names = text(
        State::ALL
            .iter()
            .map(|state| format!("    state \"{}\" as {state}\n", state.label_vi())),
    );
    let steps = text(arrows.iter().map(|(from, to, labels)| {
        format!(
            "    {} --> {to} : {}\n",
            from.map_or("[*]", State::as_str),
            labels.join("<br/>")
        )
    }));
    let ends = text(
        State::ALL
            .iter()
            .filter(|state| is_end(**state))
            .map(|state| format!("    {state} --> [*]\n")),
    );
    format!("stateDiagram-v2\n{names}{steps}{ends}")
}

/// From where to where a row leads, one pair for each of its states.
pub(super) fn moves(row: &Row) -> Vec<(Option<State>, State)> {
    if row.from.is_empty() {
        return row.to.map(|to| (None, to)).into_iter().collect();
    }
    row.from
        .iter()
        .map(|from| (Some(*from), row.to.unwrap_or(*from)))
        .collect()
}

/// No step leads from here to another state.
pub(super) fn is_end(state: State) -> bool {
    !TABLE
        .iter()
        .flat_map(moves)
        .any(|(from, to)| from == Some(state) && to != state)
}

fn table_line(row: &Row) -> String {
    let cells = [
        if row.from.is_empty() {
            "–".to_owned()
        } else {
            join(row.from, ", ", State::label_vi)
        },
        row.action.label_vi().to_owned(),
        row.who.label_vi().to_owned(),
        join(row.guards, "; ", Guard::text_vi),
        row.to.map_or("giữ nguyên", State::label_vi).to_owned(),
        if row.registers { "có".to_owned() } else { String::new() },
        join(row.notifies, ", ", Party::label_vi),
        row.clocks
            .iter()
            .map(|effect| effect_vi(*effect))
            .collect::<Vec<_>>()
            .join("; "),
        row.basis.to_owned(),
    ];
    format!("| {} |\n", cells.join(" | "))
}

fn text(lines: impl Iterator<Item = String>) -> String {
    lines.collect()
}

fn join<T: Copy>(items: &[T], separator: &str, label: fn(T) -> &'static str) -> String {
    items
        .iter()
        .map(|item| label(*item))
        .collect::<Vec<_>>()
        .join(separator)
}

fn words<'a>(title: &str, items: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    let lines = text(items.map(|(code, vi, en)| {
        let english = if en.is_empty() {
            String::new()
        } else {
            format!(" – *{en}*")
        };
        format!("- {vi} (`{code}`){english}\n")
    }));
    format!("\n### {title}\n\n{lines}")
}

fn clock_words() -> String {
    let mut seen: Vec<ClockEffect> = Vec::new();
    for effect in TABLE.iter().flat_map(|row| row.clocks) {
        if !seen.contains(effect) {
            seen.push(*effect);
        }
    }
    let lines = text(
        seen.iter()
            .map(|effect| format!("- {} – *{}*\n", effect_vi(*effect), effect_en(*effect))),
    );
    format!("\n### Thời hạn (clocks)\n\n{lines}")
}

fn effect_vi(effect: ClockEffect) -> &'static str {
    match effect {
        ClockEffect::Start(StartingPoint::Available) => "bắt đầu tính từ khi văn bản đến",
        ClockEffect::Start(StartingPoint::Acknowledged) => "bắt đầu tính từ khi vào sổ",
        ClockEffect::Start(StartingPoint::Answered) => "bắt đầu tính từ khi trả lời",
        ClockEffect::Start(StartingPoint::Disputed) => "tính thời hạn mới từ khi đề nghị trả lời lại",
        ClockEffect::Start(StartingPoint::Served) => "bắt đầu tính từ khi giao văn bản giấy",
        ClockEffect::Start(StartingPoint::Reported) => "bắt đầu tính từ khi thông báo phát sinh",
        ClockEffect::Start(StartingPoint::Stated) => "bắt đầu tính từ thời điểm nêu trong văn bản",
        ClockEffect::Start(StartingPoint::Before) => "tính lùi từ thời điểm nêu trong văn bản",
        ClockEffect::Pause => "tạm dừng tính thời hạn",
        ClockEffect::Resume => "tính tiếp thời hạn đã tạm dừng",
        ClockEffect::Extend => "gia hạn",
        ClockEffect::Stop => "chốt thời hạn mà thao tác này hoàn thành",
        ClockEffect::Cancel => "thôi tính các thời hạn còn lại",
        ClockEffect::Restore => "tính lại thời hạn đầu như chưa có việc trả lại, hoặc chưa có văn bản tiếp theo",
        ClockEffect::Restate => "xét lại thời hạn tính theo nội dung trả lời",
    }
}

fn effect_en(effect: ClockEffect) -> &'static str {
    match effect {
        ClockEffect::Start(StartingPoint::Available) => {
            "clocks begin that count from arrival (on paper: from the date of service)"
        }
        ClockEffect::Start(StartingPoint::Acknowledged) => "clocks begin that count from the registration",
        ClockEffect::Start(StartingPoint::Answered) => "clocks begin that count from the answer",
        ClockEffect::Start(StartingPoint::Disputed) => "a new clock begins at the dispute",
        ClockEffect::Start(StartingPoint::Served) => "clocks begin that count from the date of service on paper",
        ClockEffect::Start(StartingPoint::Reported) => "clocks begin that count from the report",
        ClockEffect::Start(StartingPoint::Stated) => "clocks begin that count from a time the document states",
        ClockEffect::Start(StartingPoint::Before) => "clocks begin that count back from a time the order states",
        ClockEffect::Pause => "clocks that the kind lets this act pause are paused",
        ClockEffect::Resume => "paused clocks run again",
        ClockEffect::Extend => "the clock is extended to the kind's limit",
        ClockEffect::Stop => "clocks that the kind stops on this act are met or breached",
        ClockEffect::Cancel => "clocks still open end without a verdict",
        ClockEffect::Restore => {
            "the clocks that the return, or the order that followed, stopped run as if it had not been"
        }
        ClockEffect::Restate => "clocks that wait for what the answer holds are held against it again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/workflow.md");

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a developer's switch for this test, no setting of the hub"
    )]
    fn the_workflow_page_is_generated_from_the_table() {
        let page = markdown();
        if std::env::var_os("LIENTHONG_UPDATE").is_some_and(|value| value == "1") {
            std::fs::write(PAGE, &page).unwrap();
        }
        assert!(
            std::fs::read_to_string(PAGE).is_ok_and(|stored| stored == page),
            "docs/workflow.md is not what the table says; write it again: LIENTHONG_UPDATE=1 cargo test --lib workflow"
        );
    }

    #[test]
    fn every_table_cell_stays_in_its_column() {
        let widths: Vec<usize> = TABLE.iter().map(|row| table_line(row).matches(" | ").count()).collect();
        assert!(widths.iter().all(|width| *width == 8), "{widths:?}");
    }

    #[test]
    fn only_withdrawn_and_closed_end_the_diagram() {
        let page = markdown();
        for state in State::ALL {
            let ends = page.contains(&format!("    {state} --> [*]\n"));
            assert_eq!(ends, matches!(state, State::Withdrawn | State::Closed), "{state}");
        }
    }
}
