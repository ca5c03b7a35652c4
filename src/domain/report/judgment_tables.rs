//! Judgments: how courts keep the limit of transferring them, which numbers never came, and the lists behind.

use jiff::civil::Date;

use super::super::catalogue::rule::Certainty;
use super::super::deadline::DeadlineStatus;
use super::super::time::Timestamp;
use super::catalogue::{Report, TransferFigure};
use super::judgments::Gap;
use super::ratio::Tenths;
use super::reference::Reference;
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table};

/// The transfers between a court and an enforcement agency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transfers {
    /// All of the period.
    pub transferred: i64,
    /// Within the limit.
    pub in_time: i64,
    /// After it.
    pub late: i64,
}

impl Transfers {
    /// Those for which no limit holds, or none could be computed.
    pub const fn no_limit(&self) -> i64 {
        self.transferred - self.in_time - self.late
    }

    fn add(&mut self, other: &Self) {
        self.transferred += other.transferred;
        self.in_time += other.in_time;
        self.late += other.late;
    }
}

/// A row: the agency on the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRow {
    /// What it is called.
    pub name: String,
    /// How many.
    pub transfers: Transfers,
    /// The list behind it, without the figure.
    pub list: Option<Reference>,
}

fn table(report: Report, scope: Vec<String>, columns: Vec<Column>, rows: Vec<Row>, as_of: Timestamp) -> Table {
    let told = report.description();
    Table {
        code: report.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns,
        rows,
        notes: Vec::new(),
        charts: Vec::new(),
        as_of,
    }
}

fn note(text: &str, basis: &'static str, certainty: Certainty) -> Note {
    Note {
        text: text.to_owned(),
        basis,
        certainty,
    }
}

/// How the limit of transferring is kept, by court.
pub fn late_transfers(rows: &[TransferRow], scope: Vec<String>, as_of: Timestamp) -> Table {
    let opened = |figure: TransferFigure, vi, en| Column::count(figure.as_str(), vi, en).opening();
    let columns = vec![
        Column::text("court", "Tòa án, cơ quan", "Court, agency"),
        opened(TransferFigure::Transferred, "Đã chuyển giao", "Transferred"),
        opened(TransferFigure::InTime, "Đúng hạn", "In time"),
        opened(TransferFigure::Late, "Chậm", "Late"),
        opened(TransferFigure::NoLimit, "Không tính hạn", "No limit"),
        Column::new("share_late", ColumnKind::Percent, "Tỷ lệ chậm (%)", "Late (%)"),
    ];
    let cells = |name: &str, transfers: &Transfers| {
        let timed = transfers.in_time + transfers.late;
        vec![
            Cell::text(name),
            Cell::Count(transfers.transferred),
            Cell::Count(transfers.in_time),
            Cell::Count(transfers.late),
            Cell::Count(transfers.no_limit()),
            Cell::tenths(Tenths::share(transfers.late.into(), timed.into())),
        ]
    };
    let lines = rows.iter().map(|row| Row {
        cells: cells(&row.name, &row.transfers),
        is_total: false,
        list: row.list.clone(),
    });
    let mut all = Transfers::default();
    for row in rows {
        all.add(&row.transfers);
    }
    let total = Row {
        cells: cells("Tổng số", &all),
        is_total: true,
        list: None,
    };
    let lines = lines.chain(Some(total).filter(|_| rows.len() > 1)).collect();
    let mut table = table(Report::LateTransfers, scope, columns, lines, as_of);
    table.notes = vec![
        note(
            "Chậm: chuyển giao sau thời hạn tính từ ngày có hiệu lực hoặc ngày ra bản án, quyết định mà Tòa án ghi, theo từng loại án.",
            Report::LateTransfers.description().basis,
            Certainty::Verified,
        ),
        note(
            "Kỳ tính theo ngày cổng ghi nhận chuyển giao. Bản án chưa chuyển giao thì không có ở đây: xem số bản án chưa thấy (judgment-gaps).",
            "",
            Certainty::Derived,
        ),
    ];
    table.charts = vec![Chart {
        kind: ChartKind::Bars,
        vi: "Chuyển giao đúng hạn và chậm".to_owned(),
        names: "court",
        series: vec!["in_time", "late"],
    }];
    table
}

/// A transfer of a judgment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The request's id.
    pub id: String,
    /// The agency on the other side.
    pub partner: String,
    /// The judgment's number; empty if the content was erased.
    pub number: String,
    /// The judgment's date.
    pub date: Option<Date>,
    /// When it takes effect.
    pub effective: Option<Date>,
    /// When it was transferred.
    pub transferred: Date,
    /// When it was due at the latest.
    pub due: Option<Date>,
    /// How the clock of transferring ended.
    pub status: Option<DeadlineStatus>,
    /// The recipient's register number.
    pub registry_number: String,
}

impl Transfer {
    /// Days after the last one that was allowed; none if it was not late.
    fn days_late(&self) -> Option<i64> {
        let due = self.due.filter(|_| self.status == Some(DeadlineStatus::Breached))?;
        let span = due.until(self.transferred).ok()?;
        Some(i64::from(span.get_days()).max(0))
    }
}

