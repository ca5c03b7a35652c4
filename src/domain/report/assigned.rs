//! What heads assign and sign off: monthly targets of officers, campaigns and closed periods, and how far each has come.

use super::super::catalogue::rule::Certainty;
use super::super::time::Timestamp;
use super::campaign::{Campaign, Progress};
use super::catalogue::Report;
use super::figures::Amount;
use super::period::{Month, Period};
use super::ratio::Tenths;
use super::reference::Reference;
use super::table::{Cell, Chart, ChartKind, Column, ColumnKind, Note, Row, Table};

fn made(report: Report, columns: Vec<Column>, rows: Vec<Row>, scope: Vec<String>, as_of: Timestamp) -> Table {
    let told = report.description();
    Table {
        code: report.as_str(),
        vi: told.vi.to_owned(),
        en: told.en.to_owned(),
        scope,
        columns,
        rows,
        notes: vec![Note {
            text: "Tỷ lệ = thi hành xong (kể cả đình chỉ, miễn, giảm) trên chỉ tiêu.".to_owned(),
            basis: told.basis,
            certainty: told.certainty,
        }],
        charts: Vec::new(),
        as_of,
    }
}

/// The columns of what is to be done and what was.
fn against() -> [Column; 6] {
    let percent = |key, vi, en| Column::new(key, ColumnKind::Percent, vi, en);
    let dong = |key, vi, en| Column::new(key, ColumnKind::Dong, vi, en);
    [
        Column::count("target", "Chỉ tiêu (việc)", "Target (cases)"),
        Column::count("done", "Đã xong (việc)", "Done (cases)").opening(),
        percent("cases_reached", "Đạt về việc (%)", "Reached, cases (%)"),
        dong("target_dong", "Chỉ tiêu (đồng)", "Target (đồng)"),
        dong("done_dong", "Đã xong (đồng)", "Done (đồng)").opening(),
        percent("money_reached", "Đạt về tiền (%)", "Reached, money (%)"),
    ]
}

fn reached(target: (u32, i64), done: Amount) -> [Cell; 6] {
    let (cases, money) = target;
    [
        Cell::Count(cases.into()),
        Cell::Count(done.cases),
        Cell::tenths(Tenths::share(done.cases.into(), cases.into())),
        Cell::Dong(money.into()),
        Cell::Dong(done.dong),
        Cell::tenths(Tenths::share(done.dong, money.into())),
    ]
}

/// An officer's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerMonth {
    /// What the officer is called.
    pub name: String,
    /// The month.
    pub month: Month,
    /// Cases and đồng to be done.
    pub target: (u32, i64),
    /// What was done.
    pub done: Amount,
    /// The list behind it, without the figure.
    pub list: Option<Reference>,
}

/// Monthly targets of officers.
pub fn officer_targets(months: &[OfficerMonth], scope: Vec<String>, as_of: Timestamp) -> Table {
    let names = [
        Column::text("officer", "Chấp hành viên", "Officer"),
        Column::text("month", "Tháng", "Month"),
    ];
    let rows = months.iter().map(|month| {
        let names = [Cell::text(&month.name), Cell::text(month.month.label_vi())];
        Row {
            cells: names.into_iter().chain(reached(month.target, month.done)).collect(),
            is_total: false,
            list: month.list.clone(),
        }
    });
    let columns = names.into_iter().chain(against()).collect();
    made(Report::OfficerTargets, columns, rows.collect(), scope, as_of)
}

/// A campaign with what was done in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignRow {
    /// Its code.
    pub code: String,
    /// What it is.
    pub campaign: Campaign,
    /// How far it has come.
    pub progress: Progress,
    /// The list behind it, without the figure.
    pub list: Option<Reference>,
}

/// Campaigns.
pub fn campaigns(rows: &[CampaignRow], scope: Vec<String>, as_of: Timestamp) -> Table {
    let names = [
        Column::text("code", "Đợt", "Campaign"),
        Column::text("window", "Thời gian", "Window"),
        Column::text("about", "Phạm vi", "Scope"),
    ];
    let left = [
        Column::count("left", "Còn có điều kiện (việc)", "Left (cases)").opening(),
        Column::new("left_dong", ColumnKind::Dong, "Còn có điều kiện (đồng)", "Left (đồng)").opening(),
    ];
    let lines = rows.iter().map(|row| {
        let (campaign, progress) = (&row.campaign, &row.progress);
        let names = [
            Cell::text(&row.code),
            Cell::text(campaign.period.label_vi()),
            Cell::text(about(campaign)),
        ];
        let left = [Cell::Count(progress.left.cases), Cell::Dong(progress.left.dong)];
        let target = (campaign.cases, campaign.dong.get());
        Row {
            cells: names
                .into_iter()
                .chain(reached(target, progress.done))
                .chain(left)
                .collect(),
            is_total: false,
            list: row.list.clone(),
        }
    });
    let columns = names.into_iter().chain(against()).chain(left).collect();
    let mut table = made(Report::Campaigns, columns, lines.collect(), scope, as_of);
    table.charts = vec![Chart {
        kind: ChartKind::Bars,
        vi: "Chỉ tiêu và đã xong theo đợt (việc)".to_owned(),
        names: "code",
        series: vec!["target", "done"],
    }];
    table
}

fn about(campaign: &Campaign) -> String {
    let units = campaign
        .units
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    let units = if units.is_empty() {
        "mọi đơn vị".to_owned()
    } else {
        units
    };
    let tag = campaign
        .tag
        .map(|tag| format!("; nhãn {}", tag.label_vi()))
        .unwrap_or_default();
    let initiative = campaign
        .initiative
        .map(|initiative| format!("; {}", initiative.label_vi()));
    format!("{units}{tag}{}", initiative.unwrap_or_default())
}

/// A period that a head closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Which.
    pub period: Period,
    /// How many agencies' books are closed with it.
    pub agencies: usize,
    /// Who answers for the figures.
    pub head: String,
    /// When it was closed.
    pub closed: Timestamp,
    /// The entry of the log.
    pub log_index: i64,
    /// SHA-256 of the figures, hex.
    pub digest: String,
}

/// Closed periods.
pub fn closings(closings: &[Closing], scope: Vec<String>, as_of: Timestamp) -> Table {
    let columns = vec![
        Column::text("period", "Kỳ", "Period"),
        Column::count("agencies", "Số cơ quan", "Agencies"),
        Column::text("head", "Người chịu trách nhiệm", "Who answers for it"),
        Column::new("closed", ColumnKind::Date, "Ngày khóa", "Closed"),
        Column::count("log_index", "Mục nhật ký", "Log entry"),
        Column::text("digest", "SHA-256 của số liệu", "SHA-256 of the figures"),
    ];
    let rows = closings.iter().map(|closing| Row {
        cells: vec![
            Cell::text(closing.period.label_vi()),
            Cell::Count(i64::try_from(closing.agencies).unwrap_or(i64::MAX)),
            Cell::text(&closing.head),
            Cell::Date(closing.closed.date()),
            Cell::Count(closing.log_index),
            Cell::text(&closing.digest),
        ],
        is_total: false,
        list: None,
    });
    let mut table = made(Report::Closings, columns, rows.collect(), scope, as_of);
    table.notes = vec![Note {
        text: "Số liệu của kỳ đã khóa không đổi; thay đổi đến sau được tính vào tháng chưa khóa (late-entries)."
            .to_owned(),
        basis: "",
        certainty: Certainty::Derived,
    }];
    table
}
