//! `lienthong verify`: what an auditor asks, offline. No hub is asked and none is trusted.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::args::read_text;
use super::failure::Failure;
use super::output;
use super::progress::Told;
use super::start_failure;
use super::verify_bundle::{self, VerifyBundle};
use super::verify_receipt::{self, VerifyReceipt, WitnessArgs, hub_keys};
use super::verify_silence::{self, VerifySilence};
use crate::domain::time::Timestamp;
use crate::evidence::checkpoint;
use crate::evidence::digest::hex;
use crate::evidence::published::PublishedKey;
use crate::sealing::MasterKeys;
use crate::server::masters::MastersFault;
use crate::verify::{Fault, Known, Outside, Place, Source, Verdict, VerifyError, verify};

const AFTER_HELP: &str = "\
Ví dụ / examples:
  lienthong verify database hub.db                          a file of SQLite, also beside a hub that serves
  lienthong verify database postgres://auditor@db/hub       PostgreSQL; the right to SELECT is enough
  lienthong verify database hub.db --checkpoint kept.note   and nothing was cut off or rewritten since

Kiểm tra gì / what is checked:
  the log: indexes dense, every leaf that of its event, every content that of its digest, the tree that of every
  checkpoint and of the head; the keys; and every table that follows from the log, by a replay of all events.
  A whole log rewritten from one entry on fits itself: only a checkpoint that somebody outside the database has kept
  (a partner, a witness, the file beside a backup) shows it, and so does a log cut off at its end or an older copy
  brought back. So give --checkpoint whenever you have one, the newest best. See docs/verify.md.

Trạng thái kết thúc / exit status:
  0  nguyên vẹn / sound
  1  có hư hại, chỗ đầu tiên được nêu trước / damage was found; the first place is named first
  2  không đọc được, hoặc dùng lệnh sai / the database or file cannot be read, or wrong usage";

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(super) enum Verify {
    /// Kiểm chứng cả cơ sở dữ liệu: computes the whole log again and every table that follows from it; changes nothing.
    Database(VerifyDatabase),
    /// Kiểm chứng bộ chứng cứ: everything that proves a request, a folder of `lienthong evidence export`, without the hub.
    #[command(after_help = verify_bundle::AFTER_HELP)]
    Bundle(VerifyBundle),
    /// Kiểm chứng biên nhận: what a receipt proves, without the hub.
    #[command(after_help = verify_receipt::AFTER_HELP)]
    Receipt(VerifyReceipt),
    /// Kiểm chứng xác nhận quá thời hạn không trả lời: that an answer deadline passed and nothing came, without the hub.
    #[command(after_help = verify_silence::AFTER_HELP)]
    Silence(VerifySilence),
}

impl Verify {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Database(command) => command.run().await,
            Self::Bundle(command) => command.run(),
            Self::Receipt(command) => command.run(),
            Self::Silence(command) => command.run(),
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct VerifyDatabase {
    /// Cơ sở dữ liệu: a path, `sqlite:PATH` or `postgres://USER@HOST/NAME`. A password is better given in PGPASSWORD or
    /// ~/.pgpass than here.
    #[arg(value_name = "PATH-OR-URL")]
    place: String,
    /// Điểm kiểm tra đã giữ: a checkpoint (signed note) from outside the database, older or newer; the log must contain it.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Khóa công khai của cổng: the hub's public keys, from a place that you trust. The log may know no others, and the checkpoint must be
    /// signed by one of them.
    #[arg(long, env = "LIENTHONG_HUB_KEYS", value_name = "FILE")]
    hub_keys: Option<PathBuf>,
    #[command(flatten)]
    witnesses: WitnessArgs,
    /// Tệp khóa chủ của nội dung: with it, what is sealed is opened and held against the log. Without it, the bytes are held against
    /// the log as they were stored.
    #[arg(long, env = "LIENTHONG_MASTER_KEYS", value_name = "FILE")]
    master_keys: Option<PathBuf>,
    /// Dạng kết quả: text for people or JSON for programs.
    #[arg(
        short = 'o',
        long,
        env = "LIENTHONG_OUTPUT",
        value_name = "FORM",
        default_value = "table"
    )]
    output: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people.
    Table,
    /// For programs.
    Json,
}

