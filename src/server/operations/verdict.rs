//! Whether the hub can serve, check by check, with reasons for people.

use serde_json::{Value, json};

use crate::domain::error::Localized;
use crate::domain::time::Timestamp;

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    /// Its name: a word of the protocol, for machines.
    pub(super) name: &'static str,
    /// Why it does not hold.
    pub(super) fault: Option<Localized>,
}

impl Check {
    pub(super) fn new(name: &'static str, fault: Option<Localized>) -> Self {
        Self { name, fault }
    }

    /// `holds`, or this fault.
    pub(super) fn that(name: &'static str, holds: bool, vi: &str, en: &str) -> Self {
        Self::new(name, (!holds).then(|| Localized::new(vi, en)))
    }
}

/// All checks at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) checks: Vec<Check>,
    pub(super) time: Timestamp,
}

impl Verdict {
    pub(super) fn is_ready(&self) -> bool {
        self.checks.iter().all(|check| check.fault.is_none())
    }

    /// Names of the checks that do not hold.
    pub(super) fn failing(&self) -> Vec<&'static str> {
        let failing = self.checks.iter().filter(|check| check.fault.is_some());
        failing.map(|check| check.name).collect()
    }

    pub(super) fn json(&self) -> Value {
        let checks = self.checks.iter().map(|check| match &check.fault {
            None => json!({ "check": check.name, "ok": true }),
            Some(Localized { vi, en }) => json!({ "check": check.name, "ok": false, "vi": vi, "en": en }),
        });
        json!({
            "ready": self.is_ready(),
            "time": self.time.to_rfc3339(),
            "checks": checks.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fault_is_enough_and_is_told_in_both_languages() {
        let mut verdict = Verdict {
            checks: vec![
                Check::new("database", None),
                Check::that("clock", false, "sai giờ", "wrong time"),
            ],
            time: Timestamp::from_micros(0),
        };
        assert!(!verdict.is_ready());
        assert_eq!(verdict.failing(), ["clock"]);
        let json = verdict.json();
        assert_eq!(json["checks"][1]["vi"], "sai giờ");
        assert_eq!(json["checks"][1]["en"], "wrong time");
        verdict.checks.pop();
        assert!(verdict.is_ready());
    }
}
