//! What is left when the hub is gone: the evidence of one freeze is exported, the hub is stopped, and the program verifies it in a
//! process of its own. Then one byte is changed, and it is found.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;

use super::folder::Folder;
use super::outcome::{NotHeld, Outcome, check, present};
use super::tell::{Teller, event, table};

/// Who exports it: the office that sent the freeze.
const EXPORTER: &str = "enforcement";

/// A bundle on the disk, the hub's keys, and the certificate that nobody answered.
pub(super) struct Kept {
    folder: PathBuf,
    keys: PathBuf,
    pub(super) silence: Option<PathBuf>,
}

/// What the verifier says.
#[derive(Deserialize)]
struct Judgement {
    verdict: String,
    entries: u64,
    documents: u64,
    signatures: u64,
    faults: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    file: String,
}

/// A row of a report: values by the keys of its columns.
type Row = serde_json::Map<String, serde_json::Value>;

/// What the story shows of a report.
#[derive(Deserialize)]
struct Report {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Column {
    key: String,
    vi: String,
}

impl Report {
    /// Some of its columns, as a table.
    fn tell(&self) {
        const SHOWN: [&str; 6] = [
            "name",
            "received",
            "answered_in_time",
            "answered_late",
            "silent",
            "overdue",
        ];
        let shown = || {
            self.columns
                .iter()
                .filter(|column| SHOWN.contains(&column.key.as_str()))
        };
        let headings: Vec<&str> = shown().map(|column| column.vi.as_str()).collect();
        let cell = |row: &Row, column: &Column| match row.get(&column.key) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| shown().map(|column| cell(row, column)).collect())
            .collect();
        table(&headings, &rows);
    }
}

impl Judgement {
    fn held(&self) -> bool {
        self.verdict == "HELD"
    }
}

/// Exports the evidence of `request`, as the office would from its own desk. Its profile stands in `folder`.
pub(super) async fn export(folder: &Folder, request: &str, tell: &mut Teller) -> Outcome<Kept> {
    tell.step(
        "Chấp hành viên lấy trọn bộ chứng cứ của lệnh phong tỏa ở Ngân hàng A về máy mình",
        "The officer takes home everything that proves the freeze at Bank A",
    );
    let profile = folder.profile(EXPORTER);
    let kept = Kept {
        folder: folder.path().join(format!("chung-cu-{request}")),
        keys: hub_keys(folder, EXPORTER).await?,
        silence: None,
    };
    let exported = run(vec![
        "evidence".into(),
        "export".into(),
        request.into(),
        "--dir".into(),
        kept.folder.clone().into(),
        "--profile".into(),
        profile.into(),
    ])
    .await?;
    check(exported.status.success(), "a party exports the evidence of its request")?;
    let files = written(fs::read_dir(kept.folder.join("entries")))?.count();
    event(
        &format!(
            "Thư mục {}: văn bản, chữ ký, chứng thư số, biên nhận, bản tóm tắt; {files} tệp của các mục nhật ký.",
            kept.folder.display()
        ),
        &format!(
            "Folder {}: documents, signatures, certificates, receipts, a summary; {files} files of log entries.",
            kept.folder.display()
        ),
    );
    Ok(kept)
}

/// The file of the hub's public keys, fetched by the agency with the certificate `name`.
pub(super) async fn hub_keys(folder: &Folder, name: &str) -> Outcome<PathBuf> {
    let path = folder.path().join("hub.keys");
    let keys = run(vec![
        "evidence".into(),
        "keys".into(),
        "--profile".into(),
        folder.profile(name).into(),
    ])
    .await?;
    check(keys.status.success(), "the hub tells its public keys")?;
    written(fs::write(&path, &keys.stdout))?;
    Ok(path)
}

/// Fetches the certificate that nobody answered `request` in time.
pub(super) async fn certify(folder: &Folder, request: &str, tell: &mut Teller) -> Outcome<PathBuf> {
    tell.step(
        "Chấp hành viên lấy xác nhận quá thời hạn không trả lời",
        "The officer fetches the certificate of silence",
    );
    certificate_of_silence(folder, EXPORTER, request).await
}

/// The certificate that nobody answered `request`, as the agency with the certificate `name` fetches it.
pub(super) async fn certificate_of_silence(folder: &Folder, name: &str, request: &str) -> Outcome<PathBuf> {
    let certificate = folder.path().join(format!("im-lang-{request}.json"));
    let page = certificate.with_extension("html");
    let done = run(vec![
        "evidence".into(),
        "silence".into(),
        request.into(),
        "-O".into(),
        certificate.clone().into(),
        "--page".into(),
        page.clone().into(),
        "--profile".into(),
        folder.profile(name).into(),
    ])
    .await?;
    check(
        done.status.success() && page.exists(),
        "a party gets the certificate, and a page of it",
    )?;
    event(
        &format!(
            "Xác nhận để kiểm chứng: {}; trang để in: {}.",
            certificate.display(),
            page.display()
        ),
        &format!(
            "To be verified: {}; to be printed: {}.",
            certificate.display(),
            page.display()
        ),
    );
    Ok(certificate)
}