impl VerifyDatabase {
    async fn run(self) -> Result<(), Failure> {
        let trusted = self.hub_keys.as_deref().map(hub_keys).transpose()?;
        let known = self.known(trusted.as_deref())?;
        let masters = self.masters()?;
        let place = Place::parse(&self.place)?;
        let mut source = Source::open(&place).await?;
        let told = Told::new("Đang kiểm chứng", "verifying");
        let outside = Outside {
            known: known.as_ref(),
            masters: masters.as_ref(),
        };
        let verdict = verify(&mut source, outside, &told).await;
        drop(told);
        source.close().await;
        let verdict = verdict?;
        if let Some(trusted) = &trusted {
            only_trusted(&verdict, trusted)?;
        }
        match self.output {
            Form::Table => output::text(&text(&verdict)),
            Form::Json => output::line(&document(&verdict).to_string()),
        }
        if verdict.faults.is_empty() {
            return Ok(());
        }
        let count = verdict.faults.count();
        Err(Failure::failed(
            format!("Cơ sở dữ liệu có {count} chỗ hư hại; chỗ đầu tiên được nêu trước."),
            format!("The database is damaged in {count} place(s); the first is named first."),
        ))
    }

    fn masters(&self) -> Result<Option<MasterKeys>, Failure> {
        let Some(path) = &self.master_keys else {
            return Ok(None);
        };
        let text = read_text("--master-keys", path)?;
        let malformed = |fault| {
            let place = path.display().to_string();
            start_failure::masters(&MastersFault::Malformed { place, fault })
        };
        text.parse().map(Some).map_err(malformed)
    }

    fn known(&self, trusted: Option<&[PublishedKey]>) -> Result<Option<Known>, Failure> {
        let Some(path) = &self.checkpoint else {
            return if self.witnesses.is_given() {
                Err(Failure::configuration(
                    "--witness-keys: cần nêu cả --checkpoint",
                    "--witness-keys: --checkpoint must be given as well",
                ))
            } else {
                Ok(None)
            };
        };
        let note = read_text("--checkpoint", path)?;
        self.witnesses.require(&note)?;
        if let Some(trusted) = trusted {
            checkpoint::verify_published(&note, trusted).map_err(|error| {
                let path = path.display();
                Failure::failed(
                    format!("--checkpoint: {path} không do khóa nào trong --hub-keys ký, chữ ký không đúng, hoặc khóa đã thôi dùng"),
                    format!("--checkpoint: {path}: {error}"),
                )
            })?;
        }
        let known = Known::parse(&note).map_err(|error| {
            let path = path.display();
            Failure::configuration(
                format!("--checkpoint: {path} không phải là điểm kiểm tra: ba dòng đầu phải là tên nhật ký, số mục và gốc cây"),
                format!("--checkpoint: {path}: {error}"),
            )
        })?;
        Ok(Some(known))
    }
}

/// The log knows no other keys than these, and retires those that are called retired by the same entries.
fn only_trusted(verdict: &Verdict, trusted: &[PublishedKey]) -> Result<(), Failure> {
    for known in &verdict.hub_keys {
        let key = &known.key;
        let Some(listed) = trusted.iter().find(|listed| listed.key == *key) else {
            return Err(Failure::failed(
                format!("Nhật ký đăng ký một khóa không có trong --hub-keys: {key}"),
                format!("The log registers keys that are not in --hub-keys: {key}"),
            ));
        };
        // The list may be newer than the log, or older.
        let told = listed.retired_index.filter(|index| *index < verdict.size);
        if told.is_some() && told != known.retired_index {
            return Err(Failure::failed(
                format!("--hub-keys ghi khóa này thôi dùng từ một mục mà nhật ký không ghi như vậy: {key}"),
                format!("--hub-keys calls these keys retired by an entry that does not retire them in the log: {key}"),
            ));
        }
    }
    Ok(())
}

fn text(verdict: &Verdict) -> String {
    if verdict.faults.is_empty() {
        return sound(verdict);
    }
    let faults = verdict.faults.list();
    let lines: String = faults.iter().map(line).collect();
    match verdict.faults.count() - faults.len() {
        0 => lines,
        more => format!("{lines}  … và {more} chỗ nữa / and {more} more\n"),
    }
}

