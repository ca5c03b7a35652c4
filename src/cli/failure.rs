//! What a command ends with when it does not succeed.

use std::path::Path;
use std::process::ExitCode;

use super::output;
use crate::domain::error::{Error, Localized};

/// Why a command did not succeed, for people, in both languages.
#[derive(Debug)]
pub(super) struct Failure {
    status: u8,
    vi: String,
    en: String,
}

impl Failure {
    /// It was tried and failed (status 1).
    pub(super) fn failed(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            status: 1,
            vi: vi.into(),
            en: en.into(),
        }
    }

    /// A setting, a file named by one, or the catalogue is wrong (status 2).
    pub(super) fn configuration(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            status: 2,
            vi: vi.into(),
            en: en.into(),
        }
    }

    /// A file named by `setting` cannot be read or written.
    pub(super) fn file(setting: &str, path: &Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::configuration(
            format!("{setting}: không dùng được tệp hoặc thư mục {path}: {error}"),
            format!("{setting}: the file or folder {path} cannot be used: {error}"),
        )
    }

    /// Says it on stderr, Vietnamese first.
    pub(super) fn report(&self) -> ExitCode {
        output::error(&format!("Lỗi: {}\nError: {}\n", self.vi, self.en));
        ExitCode::from(self.status)
    }
}

/// An error of the hub's core, as a failure of the command.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.text();
        let fields = |text: fn(&Localized) -> &str| -> String {
            let lines = error
                .fields()
                .iter()
                .map(|field| format!("\n  {}: {}", field.field, text(&field.text)));
            lines.collect::<Vec<_>>().concat()
        };
        let (fields_vi, fields_en) = (fields(|text| &text.vi), fields(|text| &text.en));
        let code = error.code().as_str();
        if let Some(cause) = error.cause() {
            tracing::error!(%cause, code, "command.failed");
        }
        Self::failed(
            format!("{} ({code}){fields_vi}", text.vi),
            format!("{} ({code}){fields_en}", text.en),
        )
    }
}
