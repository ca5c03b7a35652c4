//! The file of measures to import: CSV with a heading; what is wrong is told by line and column, all of it at once.

use lienthong_proto::v1;

use crate::cli::args::moment;
use crate::cli::failure::Failure;
use crate::domain::calendar::csv::split_line;
use crate::domain::text::fold;
use crate::domain::time::Timestamp;
use crate::grpc::convert::time;

/// The columns, and whether a line must fill them.
const COLUMNS: [(&str, bool); 10] = [
    ("kind", true),
    ("holder", true),
    ("issuer", true),
    ("decision_number", true),
    ("decision_date", true),
    ("decision_office", false),
    ("amount", false),
    ("currency", false),
    ("start_time", true),
    ("accounts", false),
];

/// Most faults that are told.
const MOST_FAULTS: usize = 50;

/// A measure of the file.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// The number of its (first) line, from 1; the heading is line 1.
    pub(super) number: usize,
    /// What it says.
    pub(super) measure: v1::NewMeasure,
}

/// What tells one measure from another at its holder: the decision stands there once.
pub(super) fn identity(holder: &str, number: &str, date: &str, issuer: &str) -> [String; 4] {
    [holder.to_owned(), fold(number), date.to_owned(), issuer.to_owned()]
}

impl Line {
    /// See [`identity`].
    pub(super) fn identity(&self) -> [String; 4] {
        let measure = &self.measure;
        identity(
            &measure.holder_agency_code,
            &measure.decision_number,
            &measure.decision_date,
            &measure.issuer_agency_code,
        )
    }
}

/// The column of a member of the message.
pub(super) fn column_of(member: &str) -> &str {
    match member {
        "holder_agency_code" => "holder",
        "issuer_agency_code" => "issuer",
        member if member.starts_with("held") && member.ends_with("unit") => "currency",
        member if member.starts_with("held") => "amount",
        member if member.starts_with("accounts") => "accounts",
        member => member,
    }
}

/// Faults, as lines in both languages.
#[derive(Debug, Default)]
struct Faults {
    vi: String,
    en: String,
    count: usize,
}

impl Faults {
    fn add(&mut self, line: usize, column: &str, vi: &str, en: &str) {
        self.count += 1;
        if self.count <= MOST_FAULTS {
            let place = line.to_string();
            self.vi.extend(["\n  dòng ", &place, ", cột ", column, ": ", vi]);
            self.en.extend(["\n  line ", &place, ", column ", column, ": ", en]);
        }
    }

    fn finish(self) -> Result<(), Failure> {
        if self.count == 0 {
            return Ok(());
        }
        Err(Failure::configuration(
            format!("FILE: tệp có {} lỗi; chưa nhập gì{}", self.count, self.vi),
            format!("FILE: {} faults; nothing was imported{}", self.count, self.en),
        ))
    }
}

/// The measures of the file. Lines of one decision in several currencies are one measure.
pub(super) fn parse(text: &str) -> Result<Vec<Line>, Failure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim_end()));
    let heading = lines.next().and_then(|(_, line)| split_line(line)).unwrap_or_default();
    let heading: Vec<&str> = heading.iter().map(|name| name.trim()).collect();
    let mut faults = Faults::default();
    for (name, is_required) in COLUMNS {
        if is_required && !heading.contains(&name) {
            faults.add(
                1,
                name,
                "thiếu cột này trong dòng tiêu đề",
                "the heading lacks this column",
            );
        }
    }
    for name in &heading {
        if !COLUMNS.iter().any(|(known, _)| known == name) {
            faults.add(1, name, "không có cột này", "there is no such column");
        }
    }
    let mut measures: Vec<Line> = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let fields = split_line(line).filter(|fields| fields.len() == heading.len());
        let Some(fields) = fields else {
            faults.add(
                number,
                "*",
                "số cột khác dòng tiêu đề, hoặc dấu \" sai",
                "another number of columns, or a broken \"",
            );
            continue;
        };
        let cell = |name: &str| {
            let place = heading.iter().position(|known| *known == name);
            place.and_then(|place| fields.get(place)).map_or("", |cell| cell.trim())
        };
        if let Some(line) = measure(number, cell, &mut faults) {
            keep(&mut measures, line, &mut faults);
        }
    }
    if measures.is_empty() {
        faults.add(1, "*", "tệp không có dòng nào", "the file has no lines");
    }
    faults.finish()?;
    Ok(measures)
}

