//! `lienthong verify bundle`: everything that proves a request, without the hub.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::client::print::OutputArgs;
use super::failure::Failure;
use super::verify_receipt::hub_keys;
use crate::domain::time::Timestamp;
use crate::evidence::digest::hex;
use crate::verify::bundle::{BundleFault, BundleVerdict, Folder, verify_bundle};

pub(super) const AFTER_HELP: &str = "\
Ví dụ / examples:
  lienthong verify bundle chung-cu --hub-keys hub.keys     every file, receipt, row, document and signature of the folder
  lienthong verify bundle chung-cu                         the same with the keys that stand in the folder: compare them

--hub-keys: the keys that the operator publishes, from a place that you trust and not from whoever shows you the folder. See
docs/verify-bundle.md for what is checked, what it proves and what it does not, and how to do it by hand with openssl.

Trạng thái kết thúc / exit status:
  0  đúng / it holds
  1  không đúng; mỗi dòng nêu tệp và lý do / it does not hold; each line names a file and the reason
  2  không đọc được thư mục, hoặc dùng lệnh sai / the folder cannot be read, or wrong usage";

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct VerifyBundle {
    /// Thư mục: a folder, as `lienthong evidence export` writes it.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Khóa công khai của cổng: the hub's public keys, from a place that you trust.
    #[arg(long, env = "LIENTHONG_HUB_KEYS", value_name = "FILE")]
    hub_keys: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

impl VerifyBundle {
    pub(super) fn run(self) -> Result<(), Failure> {
        let trusted = self.hub_keys.as_deref().map(hub_keys).transpose()?;
        let unreadable = |error: std::io::Error| Failure::file("DIR", &self.dir, &error);
        let folder = Folder::open(&self.dir).map_err(unreadable)?;
        let verdict = verify_bundle(&folder, trusted.as_deref()).map_err(unreadable)?;
        let is_trusted = trusted.is_some();
        self.output.print(
            || document(&verdict),
            || {
                let held = text(&verdict);
                if verdict.faults.is_empty() && !is_trusted {
                    format!("{held}{WITHOUT_KEYS}")
                } else {
                    held
                }
            },
        );
        if verdict.faults.is_empty() {
            return Ok(());
        }
        let (dir, count) = (self.dir.display(), verdict.faults.len());
        Err(Failure::failed(
            format!("{dir}: bộ chứng cứ không đúng ở {count} chỗ"),
            format!("{dir}: the bundle does not hold in {count} place(s)"),
        ))
    }
}

const WITHOUT_KEYS: &str = "\
Chưa nêu --hub-keys: đã dùng khóa trong thư mục; hãy so với khóa mà đơn vị vận hành công bố.
No --hub-keys: the keys in the folder were used; compare them with what the operator publishes.
";

/// The verdict for people.
pub(super) fn text(verdict: &BundleVerdict) -> String {
    if !verdict.faults.is_empty() {
        return verdict.faults.iter().map(line).collect();
    }
    let BundleVerdict {
        request,
        entries,
        documents,
        signatures,
        with_list,
        without_list,
        attachments,
        erased,
        ..
    } = verdict;
    let checkpoint = verdict.checkpoint.as_ref();
    let (origin, size) = checkpoint.map_or(("–", 0), |checkpoint| {
        (checkpoint.origin.as_str(), checkpoint.tree.size)
    });
    let gone = if *erased == 0 {
        String::new()
    } else {
        format!(
            "ĐÃ XÓA: {erased} văn bản, tài liệu đã được hai người quyết định xóa sau khi hết thời hạn lưu; mục nhật ký xóa có trong bộ này.\n\
             ERASED: {erased} documents were erased by two persons after their retention; the entries that say so are in this bundle.\n"
        )
    };
    format!(
        "ĐÚNG: yêu cầu {request}: {entries} mục nhật ký, {documents} văn bản, {signatures} chữ ký số, \
         {attachments} tài liệu kèm theo đều đúng; mọi mục thuộc nhật ký {size} mục mà cổng {origin} đã ký.\n\
         Chứng thư số của {with_list} chữ ký không bị thu hồi theo danh sách của tổ chức chứng thực mà cổng đã tra khi nhận văn bản; \
         {without_list} chữ ký không có danh sách để tra.\n\
         HELD: request {request}: {entries} log entries, {documents} documents, {signatures} signatures and \
         {attachments} attachments hold; all entries stand in the log of {size} that the hub {origin} has signed.\n\
         The certificates of {with_list} signature(s) were not revoked by the authority's list that the hub looked in as it took the document; \
         for {without_list} there was no list to look in.\n{gone}"
    )
}

fn line(fault: &BundleFault) -> String {
    let BundleFault { file, field, flaw } = fault;
    let field = if field.is_empty() {
        String::new()
    } else {
        format!(" [{field}]")
    };
    format!("  {file}{field}: {} ({}) / {}\n", flaw.vi(), flaw.code(), flaw.en())
}

/// The verdict for programs.
pub(super) fn document(verdict: &BundleVerdict) -> Value {
    let faults = verdict.faults.iter().map(|fault| {
        json!({
            "file": fault.file,
            "field": fault.field,
            "code": fault.flaw.code(),
            "vi": fault.flaw.vi(),
            "en": fault.flaw.en(),
        })
    });
    let checkpoint = verdict.checkpoint.as_ref().map(|checkpoint| {
        json!({
            "origin": checkpoint.origin,
            "size": checkpoint.tree.size,
            "root": hex(&checkpoint.tree.root),
            "hub_time": Timestamp::from_micros(checkpoint.hub_time).to_rfc3339(),
        })
    });
    json!({
        "verdict": if verdict.faults.is_empty() { "HELD" } else { "REFUSED" },
        "enforcement_request_id": verdict.request,
        "entries": verdict.entries,
        "documents": verdict.documents,
        "signatures": verdict.signatures,
        "with_list": verdict.with_list,
        "without_list": verdict.without_list,
        "attachments": verdict.attachments,
        "erased": verdict.erased,
        "checkpoint": checkpoint,
        "faults": faults.collect::<Vec<_>>(),
    })
}