fn sound(verdict: &Verdict) -> String {
    let hub = verdict.hub_id.as_deref().unwrap_or("–");
    let time = Timestamp::from_micros(verdict.hub_time).to_rfc3339();
    let root = hex(&verdict.root);
    let Verdict {
        size,
        checkpoints,
        bodies,
        keys,
        unbound_keys,
        requests,
        unopened,
        ..
    } = verdict;
    let sealed = match unopened {
        0 => String::new(),
        count => format!(
            "Chưa mở {count} nội dung đã mã hóa (chưa nêu --master-keys): đã đối chiếu dữ liệu như khi lưu.\n\
             {count} sealed contents were not opened (no --master-keys): their bytes were held against the log as stored.\n"
        ),
    };
    let unbound = match unbound_keys {
        0 => String::new(),
        count => format!(
            "{count} khóa có từ trước khi nhật ký ghi về khóa: chỉ đối chiếu được với nội dung.\n\
             {count} keys are from before the log told of keys: they were held against their contents alone.\n"
        ),
    };
    let contains = match verdict.contains {
        Some(known) => format!(
            "Nhật ký có điểm kiểm tra {known} mục đã nêu: từ đó không bị cắt, không bị viết lại.\n\
             The log contains the checkpoint of {known} entries given: it was neither cut nor rewritten since.\n"
        ),
        None => "Chưa nêu --checkpoint: nhật ký bị cắt đuôi hoặc viết lại toàn bộ thì không thấy được.\n\
                 No --checkpoint was given: a log that was cut at its end or rewritten as a whole cannot be told.\n"
            .to_owned(),
    };
    format!(
        "NGUYÊN VẸN: cổng {hub}, {size} mục nhật ký đến {time}, gốc cây {root}.\n\
         SOUND: hub {hub}, {size} log entries up to {time}, root {root}.\n\
         Đã tính lại / computed again: {checkpoints} điểm kiểm tra / checkpoints, {bodies} nội dung / contents, \
         {keys} khóa / keys, {requests} yêu cầu / requests.\n{sealed}{unbound}{contains}"
    )
}

fn line(fault: &Fault) -> String {
    let Fault {
        table,
        row,
        columns,
        what,
    } = fault;
    let columns = if columns.is_empty() {
        String::new()
    } else {
        format!(" [{}]", columns.join(", "))
    };
    format!("  {table} {row}{columns}: {} / {}\n", what.vi(), what.en())
}

fn document(verdict: &Verdict) -> Value {
    let faults = verdict.faults.list().iter().map(|fault| {
        json!({
            "table": fault.table,
            "row": fault.row,
            "columns": fault.columns,
            "code": fault.what.code(),
            "vi": fault.what.vi(),
            "en": fault.what.en(),
        })
    });
    json!({
        "verdict": if verdict.faults.is_empty() { "SOUND" } else { "DAMAGED" },
        "hub_id": verdict.hub_id,
        "size": verdict.size,
        "root": hex(&verdict.root),
        "hub_time": Timestamp::from_micros(verdict.hub_time).to_rfc3339(),
        "checkpoints": verdict.checkpoints,
        "bodies": verdict.bodies,
        "unopened": verdict.unopened,
        "keys": verdict.keys,
        "unbound_keys": verdict.unbound_keys,
        "requests": verdict.requests,
        "replayed": verdict.replayed,
        "contains": verdict.contains,
        "fault_count": verdict.faults.count(),
        "faults": faults.collect::<Vec<_>>(),
    })
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        let en = error.to_string();
        let vi = match error {
            VerifyError::Place => "PATH-OR-URL: cần đường dẫn, sqlite:PATH hoặc postgres://USER@HOST/NAME".to_owned(),
            VerifyError::NoFile(path) => format!("PATH-OR-URL: không có tệp {}", path.display()),
            VerifyError::NoAnswer => "PostgreSQL không trả lời trong 10 giây".to_owned(),
            VerifyError::Database(source) => format!("Không đọc được cơ sở dữ liệu: {source}"),
            VerifyError::NoHub => "PATH-OR-URL: đây không phải là cơ sở dữ liệu của cổng".to_owned(),
            VerifyError::Restless => {
                "Cổng ghi liên tục nên không giữ được một trạng thái để đọc; hãy kiểm chứng một bản sao".to_owned()
            }
            VerifyError::OtherSchema { column, is_there } => {
                let how = if is_there {
                    "chương trình này không biết"
                } else {
                    "bị thiếu"
                };
                format!(
                    "Cơ sở dữ liệu có cấu trúc khác với chương trình này: cột {column} {how}; hãy dùng bản lienthong cùng \
                     phiên bản với cổng"
                )
            }
        };
        Self::configuration(vi, en)
    }
}
