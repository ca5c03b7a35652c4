//! What ends soon.

use super::super::Result;
use super::finding::Finding;
use crate::app::calendar::missing_next_year;
use crate::domain::calendar::Calendar;
use crate::domain::time::Timestamp;
use crate::store::Snapshot;

/// What ends within so many days is told.
const DAYS: i64 = 30;
/// The most agencies that one line names.
const MOST_NAMED: usize = 20;

fn limit(now: Timestamp) -> Timestamp {
    now.plus_hours(24 * DAYS)
}

fn named(names: &[String]) -> String {
    let mut text = names.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > MOST_NAMED {
        text.push_str(", …");
    }
    text
}

/// Agencies whose last certificate for a purpose ends.
pub(super) async fn credentials(snapshot: &mut Snapshot, now: Timestamp) -> Result<Finding> {
    const CHECK: &str = "credentials";
    let ending = snapshot.credentials_ending(limit(now)).await?;
    if ending.is_empty() {
        return Ok(Finding::ok(
            CHECK,
            format!("Không có chứng thư số nào hết hạn trong {DAYS} ngày tới mà chưa có cái thay thế."),
            format!("No certificate ends within {DAYS} days without another in its place."),
        ));
    }
    let names: Vec<String> = ending
        .iter()
        .map(|end| format!("{} {} {}", end.agency, end.purpose, end.until.date()))
        .collect();
    Ok(Finding::warn(
        CHECK,
        format!("Chứng thư số sắp hoặc đã hết hạn: {}.", named(&names)),
        format!("Certificates that end soon or have ended: {}.", named(&names)),
        (
            "Báo các cơ quan này đăng ký chứng thư số mới trước ngày hết hạn.",
            "Ask these agencies to register new certificates before that day.",
        ),
    ))
}

/// Agencies with officers who end.
pub(super) async fn officers(snapshot: &mut Snapshot, now: Timestamp) -> Result<Finding> {
    const CHECK: &str = "officers";
    let (from, to) = (now.date().to_string(), limit(now).date().to_string());
    let ending = snapshot.officers_ending(&from, &to).await?;
    if ending.is_empty() {
        return Ok(Finding::ok(
            CHECK,
            format!("Không có cán bộ nào hết hiệu lực đăng ký trong {DAYS} ngày tới."),
            format!("No officer's registration ends within {DAYS} days."),
        ));
    }
    let names: Vec<String> = ending
        .iter()
        .map(|one| format!("{} ({})", one.agency, one.count))
        .collect();
    Ok(Finding::warn(
        CHECK,
        format!("Cán bộ sắp hết hiệu lực đăng ký, theo cơ quan: {}.", named(&names)),
        format!("Officers whose registration ends soon, by agency: {}.", named(&names)),
        (
            "Báo các cơ quan này gia hạn hoặc đăng ký cán bộ thay thế.",
            "Ask these agencies to register them anew, or others in their place.",
        ),
    ))
}

/// The years that deadlines are counted in have data.
pub(super) async fn calendar(snapshot: &mut Snapshot, now: Timestamp) -> Result<Finding> {
    const CHECK: &str = "calendar";
    const IMPORT: (&str, &str) = (
        "Nhập lịch nghỉ đã công bố: lienthong calendar import TỆP",
        "Import the announced days: lienthong calendar import FILE",
    );
    let calendar = Calendar::of_states(snapshot.calendar_days().await?, Vec::new());
    let year = now.date().year();
    let finding = |make: fn(&'static str, String, String, (&'static str, &'static str)) -> Finding, year: i16| {
        make(
            CHECK,
            format!("Chưa có lịch làm việc của năm {year}."),
            format!("There is no calendar for the year {year}."),
            IMPORT,
        )
    };
    Ok(if !calendar.has_year(year) {
        finding(Finding::fail, year)
    } else if let Some(next) = missing_next_year(&calendar, now.date()) {
        finding(Finding::warn, next)
    } else {
        Finding::ok(
            CHECK,
            format!("Có lịch làm việc của năm {year}."),
            format!("The calendar has the year {year}."),
        )
    })
}
