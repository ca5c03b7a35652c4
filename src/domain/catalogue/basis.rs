//! Why a member of a schema exists: the annotation `x-basis`, which validation does not read.

use serde::Deserialize;
use serde_json::Value;

use super::rule::{Certainty, Nature};

/// The annotation's name.
pub(super) const KEY: &str = "x-basis";

/// What stands for the article of a member that no provision names.
pub(super) const OWN: &str = "Quy ước của cổng";

/// The provision behind a member.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Basis {
    /// The article in Vietnamese, or whose rule it is.
    pub article: String,
    /// Law or the hub's own.
    pub nature: Nature,
    /// How sure LAW.md is.
    pub certainty: Certainty,
}

impl Basis {
    /// What a property states of itself; nothing if it takes its parent's.
    ///
    /// # Errors
    /// What is wrong with it, in English.
    pub(super) fn of(property: &Value) -> Option<Result<Self, String>> {
        let stated = property.get(KEY)?;
        let basis = Self::deserialize(stated).map_err(|error| error.to_string());
        Some(basis.and_then(Self::checked))
    }

    fn checked(self) -> Result<Self, String> {
        if self.article.trim().is_empty() {
            return Err("the article is empty".to_owned());
        }
        if (self.nature, self.certainty) == (Nature::Law, Certainty::Derived) {
            return Err("what is derived (D) is never law".to_owned());
        }
        if self.article == OWN && (self.nature, self.certainty) != (Nature::Policy, Certainty::Derived) {
            return Err("the hub's own convention is policy, and derived (D)".to_owned());
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_basis_has_an_article_a_nature_and_a_certainty_and_law_is_never_derived() {
        let stated = |basis: Value| Basis::of(&json!({"title": "A", "x-basis": basis})).unwrap();
        let sound = stated(json!({"article": "Khoản 1 Điều 43", "nature": "law", "certainty": "V"})).unwrap();
        assert_eq!((sound.nature, sound.certainty), (Nature::Law, Certainty::Verified));
        for (broken, what) in [
            (
                json!({"article": "Điều 43", "nature": "law", "certainty": "D"}),
                "never law",
            ),
            (json!({"article": OWN, "nature": "law", "certainty": "V"}), "convention"),
            (json!({"article": " ", "nature": "policy", "certainty": "D"}), "empty"),
            (
                json!({"article": "Điều 43", "nature": "rule", "certainty": "V"}),
                "rule",
            ),
            (json!({"article": "Điều 43", "nature": "law", "certainty": "A"}), "A"),
            (json!({"article": "Điều 43", "nature": "law"}), "certainty"),
            (json!({"nature": "law", "certainty": "V"}), "article"),
            (
                json!({"article": "Điều 43", "nature": "law", "certainty": "V", "more": 1}),
                "more",
            ),
        ] {
            let fault = stated(broken).unwrap_err();
            assert!(fault.contains(what), "{fault}");
        }
        assert_eq!(Basis::of(&json!({"title": "A"})), None);
    }
}