fn measure<'c>(number: usize, cell: impl Fn(&str) -> &'c str, faults: &mut Faults) -> Option<Line> {
    let before = faults.count;
    for (name, is_required) in COLUMNS {
        if is_required && cell(name).is_empty() {
            faults.add(number, name, "không được để trống", "must not be empty");
        }
    }
    let date = cell("decision_date");
    let is_date = date
        .parse::<jiff::civil::Date>()
        .is_ok_and(|read| read.to_string() == date);
    if !date.is_empty() && !is_date {
        faults.add(
            number,
            "decision_date",
            "cần ngày dạng YYYY-MM-DD",
            "expected YYYY-MM-DD",
        );
    }
    let start: Option<Timestamp> = moment(cell("start_time"));
    if start.is_none() && !cell("start_time").is_empty() {
        faults.add(
            number,
            "start_time",
            "cần thời điểm dạng 2026-06-30T09:00:00+07:00 hoặc ngày 2026-06-30",
            "expected a time as 2026-06-30T09:00:00+07:00 or a date as 2026-06-30",
        );
    }
    let (amount, currency) = (cell("amount"), cell("currency"));
    if amount.is_empty() != currency.is_empty() {
        let missing = if amount.is_empty() { "amount" } else { "currency" };
        faults.add(
            number,
            missing,
            "số tiền và loại tiền phải đi cùng nhau",
            "amount and currency go together",
        );
    }
    if !amount.is_empty() && !amount.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        faults.add(
            number,
            "amount",
            "cần số viết liền, không dấu phân cách hàng nghìn",
            "expected a decimal without separators",
        );
    }
    let held = v1::Amount {
        value: amount.to_owned(),
        unit: currency.to_owned(),
    };
    (faults.count == before).then(|| Line {
        number,
        measure: v1::NewMeasure {
            kind: cell("kind").to_owned(),
            holder_agency_code: cell("holder").to_owned(),
            issuer_agency_code: cell("issuer").to_owned(),
            decision_number: cell("decision_number").to_owned(),
            decision_date: date.to_owned(),
            decision_office: cell("decision_office").to_owned(),
            held: if amount.is_empty() { Vec::new() } else { vec![held] },
            start_time: start.map(time),
            accounts: cell("accounts")
                .split(';')
                .map(str::trim)
                .filter(|account| !account.is_empty())
                .map(str::to_owned)
                .collect(),
        },
    })
}

/// Adds a line; one of a decision that stands above already adds another currency to it.
fn keep(measures: &mut Vec<Line>, line: Line, faults: &mut Faults) {
    let Some(above) = measures.iter_mut().find(|above| above.identity() == line.identity()) else {
        measures.push(line);
        return;
    };
    let is_new = |held: &v1::Amount| above.measure.held.iter().all(|known| known.unit != held.unit);
    if line.measure.held.is_empty() || !line.measure.held.iter().all(is_new) {
        let (vi, en) = (
            format!("quyết định này đã có ở dòng {}", above.number),
            format!("this decision stands in line {} already", above.number),
        );
        faults.add(line.number, "decision_number", &vi, &en);
        return;
    }
    above.measure.held.extend(line.measure.held);
    let accounts = line.measure.accounts.into_iter();
    let accounts: Vec<String> = accounts
        .filter(|account| !above.measure.accounts.contains(account))
        .collect();
    above.measure.accounts.extend(accounts);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = "kind,holder,issuer,decision_number,decision_date,decision_office,amount,currency,start_time";

    fn file(lines: &[&str]) -> String {
        [&[HEADING], lines].concat().join("\r\n")
    }

    #[test]
    fn a_decision_in_two_currencies_is_one_measure() {
        let read = parse(&file(&[
            r#"account-freeze,NH.A,THADS.37,12/QĐ-THADS,2025-03-04,"Chi cục, cũ",1000000,VND,2025-03-05"#,
            "account-freeze,NH.A,THADS.37,12/qđ-thads,2025-03-04,,250.5,USD,2025-03-05",
        ]))
        .unwrap();
        let [line] = read.as_slice() else { panic!("one measure") };
        assert_eq!((line.number, line.measure.held.len()), (2, 2));
        assert_eq!(line.measure.decision_office, "Chi cục, cũ");
        assert_eq!(line.measure.start_time.unwrap().seconds, 1_741_107_600);
    }

    #[test]
    fn every_fault_is_told_by_line_and_column() {
        let failure = parse(&file(&[
            "account-freeze,NH.A,,12,04/03/2025,,1.000.000 đ,VND,yesterday",
            "too,few",
            "account-freeze,NH.A,T,12,2025-03-04,,5,,2025-03-05",
        ]));
        let told = format!("{:?}", failure.unwrap_err());
        for place in [
            "line 2, column issuer",
            "line 2, column decision_date",
            "line 2, column amount",
            "line 2, column start_time",
            "line 3, column *",
            "line 4, column currency",
        ] {
            assert!(told.contains(place), "{place}: {told}");
        }
        assert!(format!("{:?}", parse("kind,holder\n").unwrap_err()).contains("column start_time"));
    }
}