const fn verdict(status: Option<DeadlineStatus>) -> &'static str {
    match status {
        Some(DeadlineStatus::Met) => "Đúng hạn",
        Some(DeadlineStatus::Breached) => "Chậm",
        Some(
            DeadlineStatus::Running
            | DeadlineStatus::Paused
            | DeadlineStatus::PendingCalendar
            | DeadlineStatus::Cancelled,
        )
        | None => "Không tính hạn",
    }
}

/// Transfers one by one.
pub fn transfer_list(transfers: &[Transfer], scope: Vec<String>, as_of: Timestamp) -> Table {
    let date = |key, vi, en| Column::new(key, ColumnKind::Date, vi, en);
    let columns = vec![
        Column::text("partner", "Tòa án, cơ quan", "Court, agency"),
        Column::text("number", "Bản án, quyết định số", "Judgment"),
        date("date", "Ngày bản án", "Judgment's date"),
        date("effective", "Ngày có hiệu lực", "Effective"),
        date("transferred", "Ngày chuyển giao", "Transferred"),
        date("due", "Hạn chuyển giao", "Due"),
        Column::text("verdict", "Đánh giá", "Verdict"),
        Column::count("days_late", "Chậm (ngày)", "Days late"),
        Column::text("registry_number", "Số vào sổ", "Register number"),
        Column::text("id", "Mã yêu cầu", "Request"),
    ];
    let day = |date: Option<Date>| date.map_or(Cell::None, Cell::Date);
    let rows = transfers.iter().map(|transfer| Row {
        cells: vec![
            Cell::text(&transfer.partner),
            Cell::text(&transfer.number),
            day(transfer.date),
            day(transfer.effective),
            Cell::Date(transfer.transferred),
            day(transfer.due),
            Cell::text(verdict(transfer.status)),
            transfer.days_late().map_or(Cell::None, Cell::Count),
            Cell::text(&transfer.registry_number),
            Cell::text(&transfer.id),
        ],
        is_total: false,
        list: None,
    });
    table(Report::TransferList, scope, columns, rows.collect(), as_of)
}

/// The gaps of a court.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapRow {
    /// The court.
    pub court: String,
    /// A gap in one of its series.
    pub gap: Gap,
    /// The list of what came of the series.
    pub list: Option<Reference>,
}

/// Numbers that never came, by court and series.
pub fn judgment_gaps(rows: &[GapRow], scope: Vec<String>, as_of: Timestamp) -> Table {
    let columns = vec![
        Column::text("court", "Tòa án", "Court"),
        Column::text("series", "Dãy số", "Series"),
        Column::count("from", "Từ số", "From"),
        Column::count("to", "Đến số", "To"),
        Column::count("missing", "Số chưa thấy", "Missing"),
        Column::count("received", "Số đã nhận của dãy", "Received of the series").opening(),
    ];
    let lines = rows.iter().map(|row| Row {
        cells: vec![
            Cell::text(&row.court),
            Cell::text(format!("{}/{}", row.gap.year, row.gap.symbol)),
            Cell::Count(row.gap.from.into()),
            Cell::Count(row.gap.to.into()),
            Cell::Count(row.gap.count().into()),
            Cell::Count(i64::try_from(row.gap.received).unwrap_or(i64::MAX)),
        ],
        is_total: false,
        list: row.list.clone(),
    });
    let mut table = table(Report::JudgmentGaps, scope, columns, lines.collect(), as_of);
    table.notes = vec![note(
        "Chỉ các số nằm giữa số nhỏ nhất và số lớn nhất đã nhận của cùng một Tòa án, năm và ký hiệu. Không phải bản án nào cũng phải thi hành: \
         đây là câu hỏi gửi Tòa án, không phải kết luận.",
        Report::JudgmentGaps.description().basis,
        Certainty::Derived,
    )];
    table
}

/// A judgment that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedJudgment {
    /// The court.
    pub court: String,
    /// Its number, as the court wrote it.
    pub number: String,
    /// Its date.
    pub date: Date,
    /// When it was transferred.
    pub transferred: Date,
    /// The register number.
    pub registry_number: String,
    /// The request's id.
    pub id: String,
}

/// Judgments that came, one by one.
pub fn judgment_list(judgments: &[ReceivedJudgment], scope: Vec<String>, as_of: Timestamp) -> Table {
    let columns = vec![
        Column::text("court", "Tòa án", "Court"),
        Column::text("number", "Bản án, quyết định số", "Judgment"),
        Column::new("date", ColumnKind::Date, "Ngày bản án", "Judgment's date"),
        Column::new("transferred", ColumnKind::Date, "Ngày chuyển giao", "Transferred"),
        Column::text("registry_number", "Số vào sổ", "Register number"),
        Column::text("id", "Mã yêu cầu", "Request"),
    ];
    let rows = judgments.iter().map(|judgment| Row {
        cells: vec![
            Cell::text(&judgment.court),
            Cell::text(&judgment.number),
            Cell::Date(judgment.date),
            Cell::Date(judgment.transferred),
            Cell::text(&judgment.registry_number),
            Cell::text(&judgment.id),
        ],
        is_total: false,
        list: None,
    });
    table(Report::JudgmentList, scope, columns, rows.collect(), as_of)
}
