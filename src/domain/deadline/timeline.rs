//! What a step did to the clocks of a request, told from how they stood before and after it.

use super::ledger::{Deadline, DeadlineStatus};
use crate::domain::macros::text_enum;

text_enum! {
    /// What became of a clock.
    pub enum ClockChange {
        /// Bắt đầu tính: it began.
        Started => "STARTED",
        /// Tạm dừng.
        Paused => "PAUSED",
        /// Tính tiếp: it runs on after a pause.
        Resumed => "RESUMED",
        /// Gia hạn.
        Extended => "EXTENDED",
        /// Đúng hạn: the act was done in time.
        Met => "MET",
        /// Quá hạn: the act was done late, or the clock was over before it could start.
        Breached => "BREACHED",
        /// Hủy: it ended without a verdict.
        Cancelled => "CANCELLED",
        /// Khôi phục: its end was undone.
        Restored => "RESTORED",
        /// Tính lại: its due time moved for another reason, such as a day of the calendar.
        Moved => "MOVED",
    }
}

impl ClockChange {
    /// The label on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Started => "Bắt đầu tính",
            Self::Paused => "Tạm dừng",
            Self::Resumed => "Tính tiếp",
            Self::Extended => "Gia hạn",
            Self::Met => "Đúng hạn",
            Self::Breached => "Quá hạn",
            Self::Cancelled => "Hủy, không đánh giá",
            Self::Restored => "Khôi phục",
            Self::Moved => "Tính lại",
        }
    }
}

/// What became of one clock by one step, in the order in which it came about; empty: nothing that counts.
pub fn clock_changes(before: Option<&Deadline>, after: &Deadline) -> Vec<ClockChange> {
    let mut changes = Vec::new();
    let Some(before) = before else {
        changes.push(ClockChange::Started);
        changes.extend(end(after));
        return changes;
    };
    if before.stopped.is_some() && after.stopped.is_none() {
        changes.push(ClockChange::Restored);
    }
    let (was_paused, is_paused) = (stands_still(before), stands_still(after));
    if was_paused && !is_paused && after.stopped.is_none() {
        changes.push(ClockChange::Resumed);
    }
    if before.extended_to != after.extended_to {
        changes.push(ClockChange::Extended);
    }
    if is_paused && !was_paused {
        changes.push(ClockChange::Paused);
    }
    if before.stopped.is_none() || before.status == DeadlineStatus::PendingCalendar {
        changes.extend(end(after).filter(|_| before.status != after.status));
    }
    if changes.is_empty() && (before.due, before.status) != (after.due, after.status) {
        changes.push(ClockChange::Moved);
    }
    changes
}

fn stands_still(deadline: &Deadline) -> bool {
    deadline.suspensions.last().is_some_and(|last| last.to.is_none())
}

fn end(after: &Deadline) -> Option<ClockChange> {
    match after.status {
        DeadlineStatus::Met => Some(ClockChange::Met),
        DeadlineStatus::Breached => Some(ClockChange::Breached),
        DeadlineStatus::Cancelled => Some(ClockChange::Cancelled),
        DeadlineStatus::Running | DeadlineStatus::Paused | DeadlineStatus::PendingCalendar => None,
    }
}

#[cfg(test)]
mod tests {
    use super::ClockChange::{Breached, Met, Restored, Started};
    use super::*;
    use crate::domain::calendar::Calendar;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::deadline::{ClockContext, apply};
    use crate::domain::ids::KindCode;
    use crate::domain::time::Timestamp;
    use crate::domain::workflow::{Action, ClockEffect, StartingPoint};

    /// Every step of a life, with what became of the clock `answer` by it.
    fn life(steps: &[(Action, &[ClockEffect], &str)]) -> Vec<Vec<ClockChange>> {
        let catalogue = Catalogue::embedded().unwrap();
        let kind = catalogue.newest(&KindCode::parse("land-information").unwrap()).unwrap();
        let calendar = Calendar::embedded().unwrap();
        let context = ClockContext {
            rules: &kind.definition.deadlines,
            calendar: &calendar,
            order_payload: &serde_json::Value::Null,
            issue_date: None,
            answer_payload: None,
            refused: Some(false),
            extended_clock: None,
        };
        let mut clocks: Vec<Deadline> = Vec::new();
        let changes = steps.iter().map(|(action, effects, at)| {
            let before = clocks.clone();
            apply(
                &mut clocks,
                *action,
                effects,
                Timestamp::parse_rfc3339(at).unwrap(),
                &context,
            );
            let find = |clocks: &[Deadline]| clocks.iter().find(|clock| clock.name == "answer").cloned();
            clock_changes(find(&before).as_ref(), &find(&clocks).unwrap())
        });
        changes.collect()
    }

    const STARTS: &[ClockEffect] = &[ClockEffect::Start(StartingPoint::Available)];
    const STOPS: &[ClockEffect] = &[ClockEffect::Stop];

    #[test]
    fn a_clock_starts_is_met_or_breached_and_its_end_is_undone() {
        let monday = "2026-11-16T09:00:00+07:00";
        let in_time = life(&[
            (Action::Submit, STARTS, monday),
            (
                Action::SendBack,
                &[ClockEffect::Stop, ClockEffect::Cancel],
                "2026-11-17T09:00:00+07:00",
            ),
            (Action::Dispute, &[ClockEffect::Restore], "2026-11-17T10:00:00+07:00"),
            (Action::AnswerFinal, STOPS, "2026-12-17T09:00:00+07:00"),
        ]);
        assert_eq!(in_time, [vec![Started], vec![Met], vec![Restored], vec![Breached]]);
    }

    #[test]
    fn a_step_that_does_nothing_to_a_clock_tells_nothing() {
        let steps = life(&[
            (Action::Submit, STARTS, "2026-11-16T09:00:00+07:00"),
            (Action::Assign, &[], "2026-11-16T10:00:00+07:00"),
        ]);
        assert_eq!(steps[1], []);
    }
}
