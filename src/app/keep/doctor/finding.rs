//! What the doctor says.

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Ok,
    /// Somebody must act, in time.
    Warn,
    /// Something is broken.
    Fail,
}

impl Grade {
    /// The word in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
        }
    }
}

/// One check and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check's name; stable.
    pub check: &'static str,
    /// How bad it is.
    pub grade: Grade,
    /// What was found, Vietnamese.
    pub vi: String,
    /// What was found, English.
    pub en: String,
    /// What to do, Vietnamese and English; empty if nothing.
    pub advice: (&'static str, &'static str),
}

impl Finding {
    pub(super) fn ok(check: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            check,
            grade: Grade::Ok,
            vi: vi.into(),
            en: en.into(),
            advice: ("", ""),
        }
    }

    pub(super) fn warn(
        check: &'static str,
        vi: impl Into<String>,
        en: impl Into<String>,
        advice: (&'static str, &'static str),
    ) -> Self {
        Self {
            grade: Grade::Warn,
            advice,
            ..Self::ok(check, vi, en)
        }
    }

    pub(super) fn fail(
        check: &'static str,
        vi: impl Into<String>,
        en: impl Into<String>,
        advice: (&'static str, &'static str),
    ) -> Self {
        Self {
            grade: Grade::Fail,
            ..Self::warn(check, vi, en, advice)
        }
    }
}
