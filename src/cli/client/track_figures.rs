//! `lienthong track scorecard` and `track response-times`: how agencies keep their times.

use clap::{Args, ValueEnum};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::{Lines, OutputArgs, Table};
use super::session::ask;
use super::view;
use crate::cli::failure::Failure;

/// Over which months.
#[derive(Debug, Args)]
struct Months {
    /// Từ tháng: YYYY-MM; without it this month.
    #[arg(
        long = "from",
        env = "LIENTHONG_FROM_MONTH",
        value_name = "YYYY-MM",
        default_value = ""
    )]
    from_month: String,
    /// Đến tháng: YYYY-MM; without it this month.
    #[arg(long = "to", env = "LIENTHONG_TO_MONTH", value_name = "YYYY-MM", default_value = "")]
    to_month: String,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Scorecard {
    /// Cơ quan: code; without it every agency of which one may see a scorecard, one's own first.
    #[arg(value_name = "AGENCY", default_value = "")]
    agency_code: String,
    #[command(flatten)]
    months: Months,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Scorecard {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let asked = v1::GetScorecardRequest {
            agency_code: self.agency_code,
            from_month: self.months.from_month,
            to_month: self.months.to_month,
        };
        let session = self.connection.connect().await?;
        let told = ask!(async || session.tracking().get_scorecard(asked.clone()).await)?;
        self.output.print(
            || {
                json!({
                    "from_month": told.from_month,
                    "to_month": told.to_month,
                    "as_of_time": view::time(told.as_of_time),
                    "scorecards": told.scorecards.iter().map(card).collect::<Value>(),
                })
            },
            || scorecards_text(&told),
        );
        Ok(())
    }
}

/// By what to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Cơ quan.
    Agency,
    /// Đơn vị.
    Unit,
    /// Loại yêu cầu.
    Kind,
    /// Tỉnh, thành phố của bên gửi.
    Province,
    /// Tháng.
    Month,
}

