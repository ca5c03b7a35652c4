//! What a command ends with when it does not succeed.

use std::io::ErrorKind;
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
        #[expect(clippy::wildcard_enum_match_arm, reason = "the standard library's enum is open")]
        let vi = match error.kind() {
            ErrorKind::NotFound => "không có tệp hoặc thư mục này; kiểm tra đường dẫn".to_owned(),
            ErrorKind::PermissionDenied => "không có quyền đọc hoặc ghi".to_owned(),
            ErrorKind::ReadOnlyFilesystem => "ổ đĩa chỉ cho đọc".to_owned(),
            ErrorKind::IsADirectory => "đây là thư mục, cần một tệp".to_owned(),
            ErrorKind::NotADirectory => "một phần của đường dẫn không phải là thư mục".to_owned(),
            ErrorKind::InvalidData => "tệp không phải văn bản UTF-8".to_owned(),
            _ => error.to_string(),
        };
        Self::configuration(
            format!("{setting}: không dùng được tệp hoặc thư mục {path}: {vi}"),
            format!("{setting}: the file or folder {path} cannot be used: {error}"),
        )
    }

    /// The Vietnamese text and the English one.
    pub(super) fn texts(&self) -> (&str, &str) {
        (&self.vi, &self.en)
    }

    /// The same about another setting than `--database`.
    #[must_use]
    pub(super) fn about(mut self, setting: &str) -> Self {
        for text in [&mut self.vi, &mut self.en] {
            *text = text.replacen("--database", setting, 1);
        }
        self
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