/// Runs the report of how partners keep their times, as a table and as a page to print.
pub(super) async fn report(folder: &Folder, tell: &mut Teller) -> Outcome<()> {
    tell.step(
        "Báo cáo: các cơ quan phối hợp giữ thời hạn thế nào, tính theo ngày giờ làm việc",
        "A report: how partners keep their times, counted in legal time",
    );
    let page = folder.path().join("giu-thoi-han.html");
    let arguments = |format: &str| -> Vec<OsString> {
        let profile = folder.profile(EXPORTER);
        let shared = ["report", "run", "partner-scorecards", "--format", format, "--profile"];
        shared.iter().map(OsString::from).chain([profile.into()]).collect()
    };
    let made = run(arguments("json")).await?;
    let made: Option<Report> = serde_json::from_slice(&made.stdout).ok();
    let made = present(made, "the report comes as JSON")?;
    let is_silent = |row: &Row| {
        row.get("name")
            .is_some_and(|name| name.to_string().contains("GIA-LAP.VPDKDD.37"))
            && row
                .get("silent")
                .and_then(serde_json::Value::as_i64)
                .is_some_and(|silent| silent >= 1)
    };
    check(
        made.rows.iter().any(is_silent),
        "the report counts the land office as silent",
    )?;
    made.tell();
    let mut printed = arguments("html");
    printed.extend(["-O".into(), page.clone().into(), "--overwrite".into()]);
    check(run(printed).await?.status.success(), "the report comes as a page")?;
    event(
        &format!("Trang để in, có biểu đồ: {}.", page.display()),
        &format!("To be printed, with charts: {}.", page.display()),
    );
    Ok(())
}

/// Verifies it; the hub has been stopped.
pub(super) async fn verify(kept: &Kept, tell: &mut Teller) -> Outcome<()> {
    tell.step(
        "Cổng đã dừng. Nhiều năm sau, một tiến trình khác kiểm chứng bộ chứng cứ, không cần cổng",
        "The hub is stopped. Years later another process verifies the evidence, without the hub",
    );
    let verdict = judged(kept).await?;
    check(verdict.held(), "the evidence holds without the hub")?;
    check(verdict.signatures > 0, "the order's seal is verified")?;
    event(
        &format!(
            "Đúng tất cả: {} mục nhật ký, {} văn bản, {} chữ ký số.",
            verdict.entries, verdict.documents, verdict.signatures
        ),
        &format!(
            "All of it holds: {} log entries, {} documents, {} signatures.",
            verdict.entries, verdict.documents, verdict.signatures
        ),
    );
    let order = written(order_of(&kept.folder))?;
    let order = present(order, "the signed order stands in the evidence")?;
    written(flip(&order))?;
    let verdict = judged(kept).await?;
    let named = verdict.faults.first().map_or("", |fault| fault.file.as_str());
    check(
        !verdict.held() && order.ends_with(named) && !named.is_empty(),
        "one changed byte is found, and its file is named",
    )?;
    event(
        &format!("Sửa một byte của văn bản: bị phát hiện ngay, nêu đúng tệp {named}."),
        &format!("One byte of the document is changed: found at once, the file {named} is named."),
    );
    if let Some(certificate) = &kept.silence {
        silence_holds(certificate, &kept.keys).await?;
        event(
            "Xác nhận quá thời hạn không trả lời của văn phòng đăng ký đất đai: đúng, kiểm chứng không cần cổng; sửa một byte là không còn đúng.",
            "The certificate of the land office's silence: it holds without the hub; with one byte changed it does not.",
        );
    }
    // As it was: who keeps the folder keeps good evidence.
    written(flip(&order))?;
    Ok(())
}

/// What a process of its own says of the certificate, and of one in which a byte is another.
pub(super) async fn silence_holds(certificate: &Path, keys: &Path) -> Outcome<()> {
    let verify = || {
        run(vec![
            "verify".into(),
            "silence".into(),
            certificate.into(),
            "--hub-keys".into(),
            keys.into(),
            "-o".into(),
            "json".into(),
        ])
    };
    check(
        verify().await?.status.success(),
        "the certificate of silence holds without the hub",
    )?;
    written(flip(certificate))?;
    check(
        !verify().await?.status.success(),
        "a certificate in which one byte is changed does not hold",
    )?;
    written(flip(certificate))
}

/// What a process of its own says of the folder.
async fn judged(kept: &Kept) -> Outcome<Judgement> {
    let output = run(vec![
        "verify".into(),
        "bundle".into(),
        kept.folder.clone().into(),
        "--hub-keys".into(),
        kept.keys.clone().into(),
        "-o".into(),
        "json".into(),
    ])
    .await?;
    let verdict: Option<Judgement> = serde_json::from_slice(&output.stdout).ok();
    let verdict = present(verdict, "the verifier gives its verdict as JSON")?;
    check(
        output.status.success() == verdict.held(),
        "the exit status is the verdict",
    )?;
    Ok(verdict)
}

/// Runs this program, with nothing of this environment.
async fn run(arguments: Vec<OsString>) -> Outcome<Output> {
    let program = written(std::env::current_exe())?;
    let mut child = Command::new(program);
    child.args(&arguments).env_clear().stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || child.output()).await;
    let output = output.map_err(|error| NotHeld::new(format!("the program runs ({error})")))?;
    let output = written(output)?;
    if !output.status.success() && output.stdout.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(NotHeld::new(format!("`lienthong {arguments:?}` succeeds: {said}")).into());
    }
    Ok(output)
}

fn written<T>(done: std::io::Result<T>) -> Outcome<T> {
    done.map_err(|error| NotHeld::new(format!("the demo's folder can be read and written ({error})")).into())
}

/// The file of the first signed document.
fn order_of(folder: &Path) -> std::io::Result<Option<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder.join("entries"))? {
        let path = entry?.path();
        if path.to_string_lossy().contains(".document.jws") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files.into_iter().next())
}

/// Changes a bit in the middle of a file.
fn flip(file: &Path) -> std::io::Result<()> {
    let mut bytes = fs::read(file)?;
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    fs::write(file, bytes)
}
