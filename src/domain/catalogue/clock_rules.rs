//! What must hold in a kind's clocks beyond their types.

use super::definition::KindDefinition;
use super::rule::{DeadlineRule, Nature, ServiceLevel, Span, StatedIn, TimeUnit};
use super::rules::Checker;
use super::sums::Subject;
use crate::domain::workflow::table::has_effect;
use crate::domain::workflow::{Action, ClockEffect, Party, StartingPoint};

impl Checker<'_> {
    /// Each clock against itself, the others and the schemas.
    pub(super) fn check_deadlines(&mut self, rules: &[DeadlineRule]) {
        for (index, rule) in rules.iter().enumerate() {
            let at = format!("deadline[{index}] ({})", rule.name);
            self.check_limit(rule, &at);
            self.check_pointers(rule, &at);
            self.require(
                !rule.regimes.is_empty(),
                &format!("{at}.regimes"),
                "must name at least one regime",
            );
            self.require(
                !rule.stops_on.is_empty(),
                &format!("{at}.stops_on"),
                "nothing would ever stop it",
            );
            for (key, actions, effect) in [
                ("stops_on", &rule.stops_on, ClockEffect::Stop),
                ("pauses_on", &rule.pauses_on, ClockEffect::Pause),
            ] {
                for action in actions.iter().filter(|action| !has_effect(**action, effect)) {
                    self.add(
                        format!("{at}.{key}"),
                        format!("in the workflow, {action} does nothing of the sort"),
                    );
                }
            }
            self.require(
                !rule.basis.trim().is_empty(),
                &format!("{at}.basis"),
                "must not be empty",
            );
            let earlier = rules.get(..index).unwrap_or_default();
            let is_twice = earlier.iter().any(|other| {
                let overlaps = other.regimes.iter().any(|regime| rule.regimes.contains(regime));
                let same = other.name == rule.name
                    && other.starts_on == rule.starts_on
                    && (other.stated_in(), &other.pointer) == (rule.stated_in(), &rule.pointer);
                same && overlaps && other.condition == rule.condition
            });
            self.require(
                !is_twice,
                &at,
                "another deadline has the same name, start, regime and condition",
            );
        }
    }

    /// Only the sender's own duty is done by another order, and the kind names which orders do.
    pub(super) fn check_follow_ups(&mut self, definition: &KindDefinition) {
        for (index, rule) in definition.deadlines.iter().enumerate() {
            let ends = rule.stops_on.contains(&Action::FollowUp);
            self.require(
                !ends || (rule.obligor == Party::Sender && !definition.follow_ups.is_empty()),
                &format!("deadline[{index}] ({}).stops_on", rule.name),
                "follow_up ends a duty of the SENDER, of a kind that names its follow_ups",
            );
        }
    }

    fn check_limit(&mut self, rule: &DeadlineRule, at: &str) {
        match (&rule.limit, &rule.service_level) {
            (Some(Span { amount, .. }), None) => {
                self.require(*amount >= 1, &format!("{at}.limit.amount"), "must be at least 1");
                let grows = rule.extendable_to.is_none_or(|longest| longest >= *amount);
                self.require(grows, &format!("{at}.extendable_to"), "must not be below the limit");
            }
            (
                None,
                Some(ServiceLevel {
                    amount,
                    cap,
                    unit,
                    window,
                }),
            ) => {
                let same_day = window.is_some() && *unit == TimeUnit::WorkingDays;
                self.require(
                    *amount >= 1 || same_day,
                    &format!("{at}.service_level.amount"),
                    "must be at least 1 (0 working days only with a window: the same day)",
                );
                if let Some(window) = window {
                    self.require(
                        window.opens < window.closes && cap.is_none(),
                        &format!("{at}.service_level.window"),
                        "must open before it closes, and stands without a cap",
                    );
                }
                let cap_counts = cap.is_none_or(|cap| cap.amount >= 1);
                self.require(cap_counts, &format!("{at}.service_level.cap"), "must be at least 1");
                self.require(
                    rule.nature == Nature::Policy,
                    &format!("{at}.nature"),
                    "a service level is never law: the law says \"ngay\"",
                );
                let fixed = rule.extendable_to.is_none();
                self.require(
                    fixed,
                    &format!("{at}.extendable_to"),
                    "a service level cannot be extended",
                );
            }
            (Some(_), Some(_)) | (None, None) => {
                self.add(
                    format!("{at}.limit"),
                    "must have exactly one of limit and service_level",
                );
            }
        }
    }

    fn check_pointers(&mut self, rule: &DeadlineRule, at: &str) {
        let needs_pointer = matches!(rule.starts_on, StartingPoint::Stated | StartingPoint::Before);
        if needs_pointer != rule.pointer.is_some() {
            self.add(
                format!("{at}.pointer"),
                "must be there for STATED and BEFORE, and only for them",
            );
        }
        let pointer = rule.pointer.as_deref();
        let place = format!("{at}.pointer");
        match rule.stated_in() {
            StatedIn::Order => self.check_pointer(Subject::Order, pointer, &place),
            StatedIn::Interim | StatedIn::Answer | StatedIn::Report => {
                self.check_pointer(Subject::Answer, pointer, &place);
            }
            StatedIn::Head => self.require(
                pointer == Some("/date"),
                &place,
                "of the head, only /date (the date of issue) can start a clock",
            ),
        }
        let by_order = matches!(rule.stated_in(), StatedIn::Order | StatedIn::Head);
        if rule.stated_in.is_some() && !needs_pointer {
            self.add(format!("{at}.stated_in"), "is for STATED and BEFORE only");
        }
        if rule.starts_on == StartingPoint::Before && !by_order {
            self.add(format!("{at}.stated_in"), "BEFORE counts from what the order states");
        }
        if rule.recurring && !matches!(rule.stated_in(), StatedIn::Answer | StatedIn::Report) {
            self.add(format!("{at}.recurring"), "needs stated_in answer or report");
        }
        self.check_pointer(
            Subject::Order,
            rule.regime_pointer.as_deref(),
            &format!("{at}.regime_pointer"),
        );
        self.check_pointer(Subject::Answer, rule.done_at.as_deref(), &format!("{at}.done_at"));
        let condition = rule.condition.as_ref().map(|condition| condition.pointer.as_str());
        self.check_pointer(Subject::Order, condition, &format!("{at}.condition.pointer"));
        self.check_pointer(
            Subject::Answer,
            rule.if_answered.as_deref(),
            &format!("{at}.if_answered"),
        );
        self.require(
            rule.if_answered.is_none() || rule.starts_on == StartingPoint::Answered,
            &format!("{at}.if_answered"),
            "is for clocks that start on ANSWERED",
        );
    }
}
