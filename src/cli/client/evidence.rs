//! `lienthong evidence`: receipts to keep, and what they are checked with.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use lienthong_proto::v1;
use lienthong_proto::v1::get_receipt_request::Entry;
use serde_json::Value;

use super::connection::ConnectionArgs;
use super::export::ExportCommand;
use super::help;
use super::operator::OperatorCommand;
use super::session::{Session, ask, incomplete};
use super::silence::SilenceCommand;
use crate::cli::args::read_text;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::client::receipts::kept;
use crate::evidence::checkpoint::Checkpoint;
use crate::evidence::note::Note;
use crate::evidence::published::PublishedKey;
use crate::evidence::receipt::ReceiptFile;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Evidence {
    /// Biên nhận: the receipt of an entry, to be kept and checked without the hub.
    #[command(after_help = help::EVIDENCE_RECEIPT)]
    Receipt(ReceiptCommand),
    /// Điểm kiểm tra: the newest state of the log that the hub has signed.
    #[command(after_help = help::EVIDENCE_CHECKPOINT)]
    Checkpoint(CheckpointCommand),
    /// Trọn bộ chứng cứ: everything that proves a request, as a folder that is checked without the hub.
    #[command(after_help = help::EVIDENCE_EXPORT)]
    Export(ExportCommand),
    /// Xác nhận quá thời hạn không trả lời: that an answer deadline passed and nothing came, to be kept and checked without the hub.
    #[command(after_help = help::EVIDENCE_SILENCE)]
    Silence(SilenceCommand),
    /// Khóa công khai: the keys with which the hub's receipts are checked. Compare them with what the operator publishes.
    #[command(after_help = help::EVIDENCE_KEYS)]
    Keys(KeysCommand),
    /// Việc của đơn vị vận hành: starts, stops, backups, restores, copies and changes of the schema, newest first; for the operator
    /// and those who watch over it.
    #[command(after_help = help::EVIDENCE_OPERATOR)]
    Operator(OperatorCommand),
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReceiptCommand {
    #[command(flatten)]
    which: Which,
    /// Tệp biên nhận: where to write it instead of the terminal; never over a file that is there.
    #[arg(short = 'O', long, env = "LIENTHONG_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Điểm kiểm tra có bên làm chứng ký: proves the entry in this cosigned checkpoint instead of the hub's own of that time. Keep
    /// both: the first receipt stays the same for ever.
    #[arg(long, env = "LIENTHONG_WITNESSED", value_name = "FILE")]
    witnessed: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Which entry.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// Mã yêu cầu: the entry that opened this request, `req_…`.
    #[arg(value_name = "REQUEST")]
    request: Option<String>,
    /// Khóa: what the agency did under this idempotency key.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    /// Số thứ tự trong nhật ký: the entry with this index.
    #[arg(long, env = "LIENTHONG_INDEX", value_name = "N")]
    index: Option<i64>,
}

impl Which {
    fn entry(self) -> Option<Entry> {
        let by_request = self.request.map(Entry::EnforcementRequestId);
        by_request
            .or(self.key.map(Entry::IdempotencyKey))
            .or(self.index.map(Entry::LogIndex))
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckpointCommand {
    /// Số mục: the first that covers so many entries; left out: the newest.
    #[arg(long, env = "LIENTHONG_SIZE", value_name = "N", default_value_t = 0)]
    size: i64,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct KeysCommand {
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Evidence {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Receipt(command) => command.run().await,
            Self::Checkpoint(command) => command.run().await,
            Self::Export(command) => command.run().await,
            Self::Silence(command) => command.run().await,
            Self::Keys(command) => command.run().await,
            Self::Operator(command) => command.run().await,
        }
    }
}

impl ReceiptCommand {
    async fn run(self) -> Result<(), Failure> {
        let asked = v1::GetReceiptRequest {
            entry: self.which.entry(),
        };
        let witnessed = self.witnessed.as_deref().map(witnessed).transpose()?;
        let session = self.connection.connect().await?;
        let answer = ask!(async || session.evidence().get_receipt(asked.clone()).await)?;
        let files = answer.receipts.iter().map(file).collect::<Option<Vec<_>>>();
        let mut files = files.ok_or_else(|| incomplete("receipts"))?;
        let last = answer.receipts.last().and_then(|told| told.receipt.as_ref());
        let last = last.and_then(|receipt| receipt.checkpoint.clone());
        if let Some(witnessed) = &witnessed {
            for file in &mut files {
                witnessed.prove(&session, file).await?;
            }
        }
        // One is a file that `verify receipt` takes; those of a broadcast are a list of such.
        let value = match files.as_slice() {
            [one] => serde_json::to_value(one),
            several => serde_json::to_value(several),
        };
        let text = format!("{:#}\n", value.unwrap_or(Value::Null));
        match &self.out {
            None => output::text(&text),
            Some(path) => {
                let written = std::fs::File::create_new(path)
                    .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
                written.map_err(|error| Failure::file("--out", path, &error))?;
            }
        }
        session.hold(last.as_ref()).await
    }
}

/// A checkpoint that witnesses have signed, and its number of entries.
struct Witnessed {
    note: String,
    size: i64,
}

fn witnessed(path: &Path) -> Result<Witnessed, Failure> {
    let note = read_text("--witnessed", path)?;
    let checkpoint = Note::parse(&note)
        .ok()
        .and_then(|note| Checkpoint::parse(&note.text).ok());
    let size = checkpoint.and_then(|checkpoint| i64::try_from(checkpoint.tree.size).ok());
    let size = size.ok_or_else(|| {
        let path = path.display();
        Failure::configuration(
            format!("--witnessed: {path} không phải là điểm kiểm tra"),
            format!("--witnessed: {path} is not a checkpoint"),
        )
    })?;
    Ok(Witnessed { note, size })
}

impl Witnessed {
    /// Proves the receipt's entry in this checkpoint.
    async fn prove(&self, session: &Session, file: &mut ReceiptFile) -> Result<(), Failure> {
        let asked = v1::GetInclusionProofRequest {
            log_index: i64::try_from(file.log_index).unwrap_or(i64::MAX),
            tree_size: self.size,
        };
        let proof = ask!(async || session.evidence().get_inclusion_proof(asked).await)?;
        file.inclusion_proof = proof.hashes.iter().map(|hash| STANDARD.encode(hash)).collect();
        file.checkpoint.clone_from(&self.note);
        Ok(())
    }
}

fn file(told: &v1::EntryReceipt) -> Option<ReceiptFile> {
    kept(told.receipt.as_ref()?, &told.content_salt)?.file()
}

impl CheckpointCommand {
    async fn run(self) -> Result<(), Failure> {
        let asked = v1::GetCheckpointRequest { tree_size: self.size };
        let session = self.connection.connect().await?;
        let answer = ask!(async || session.evidence().get_checkpoint(asked).await)?;
        let checkpoint = answer.checkpoint.ok_or_else(|| incomplete("checkpoint"))?;
        output::text(&checkpoint.note);
        session.hold(Some(&checkpoint)).await
    }
}

impl KeysCommand {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let answer = ask!(async || session.evidence().list_hub_keys(v1::ListHubKeysRequest {}).await)?;
        for told in answer.keys {
            let key = told.public_keys.parse().map_err(|_malformed| incomplete("keys"))?;
            let retired_index = told.retired_index.and_then(|index| u64::try_from(index).ok());
            let listed = PublishedKey { key, retired_index };
            if let (Some(index), Some(statement)) = (retired_index, listed.statement()) {
                output::line(&format!(
                    "# Khóa thôi dùng từ mục {index} / retired from entry {index} on:"
                ));
                output::line(&statement);
            }
            output::line(&listed.key.to_string());
        }
        Ok(())
    }
}
