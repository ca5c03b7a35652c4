//! One table, five ways to write it: each says the same.

use std::io::{Cursor, Read as _};

use jiff::civil::date;

use super::{Cell, Chart, ChartKind, Column, ColumnKind, Format, Letterhead, Note, Row, Signature, Table};
use crate::domain::catalogue::rule::Certainty;
use crate::domain::report::ratio::Tenths;
use crate::domain::report::{Parameter, Reference, Report};
use crate::domain::time::Timestamp;

fn table() -> Table {
    let row = |name: &str, count: i64, dong: i128, tenths: Option<i64>| Row {
        cells: vec![
            Cell::text(name),
            Cell::Count(count),
            Cell::Dong(dong),
            Cell::tenths(tenths.map(Tenths::new)),
            Cell::Date(date(2026, 11, 20)),
        ],
        is_total: false,
        list: Some(Reference::to(Report::OpenCaseList).with(Parameter::Unit, name)),
    };
    let mut total = row("Tổng số", 14_186, 404_438_921_000, Some(834));
    total.is_total = true;
    Table {
        code: "ket-qua",
        vi: "Kết quả thi hành án".to_owned(),
        en: "Results".to_owned(),
        scope: vec!["Năm thống kê 2020 (01/10/2019–30/09/2020)".to_owned()],
        columns: vec![
            Column::new("unit", ColumnKind::Text, "Đơn vị", "Unit"),
            Column::count("cases", "Thi hành xong (việc)", "Done").opening(),
            Column::new("money", ColumnKind::Dong, "Thi hành xong (đồng)", "Money"),
            Column::new("rate", ColumnKind::Percent, "Tỷ lệ (%)", "Rate"),
            Column::new("day", ColumnKind::Date, "Ngày", "Day"),
        ],
        rows: vec![
            row("=HYPERLINK(\"http://x\",\"y\")", 1, -5, Some(-85)),
            row("Phòng \"1\"; <b>Vinh</b>, Nghệ An", 0, i128::from(i64::MAX), None),
            row("'+84", 7, 0, Some(1_000)),
            row("  @SUM(A1)\nhai dòng", 2, 1, Some(5)),
            total,
        ],
        notes: vec![Note {
            text: "Tỷ lệ tính trên số có điều kiện.".to_owned(),
            basis: "TT 06/2019/TT-BTP",
            certainty: Certainty::Recalled,
        }],
        charts: vec![
            Chart {
                kind: ChartKind::Bars,
                vi: "Việc theo đơn vị".to_owned(),
                names: "unit",
                series: vec!["cases"],
            },
            Chart {
                kind: ChartKind::Lines,
                vi: "Tỷ lệ".to_owned(),
                names: "unit",
                series: vec!["rate"],
            },
        ],
        as_of: Timestamp::parse_rfc3339("2026-11-28T05:00:00Z").unwrap(),
    }
}

fn rendered(format: Format) -> Vec<u8> {
    let letterhead = Letterhead {
        agency: "THADS tỉnh <Nghệ An>".to_owned(),
        superior: "Cục Quản lý thi hành án dân sự".to_owned(),
        place: "Nghệ An".to_owned(),
        signature: Signature {
            position: "Trưởng THADS".to_owned(),
            full_name: "Nguyễn Văn Mẫu".to_owned(),
            closing: String::new(),
        },
    };
    table().render(format, &letterhead).unwrap()
}

fn text(format: Format) -> String {
    String::from_utf8(rendered(format)).unwrap()
}

/// A reader of CSV as RFC 4180 has it, written for this test.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let row = rows.last_mut().unwrap();
        match (is_quoted, c) {
            (true, '"') if chars.peek() == Some(&'"') => {
                chars.next();
                row.last_mut().unwrap().push('"');
            }
            (true, '"') => is_quoted = false,
            (false, '"') => is_quoted = true,
            (false, ',') => row.push(String::new()),
            (false, '\r') => {
                assert_eq!(chars.next(), Some('\n'), "lines end with CRLF");
                rows.push(vec![String::new()]);
            }
            (false, '\n') => panic!("a bare line feed outside of quotes"),
            (_, c) => row.last_mut().unwrap().push(c),
        }
    }
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the last line is ended too");
    rows
}

