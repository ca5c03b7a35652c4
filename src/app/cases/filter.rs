//! The filter of a list of cases: `name = value` conditions joined by ` AND `.

use jiff::civil::{Date, Time};

use crate::domain::enforcement_case::{CaseStatus, Tag};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{OfficerId, UnitId};
use crate::domain::macros::text_enum;
use crate::domain::time::Timestamp;
use crate::store::CaseFilter;

/// The longest filter, in characters.
const MAX_CHARS: usize = 1_000;
/// The longest number of a decision, in characters.
const MAX_NUMBER: usize = 100;

text_enum! {
    /// What a condition can be about.
    pub enum Name {
        /// The status.
        Status => "status",
        /// A mark.
        Tag => "tag",
        /// The unit that has it.
        Unit => "unit",
        /// The officer who has it.
        Officer => "officer",
        /// The number of the enforcement decision.
        Number => "number",
        /// Opened on this day or before.
        OpenedUntil => "opened_until",
        /// Something is due on this day or before.
        DueUntil => "due_until",
        /// Money is held since this day or before, and no debit or release of it was ordered.
        HeldUntil => "held_until",
        /// Money was debited on this day or before, and has not arrived.
        UnderWayUntil => "under_way_until",
    }
}

/// Which cases to list. Absent conditions do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter(CaseFilter);

impl Filter {
    /// Reads a filter; empty for all.
    ///
    /// # Errors
    /// `FIELD_INVALID` on `filter`, with what is wrong and what can be written.
    pub fn parse(text: &str) -> Result<Self> {
        if text.chars().count() > MAX_CHARS {
            let (vi, en) = (
                format!("Không được quá {MAX_CHARS} ký tự."),
                format!("At most {MAX_CHARS} characters."),
            );
            return Err(Error::field("filter", "too_long", vi, en));
        }
        let mut filter = Self::default();
        if text.trim().is_empty() {
            return Ok(filter);
        }
        let mut seen = Vec::new();
        for condition in text.split(" AND ") {
            let (name, value) = condition.split_once('=').ok_or_else(malformed)?;
            let name: Name = name.trim().parse().map_err(|_unknown| malformed())?;
            if seen.contains(&name) {
                return Err(Error::field(
                    "filter",
                    "repeated",
                    "Mỗi điều kiện chỉ được nêu một lần.",
                    "Each condition may stand once only.",
                ));
            }
            seen.push(name);
            filter.set(name, value.trim()).ok_or_else(|| {
                Error::field(
                    "filter",
                    "value",
                    format!("Giá trị của điều kiện “{name}” không hợp lệ."),
                    format!("The value of the condition “{name}” is not valid."),
                )
            })?;
        }
        Ok(filter)
    }

    fn set(&mut self, name: Name, value: &str) -> Option<()> {
        let filter = &mut self.0;
        match name {
            Name::Status => filter.status = value.parse::<CaseStatus>().ok()?.to_string(),
            Name::Tag => filter.tag = format!("%\"{}\"%", value.parse::<Tag>().ok()?),
            Name::Unit => filter.unit = value.parse::<UnitId>().ok()?.to_string(),
            Name::Officer => filter.officer = value.parse::<OfficerId>().ok()?.to_string(),
            Name::Number => {
                let fits = !value.is_empty() && value.chars().count() <= MAX_NUMBER;
                filter.number = fits.then(|| value.to_owned())?;
            }
            Name::OpenedUntil => filter.opened_until = day(value)?.to_string(),
            Name::DueUntil => filter.due_until = day(value)?.to_string(),
            Name::HeldUntil => filter.held_until = Some(end_of(day(value)?)?),
            Name::UnderWayUntil => filter.under_way_until = Some(end_of(day(value)?)?),
        }
        Some(())
    }

    pub(super) fn to_store(&self) -> CaseFilter {
        self.0.clone()
    }
}

fn day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|date| date.to_string() == text)
}

/// The first instant after a day in Viet Nam.
fn end_of(day: Date) -> Option<Timestamp> {
    let next = day.tomorrow().ok()?;
    Some(Timestamp::from_civil(next.to_datetime(Time::midnight())))
}

fn malformed() -> Error {
    let names: Vec<&str> = Name::ALL.iter().map(|name| name.as_str()).collect();
    let names = names.join(", ");
    Error::field(
        "filter",
        "syntax",
        format!("Cần các điều kiện “tên = giá trị” nối bằng “ AND ”; tên là một trong: {names}."),
        format!("Expected conditions “name = value” joined by “ AND ”; a name is one of: {names}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        let refused = Filter::parse(text).unwrap_err();
        refused.fields().first().unwrap().reason.clone()
    }

    #[test]
    fn every_condition_is_read() {
        let text = "status = NO_CONDITIONS AND tag = CREDIT AND unit = pkv1 AND officer = chv01 AND number = 12/QĐ-THADS AND \
                    opened_until = 2024-01-01 AND due_until=2026-11-30 AND held_until = 2026-11-01 AND under_way_until = 2026-11-02";
        let filter = Filter::parse(text).unwrap().to_store();
        assert_eq!(filter.status, "NO_CONDITIONS");
        assert_eq!(filter.tag, r#"%"CREDIT"%"#);
        assert_eq!(filter.number, "12/QĐ-THADS");
        assert_eq!(filter.due_until, "2026-11-30");
        assert_eq!(
            filter.held_until.map(Timestamp::to_rfc3339).as_deref(),
            Some("2026-11-02T00:00:00+07:00")
        );
        assert_eq!(text.matches(" = ").count() + 1, Name::ALL.len(), "none is left out");
    }

    #[test]
    fn everything_else_is_refused() {
        assert_eq!(reason("colour = RED"), "syntax");
        assert_eq!(reason("status = OPEN"), "value");
        assert_eq!(reason("tag = %"), "value");
        assert_eq!(reason("due_until = tomorrow"), "value");
        assert_eq!(reason("status = COMPLETED AND status = COMPLETED"), "repeated");
        assert_eq!(reason(&"x".repeat(1_001)), "too_long");
    }
}
