//! What is wrong with a configuration: every fault names the setting, in both languages.

use serde_json::{Value, json};

use crate::cli::failure::Failure;

/// The same in Vietnamese and in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) vi: std::borrow::Cow<'static, str>,
    pub(super) en: std::borrow::Cow<'static, str>,
}

impl Words {
    pub(super) fn new(
        vi: impl Into<std::borrow::Cow<'static, str>>,
        en: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Self {
        Self {
            vi: vi.into(),
            en: en.into(),
        }
    }

    /// Of texts that never change.
    pub(super) const fn fixed(vi: &'static str, en: &'static str) -> Self {
        Self {
            vi: std::borrow::Cow::Borrowed(vi),
            en: std::borrow::Cow::Borrowed(en),
        }
    }
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Which setting, and where it was given: `hub.toml:12: hub.listen`, `LIENTHONG_LISTEN`, `--listen`.
    pub(super) place: String,
    /// What is wrong, and what would be right.
    pub(super) words: Words,
}

impl Fault {
    pub(super) fn new(place: impl Into<String>, words: Words) -> Self {
        Self {
            place: place.into(),
            words,
        }
    }

    /// A failure of the hub's start, whose texts begin with the setting.
    pub(super) fn from_failure(place: impl Into<String>, failure: &Failure) -> Self {
        let bare = |text: &str| {
            let is_setting = |head: &str| head.starts_with("--");
            let (_, text) = text
                .split_once(": ")
                .filter(|(head, _)| is_setting(head))
                .unwrap_or(("", text));
            text.to_owned()
        };
        let (vi, en) = failure.texts();
        Self::new(place, Words::new(bare(vi), bare(en)))
    }

    pub(super) fn json(&self) -> Value {
        json!({ "setting": self.place, "vi": self.words.vi, "en": self.words.en })
    }
}

/// All faults at once.
pub(super) fn failure(faults: &[Fault]) -> Failure {
    let listed = |text: fn(&Words) -> &str| -> String {
        let lines = faults
            .iter()
            .map(|fault| format!("\n  {}: {}", fault.place, text(&fault.words)));
        lines.collect()
    };
    let count = faults.len();
    Failure::configuration(
        format!("cấu hình có {count} lỗi:{}", listed(|words| &words.vi)),
        format!("the configuration has {count} fault(s):{}", listed(|words| &words.en)),
    )
}