#[test]
fn csv_reads_back_as_the_table_and_runs_no_formula() {
    let text = text(Format::Csv);
    let rows = read_csv(text.strip_prefix('\u{feff}').expect("a byte order mark"));
    let table = table();
    let headings: Vec<_> = table.columns.iter().map(|column| column.vi.to_owned()).collect();
    assert_eq!(rows[0], headings);
    assert_eq!(rows.len(), table.rows.len() + 1);
    for (read, row) in rows[1..].iter().zip(&table.rows) {
        for (read, cell) in read.iter().zip(&row.cells) {
            match cell {
                Cell::Text(text) => {
                    assert!(!read.trim_start().starts_with(['=', '+', '-', '@']), "{read}");
                    let told = if read == text {
                        text.as_str()
                    } else {
                        read.strip_prefix('\'').unwrap()
                    };
                    assert_eq!(told, text);
                }
                Cell::Count(_) | Cell::Dong(_) | Cell::Tenths(_) | Cell::Date(_) | Cell::None => {
                    assert_eq!(*read, cell.plain());
                }
            }
        }
    }
    assert_eq!(rows[5][1..4], ["14186", "404438921000", "83.4"]);
    assert_eq!(rows[1][3], "-8.5", "a number below nothing stays a number");
}

fn part(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_workbook_has_numbers_days_and_words_and_no_formula() {
    let workbook = rendered(Format::Xlsx);
    let sheet = part(&workbook, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "no formula");
    assert!(sheet.contains("<v>404438921000</v>") && sheet.contains("<v>83.4</v>"));
    assert!(sheet.contains("<v>46346</v>"), "20/11/2026 as a day");
    assert!(!sheet.contains("9223372036854775807"), "what is not exact is no number");
    let words = part(&workbook, "xl/sharedStrings.xml");
    assert!(
        words.contains("9223372036854775807") && words.contains("=HYPERLINK(&quot;") || words.contains("=HYPERLINK(\"")
    );
    assert!(words.contains("Tổng số"));
    let properties = part(&workbook, "docProps/core.xml");
    assert!(properties.contains("2026-11-28"), "made when the figures were taken");
    assert_eq!(workbook, rendered(Format::Xlsx), "the same table gives the same bytes");
}

#[test]
fn json_keeps_money_as_text_and_says_what_columns_mean() {
    let json: serde_json::Value = serde_json::from_slice(&rendered(Format::Json)).unwrap();
    assert_eq!(json["rows"][4]["money"], "404438921000");
    assert_eq!(json["rows"][4]["cases"], 14_186);
    assert_eq!(json["rows"][4]["rate"], "83.4");
    assert_eq!(json["rows"][4]["is_total"], true);
    assert_eq!(json["rows"][1]["rate"], serde_json::Value::Null);
    let list = "open-case-list?unit=%3DHYPERLINK(%22http://x%22,%22y%22)&figure=cases";
    assert_eq!(json["rows"][0]["lists"]["cases"], list);
    assert_eq!(
        json["rows"][0]["lists"]["rate"],
        serde_json::Value::Null,
        "no list stands behind a rate"
    );
    assert_eq!(json["columns"][2]["type"], "dong");
    assert_eq!(json["notes"][0]["certainty"], "R");
}

#[test]
fn the_terminal_shows_numbers_as_papers_write_them() {
    let text = text(Format::Table);
    assert!(text.contains("404.438.921.000") && text.contains("83,4") && text.contains("20/11/2026"));
    assert!(
        !text.lines().any(|line| line.starts_with("hai dòng")),
        "one row is one line"
    );
    let lines: Vec<_> = text.lines().filter(|line| line.contains("20/11/2026")).collect();
    assert_eq!(lines.len(), 5);
}

#[test]
fn the_page_shows_each_chart_with_its_figures_and_nothing_breaks_out() {
    let page = text(Format::Html);
    assert_eq!(page.matches("<svg ").count(), 2);
    assert_eq!(page.matches("<figure ").count(), 2);
    assert_eq!(page.matches("class=\"beside\"").count(), 2, "a table beside each chart");
    assert_eq!(page.matches("role=\"img\"").count(), 2);
    assert!(page.contains("<desc id=\"chart-1-desc\">") && page.contains("patternUnits"));
    assert!(page.contains("THADS tỉnh &lt;Nghệ An&gt;") && !page.contains("<b>Vinh"));
    assert!(page.contains("Nguyễn Văn Mẫu") && page.contains("Trưởng THADS"));
    assert!(!page.contains("<script") && page.contains("default-src 'none'"));
    assert!(page.contains("A4 landscape"));
}

#[test]
fn a_table_without_rows_says_so() {
    let empty = Table {
        rows: Vec::new(),
        ..table()
    };
    let page = String::from_utf8(empty.render(Format::Html, &Letterhead::default()).unwrap()).unwrap();
    assert!(page.contains("Không có số liệu trong kỳ.") && !page.contains("<svg"));
    let text = String::from_utf8(empty.render(Format::Table, &Letterhead::default()).unwrap()).unwrap();
    assert!(text.contains("không có số liệu"));
}