impl By {
    const fn on_wire(self) -> v1::ResponseGroup {
        match self {
            Self::Agency => v1::ResponseGroup::Agency,
            Self::Unit => v1::ResponseGroup::Unit,
            Self::Kind => v1::ResponseGroup::Kind,
            Self::Province => v1::ResponseGroup::Province,
            Self::Month => v1::ResponseGroup::Month,
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct ResponseTimes {
    /// Phân theo: by what to tell apart, several with commas.
    #[arg(long = "by", env = "LIENTHONG_BY", value_name = "WHAT", value_delimiter = ',')]
    by: Vec<By>,
    #[command(flatten)]
    months: Months,
    /// Cơ quan trả lời: code.
    #[arg(long, env = "LIENTHONG_OF", value_name = "CODE", default_value = "")]
    of: String,
    /// Đơn vị: id of a unit.
    #[arg(long, env = "LIENTHONG_UNIT", value_name = "ID", default_value = "")]
    unit: String,
    /// Loại yêu cầu: code of the kind.
    #[arg(long, env = "LIENTHONG_KIND", value_name = "CODE", default_value = "")]
    kind: String,
    /// Tỉnh, thành phố của bên gửi: 2 digits.
    #[arg(long, env = "LIENTHONG_PROVINCE", value_name = "CODE", default_value = "")]
    province: String,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl ResponseTimes {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let asked = v1::QueryResponseTimesRequest {
            from_month: self.months.from_month,
            to_month: self.months.to_month,
            group_by: self.by.iter().map(|by| by.on_wire().into()).collect(),
            agency_code: self.of,
            unit_id: self.unit,
            kind: self.kind,
            province_code: self.province,
        };
        let session = self.connection.connect().await?;
        let told = ask!(async || session.tracking().query_response_times(asked.clone()).await)?;
        self.output.print(
            || json!({ "rows": told.rows.iter().map(row).collect::<Value>() }),
            || times_text(&told.rows),
        );
        Ok(())
    }
}

fn card(card: &v1::Scorecard) -> Value {
    let overdue = card.overdue.unwrap_or_default();
    json!({
        "agency_code": card.agency_code,
        "whole": card.whole,
        "share_in_time_permille": if card.share_in_time_permille < 0 { Value::Null } else { card.share_in_time_permille.into() },
        "overdue": {
            "day": overdue.day, "week": overdue.week, "month": overdue.month, "older": overdue.older,
            "silent": overdue.silent,
        },
        "figures": figures(card.figures.as_ref()),
    })
}

fn row(row: &v1::ResponseTimes) -> Value {
    json!({
        "agency_code": view::text(&row.agency_code),
        "unit_id": view::text(&row.unit_id),
        "kind": view::text(&row.kind),
        "province_code": view::text(&row.province_code),
        "month": view::text(&row.month),
        "figures": figures(row.figures.as_ref()),
    })
}

fn figures(figures: Option<&v1::ResponseFigures>) -> Value {
    let figures = figures.copied().unwrap_or_default();
    json!({
        "received": figures.received,
        "taken_over": figures.taken_over,
        "handed_over": figures.handed_over,
        "registered_in_time": figures.registered_in_time,
        "registered_late": figures.registered_late,
        "registered_untimed": figures.registered_untimed,
        "interim": figures.interim,
        "answered_in_time": figures.answered_in_time,
        "answered_late": figures.answered_late,
        "answered_untimed": figures.answered_untimed,
        "refused": figures.refused,
        "answered_again": figures.answered_again,
        "answered_again_late": figures.answered_again_late,
        "sent_back": figures.sent_back,
        "sent_back_late": figures.sent_back_late,
        "disputed": figures.disputed,
        "corrected": figures.corrected,
        "withdrawn": figures.withdrawn,
        "extended": figures.extended,
        "paused": figures.paused,
        "paused_seconds": figures.paused_seconds,
        "duty_in_time": figures.duty_in_time,
        "duty_late": figures.duty_late,
        "own_in_time": figures.own_in_time,
        "own_late": figures.own_late,
        "working": figures.working.map(percentiles),
        "wall": figures.wall.map(percentiles),
    })
}

fn percentiles(told: v1::ResponsePercentiles) -> Value {
    json!({
        "count": told.count,
        "p50_seconds": told.p50_seconds,
        "p90_seconds": told.p90_seconds,
        "p99_seconds": told.p99_seconds,
    })
}

/// Hours and minutes: `26:05`.
fn hours(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 3_600, seconds % 3_600 / 60)
}

/// `p50 / p90 / p99`; empty if there is nothing.
fn durations(told: Option<v1::ResponsePercentiles>) -> String {
    let text = |told: v1::ResponsePercentiles| {
        [told.p50_seconds, told.p90_seconds, told.p99_seconds]
            .map(hours)
            .join(" / ")
    };
    told.map(text).unwrap_or_default()
}

fn scorecards_text(told: &v1::GetScorecardResponse) -> String {
    let mut lines = Lines::default();
    lines.text(&format!("Kỳ / period: {} – {}\n", told.from_month, told.to_month));
    for card in &told.scorecards {
        let (figures, overdue) = (card.figures.unwrap_or_default(), card.overdue.unwrap_or_default());
        let whole = if card.whole {
            "toàn bộ"
        } else {
            "với cơ quan mình"
        };
        lines.heading(&format!("{} ({whole})", card.agency_code));
        lines.add("  Đã nhận / received", &figures.received.to_string());
        lines.add(
            "  Vào sổ đúng hạn, quá hạn / registered in time, late",
            &format!("{}, {}", figures.registered_in_time, figures.registered_late),
        );
        lines.add(
            "  Trả lời đúng hạn, quá hạn, không tính hạn / answered in time, late, no limit",
            &format!(
                "{}, {}, {}",
                figures.answered_in_time, figures.answered_late, figures.answered_untimed
            ),
        );
        lines.add(
            "  Từ chối, trả lại, bị đề nghị trả lời lại, được lấy lại / refused, sent back, disputed, withdrawn",
            &format!(
                "{}, {}, {}, {}",
                figures.refused, figures.sent_back, figures.disputed, figures.withdrawn
            ),
        );
        lines.add(
            "  Tạm dừng (lần, giờ) / paused (times, hours)",
            &format!("{}, {}", figures.paused, hours(figures.paused_seconds)),
        );
        lines.add(
            "  Việc của bên gửi đúng hạn, quá hạn / own duties in time, late",
            &format!("{}, {}", figures.own_in_time, figures.own_late),
        );
        lines.add(
            "  Giờ làm việc / working hours p50 / p90 / p99",
            &durations(figures.working),
        );
        lines.add("  Giờ thực tế / wall hours p50 / p90 / p99", &durations(figures.wall));
        lines.add(
            "  Đang quá hạn ≤1, ≤5 ngày làm việc, ≤1 tháng, lâu hơn / overdue by age",
            &format!(
                "{}, {}, {}, {}",
                overdue.day, overdue.week, overdue.month, overdue.older
            ),
        );
        lines.add("  Im lặng / silent", &overdue.silent.to_string());
        if card.share_in_time_permille >= 0 {
            let share = format!(
                "{},{} %",
                card.share_in_time_permille / 10,
                card.share_in_time_permille % 10
            );
            lines.add("  Tỷ lệ đúng hạn chung / overall share in time", &share);
        }
    }
    lines.finish()
}

fn times_text(rows: &[v1::ResponseTimes]) -> String {
    let mut table = Table::new(&[
        "Cơ quan",
        "Đơn vị",
        "Loại",
        "Tỉnh",
        "Tháng",
        "Nhận",
        "Đúng hạn",
        "Quá hạn",
        "Từ chối",
        "Trả lại",
        "Giờ làm việc p50 / p90 / p99",
        "Giờ thực tế p50 / p90 / p99",
    ]);
    for row in rows {
        let figures = row.figures.unwrap_or_default();
        table.row(&[
            row.agency_code.clone(),
            row.unit_id.clone(),
            row.kind.clone(),
            row.province_code.clone(),
            row.month.clone(),
            figures.received.to_string(),
            figures.answered_in_time.to_string(),
            figures.answered_late.to_string(),
            figures.refused.to_string(),
            figures.sent_back.to_string(),
            durations(figures.working),
            durations(figures.wall),
        ]);
    }
    if table.is_empty() {
        "Không có số liệu. / No figures.\n".to_owned()
    } else {
        table.text("")
    }
}
