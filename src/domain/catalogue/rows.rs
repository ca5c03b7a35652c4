//! The messages that the law knows, row by row (section 4 of docs/law.md), and what serves each: kinds of the catalogue, which name
//! their rows themselves, and beside or instead of them a command, or a reason why nothing passes between agencies.
//! The end of `docs/kinds.md` is made from both.

use super::Catalogue;
use super::definition::KindDefinition;
use Serves::{Command, Outside};

/// What serves a row besides kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Serves {
    /// A command: a step, a register, a report, a timer that is looked at.
    Command(&'static str),
    /// Nothing passes from agency to agency: why, Vietnamese.
    Outside(&'static str),
}

/// Every row, in the order of the law page.
#[rustfmt::skip]
static ROWS: &[(&str, &[Serves])] = &[
    ("C01", &[]),
    ("C02", &[]),
    ("C03", &[]),
    ("C04", &[]),
    ("C05", &[]),
    ("C06", &[]),
    ("C07", &[Command("lienthong ack"), Command("lienthong register --register judgments")]),
    ("C08", &[Command("lienthong send-back")]),
    ("C09", &[Command("lienthong case register")]),
    ("C10", &[Command("lienthong case register")]),
    ("C11", &[]),
    ("C12", &[]),
    ("C13", &[]),
    ("C14", &[]),
    ("C15", &[]),
    ("C16", &[]),
    ("C17", &[]),
    ("C18", &[]),
    ("C19", &[]),
    ("C20", &[Outside("trả lại cho đương sự, hội đồng tiêu hủy: cơ quan thi hành án dân sự tự làm")]),
    ("V01", &[]),
    ("V02", &[]),
    ("V03", &[]),
    ("V04", &[]),
    ("V05", &[]),
    ("V06", &[]),
    ("V07", &[]),
    ("V08", &[]),
    ("V09", &[]),
    ("V10", &[]),
    ("V11", &[]),
    ("V12", &[]),
    ("V13", &[]),
    ("X01", &[]),
    ("X02", &[]),
    ("X03", &[]),
    ("X04", &[]),
    ("X05", &[]),
    ("X06", &[]),
    ("X07", &[]),
    ("X08", &[]),
    ("X09", &[]),
    ("X10", &[]),
    ("X11", &[]),
    ("X12", &[Command("lienthong inbox"), Command("lienthong webhook")]),
    ("X13", &[Outside("đương sự tự kê khai với chấp hành viên")]),
    ("X14", &[Command("lienthong case progress")]),
    ("M01", &[]),
    ("M02", &[]),
    ("M03", &[]),
    ("M04", &[]),
    ("M05", &[]),
    ("M06", &[]),
    ("M07", &[]),
    ("M08", &[]),
    ("M09", &[]),
    ("M10", &[]),
    ("M11", &[]),
    ("M12", &[]),
    ("M13", &[]),
    ("M14", &[]),
    ("M15", &[]),
    ("M16", &[]),
    ("M17", &[]),
    ("M18", &[]),
    ("A01", &[Outside("tổ chức thẩm định giá không phải là một bên trên cổng")]),
    ("A02", &[Outside("tổ chức đấu giá không phải là một bên trên cổng")]),
    ("A03", &[]),
    ("A04", &[]),
    ("A05", &[]),
    ("A06", &[]),
    ("A07", &[]),
    ("A08", &[]),
    ("A09", &[Command("lienthong case progress")]),
    ("A10", &[]),
    ("F01", &[]),
    ("F02", &[]),
    ("F03", &[]),
    ("F04", &[]),
    ("F05", &[Command("lienthong case progress")]),
    ("F06", &[]),
    ("F07", &[]),
    ("F08", &[]),
    ("F09", &[Command("lienthong case list --due-until")]),
    ("F10", &[Command("lienthong case progress")]),
    ("F11", &[Outside("thông báo cho đương sự qua VNeID, bưu chính, niêm yết")]),
    ("F12", &[Outside("xác nhận kết quả theo yêu cầu của đương sự")]),
    ("F13", &[Command("lienthong case progress")]),
    ("F14", &[]),
    ("F15", &[]),
    ("F16", &[Command("lienthong case progress"), Command("lienthong assign")]),
    ("T01", &[]),
    ("T02", &[]),
    ("K01", &[]),
    ("K02", &[]),
    ("R01", &[Command("lienthong report run results-cases"), Command("lienthong report run results-money")]),
    ("R02", &[Command("lienthong report run coordination")]),
    ("R03", &[Command("lienthong report run credit-cases")]),
    ("R04", &[Command("lienthong notices")]),
    ("R05", &[]),
];

/// Whether the law page has this row.
pub(super) fn is_row(id: &str) -> bool {
    ROWS.iter().any(|(row, _)| *row == id)
}

/// The part of the page.
pub(super) fn markdown(catalogue: &Catalogue) -> String {
    let mut page = "
<a id=\"rows\"></a>
## Từng dòng của mục 4 / Row by row

Mỗi dòng của mục 4 trang [luật](law.md) và điều đáp ứng: một loại yêu cầu, một lệnh, hoặc lý do không gửi giữa các cơ quan. / *Each row of section 4 of the law page,
and what serves it: a kind, a command, or why nothing passes between agencies.*

| Dòng (row) | Đáp ứng (served by) |
|---|---|
"
    .to_owned();
    let link = |kind: &KindDefinition| format!("[`{code}`](#{code}-{})", kind.revision, code = kind.code);
    for (row, serves) in ROWS {
        let kinds = kinds_of(catalogue, row).map(link);
        let others = serves.iter().map(|serves| match serves {
            Command(command) => format!("`{command}`"),
            Outside(why) => format!("không gửi giữa các cơ quan: {why}"),
        });
        let served = kinds.chain(others).collect::<Vec<_>>().join("; ");
        page.extend(["| ", row, " | ", &served, " |\n"]);
    }
    let definitions = catalogue.newest_kinds().map(|kind| &kind.definition);
    let beyond: Vec<String> = definitions.filter(|kind| kind.law_rows.is_empty()).map(link).collect();
    page.extend([
        "\nNgoài các dòng trên / *beyond these rows*: ",
        &beyond.join(", "),
        ".\n",
    ]);
    page
}

/// The kinds that serve a row, by their own word.
fn kinds_of<'c>(catalogue: &'c Catalogue, row: &'c str) -> impl Iterator<Item = &'c KindDefinition> {
    let definitions = catalogue.newest_kinds().map(|kind| &kind.definition);
    definitions.filter(move |definition| definition.law_rows.iter().any(|named| named == row))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids in section 4 of the law page, in their order.
    fn rows_of_the_law() -> Vec<&'static str> {
        let law = include_str!("../../../docs/law.md");
        let id = |line: &'static str| line.strip_prefix("| ")?.split_once(" |").map(|(id, _)| id);
        let is_row = |id: &&str| {
            let (letter, digits) = id.split_at_checked(1).unwrap_or_default();
            "CVXMAFTKR".contains(letter) && digits.len() == 2 && digits.chars().all(|digit| digit.is_ascii_digit())
        };
        law.lines().filter_map(id).filter(is_row).collect()
    }

    #[test]
    fn every_row_of_the_law_says_what_serves_it() {
        let catalogue = Catalogue::embedded().unwrap();
        let told: Vec<&str> = ROWS.iter().map(|(row, _)| *row).collect();
        assert_eq!(told, rows_of_the_law());
        for (row, serves) in ROWS {
            assert!(
                !serves.is_empty() || kinds_of(&catalogue, row).next().is_some(),
                "{row}"
            );
        }
    }
}
