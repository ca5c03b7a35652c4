//! A report on paper: A4 across, the headings on each sheet, and at the end a place for the head to sign.

use super::{Cell, Row, Table, chart};
use crate::domain::print::html::{Html, Layout, styled_page};
use crate::domain::print::words;

/// The most columns that are printed at the usual size.
const WIDE: usize = 12;

const STYLE: &str = include_str!("report.css");

/// Who reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letterhead {
    /// The agency.
    pub agency: String,
    /// The agency above it; empty for none.
    pub superior: String,
    /// Where it is, for the line of the date; empty for none.
    pub place: String,
    /// Who signs.
    pub signature: Signature,
}

/// The place to sign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// The position of who signs; empty: head of agency.
    pub position: String,
    /// The name of who signed the period off; empty if nobody has.
    pub full_name: String,
    /// When the period was closed and by which entry of the log; empty if it is open.
    pub closing: String,
}

pub(super) fn render(table: &Table, letterhead: &Letterhead) -> String {
    let scope = table.scope.iter().map(|line| Html::line("p", "scope", line));
    let charts = table
        .charts
        .iter()
        .enumerate()
        .map(|(number, chart)| chart::figure(chart, table, number + 1));
    let body = Html::all([
        head(table, letterhead),
        Html::line("p", "report-title", &table.vi),
        Html::class("div", "scopes", Html::all(scope)),
        figures(table),
        notes(table),
        Html::all(charts),
        lists(table),
        end(&letterhead.signature),
        foot(table),
    ]);
    let title = format!("{} - {}", table.vi, letterhead.agency);
    styled_page(&title, Layout::Landscape, STYLE, &body)
}

fn head(table: &Table, letterhead: &Letterhead) -> Html {
    let superior = Some(letterhead.superior.as_str()).filter(|superior| !superior.is_empty());
    let left = Html::all([
        superior.map_or_else(Html::nothing, |superior| Html::line("p", "superior", superior)),
        Html::line("p", "agency", &letterhead.agency),
    ]);
    let place = if letterhead.place.is_empty() {
        ".............."
    } else {
        letterhead.place.as_str()
    };
    let issued = format!("{place}, {}", words::long_date(table.as_of.date()));
    let right = Html::all([
        Html::line("p", "nation", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        Html::line("p", "motto", "Độc lập - Tự do - Hạnh phúc"),
        Html::line("p", "issued", &issued),
    ]);
    Html::class(
        "div",
        "head",
        Html::all([left, right].map(|side| Html::tag("div", side))),
    )
}

fn figures(table: &Table) -> Html {
    let names = table
        .columns
        .iter()
        .map(|column| Html::element("th", &[("scope", "col")], Html::text(column.vi)));
    let numbers = (1..=table.columns.len()).map(|number| Html::line("th", "count", &format!("({number})")));
    let head = [Html::tag("tr", Html::all(names)), Html::tag("tr", Html::all(numbers))];
    let rows = table.rows.iter().map(|line| row(table, line));
    let body = if table.rows.is_empty() {
        let across = table.columns.len().to_string();
        let cell = Html::element(
            "td",
            &[("colspan", across.as_str()), ("class", "nothing")],
            Html::text("Không có số liệu trong kỳ."),
        );
        Html::tag("tr", cell)
    } else {
        Html::all(rows)
    };
    let table_body = Html::all([Html::tag("thead", Html::all(head)), Html::tag("tbody", body)]);
    let is_wide = table.columns.len() > WIDE;
    let class = if is_wide { "figures wide" } else { "figures" };
    Html::class("table", class, table_body)
}

fn row(table: &Table, row: &Row) -> Html {
    let cells = table.columns.iter().zip(&row.cells).map(|(column, cell)| {
        let text = Html::text(&cell.vi());
        match (column.kind.is_number(), cell) {
            (false, Cell::Text(_) | Cell::Date(_) | Cell::None) => Html::tag("td", text),
            (true, _) | (false, Cell::Count(_) | Cell::Dong(_) | Cell::Tenths(_)) => Html::class("td", "amount", text),
        }
    });
    let cells = Html::all(cells);
    if row.is_total {
        Html::class("tr", "total", cells)
    } else {
        Html::tag("tr", cells)
    }
}

fn notes(table: &Table) -> Html {
    let notes = table.notes.iter().enumerate().map(|(index, note)| {
        let basis = if note.basis.is_empty() {
            String::new()
        } else {
            format!(" Căn cứ: {}.", note.basis)
        };
        let text = format!(
            "({}) {}{basis} Mức tin cậy: {}.",
            index + 1,
            note.text,
            certainty_vi(note.certainty)
        );
        Html::line("p", "note", &text)
    });
    Html::all(notes)
}

/// How to open the lists behind the figures: on the screen, since paper opens nothing.
fn lists(table: &Table) -> Html {
    let keys = table.opening();
    if keys.is_empty() {
        return Html::nothing();
    }
    let head = format!(
        "Danh sách đứng sau số liệu: chạy lệnh của dòng, thay … bằng mã cột ({}).",
        keys.join(", ")
    );
    let rows = table.commands().map(|(name, command)| {
        let cells = [
            Html::tag("td", Html::text(&name)),
            Html::tag("td", Html::tag("code", Html::text(&command))),
        ];
        Html::tag("tr", Html::all(cells))
    });
    let rows = Html::class("table", "commands", Html::tag("tbody", Html::all(rows)));
    Html::class("div", "lists", Html::all([Html::line("p", "note", &head), rows]))
}

/// How sure a rule is, in words.
pub(super) const fn certainty_vi(certainty: super::Certainty) -> &'static str {
    match certainty {
        super::Certainty::Verified => "đã đối chiếu văn bản",
        super::Certainty::Partly => "đối chiếu một phần",
        super::Certainty::Recalled => "theo thực tiễn, chưa đối chiếu",
        super::Certainty::Derived => "quy ước của cổng, không phải quy định",
    }
}

fn end(signature: &Signature) -> Html {
    let position = if signature.position.is_empty() {
        "Thủ trưởng cơ quan"
    } else {
        signature.position.as_str()
    };
    let copies = Html::class("div", "copies", Html::line("p", "label", "Nơi nhận:"));
    let signer = Html::all([
        Html::line("p", "position", position),
        Html::line("p", "hint", "(Ký, ghi rõ họ tên, đóng dấu hoặc ký số)"),
        Html::line("p", "name", &signature.full_name),
    ]);
    let signer = Html::class("div", "signer", signer);
    let closing = Some(signature.closing.as_str()).filter(|closing| !closing.is_empty());
    let closing = closing.map_or_else(Html::nothing, |closing| Html::line("p", "note", closing));
    Html::all([closing, Html::class("div", "end", Html::all([copies, signer]))])
}

fn foot(table: &Table) -> Html {
    let text = format!(
        "Số liệu tính từ từng thay đổi của từng việc trên cổng Liên Thông đến {}, không nhập số tổng. Mã báo cáo: {}.",
        words::moment(table.as_of),
        table.code
    );
    Html::class("div", "foot", Html::tag("p", Html::text(&text)))
}
