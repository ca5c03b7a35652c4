//! Why backup, restore, copy or check did not succeed, for people.

use super::failure::Failure;
use super::output;
use crate::app::keep::{Fault, Faults, KeepError};
use crate::server::start_error::StartError;

impl From<KeepError> for Failure {
    fn from(error: KeepError) -> Self {
        let en = error.to_string();
        match error {
            KeepError::Connect(error) => StartError::Database(error).into(),
            KeepError::Database(error) => error.into(),
            KeepError::NoSchema(error) => StartError::Schema(error).into(),
            KeepError::Schema(mismatch) => StartError::SchemaMismatch(mismatch).into(),
            KeepError::NotInitialised => Self::configuration(
                "--database: cổng chưa được khởi tạo; chưa có gì để sao lưu",
                "--database: the hub is not initialised; there is nothing to keep",
            ),
            KeepError::File { path, source } => Self::failed(
                format!("Không đọc hoặc ghi được {}: {source}", path.display()),
                format!("{} cannot be read or written: {source}", path.display()),
            ),
            KeepError::Exists(path) => Self::configuration(
                format!("--out: {} đã có; hãy nêu một thư mục chưa có", path.display()),
                format!("--out: {} exists; name a folder that does not", path.display()),
            ),
            KeepError::Unfinished(path) => Self::configuration(
                format!(
                    "--out: {} là phần dở dang của một lần sao lưu trước, hoặc lần sao lưu đó đang chạy; nếu không còn chạy thì xóa đi",
                    path.display()
                ),
                format!("--out: {en}; if none is running, remove it"),
            ),
            KeepError::NotABackup { path, reason } => Self::failed(
                format!(
                    "--from: {} không phải là bản sao lưu nguyên vẹn: {reason}",
                    path.display()
                ),
                format!("--from: {} is no whole backup: {reason}", path.display()),
            ),
            KeepError::OtherSchema { backup, program } => Self::configuration(
                format!(
                    "--from: bản sao lưu có cấu trúc phiên bản {backup}, chương trình này là {program}; hãy phục hồi bằng bản \
                     lienthong đã tạo ra nó (xem program_version trong manifest.json), rồi nâng cấp"
                ),
                format!(
                    "--from: {en}; restore with the lienthong that made it (program_version in manifest.json), then upgrade"
                ),
            ),
            KeepError::Damaged(faults) => damaged(&faults),
            KeepError::DocumentInTheWay(id) => Self::configuration(
                format!("--documents: trong thư mục đã có một tài liệu khác tên {id}; hãy nêu một thư mục trống"),
                format!("--documents: the folder holds another document {id}; name an empty folder"),
            ),
        }
    }
}

/// What is wrong, place by place, and that it failed.
pub(super) fn damaged(faults: &Faults) -> Failure {
    let count = faults.count();
    for fault in faults.list() {
        output::error(&format!("{}\n", line(fault)));
    }
    Failure::failed(
        format!("Có {count} lỗi (liệt kê ở trên); không có gì được ghi vào cơ sở dữ liệu."),
        format!("{count} fault(s), listed above; nothing was written to a database."),
    )
}

fn line(fault: &Fault) -> String {
    let Fault { place, row, vi, en } = fault;
    match row {
        Some(row) => format!("  {place}, dòng / row {row}: {vi} / {en}"),
        None => format!("  {place}: {vi} / {en}"),
    }
}
