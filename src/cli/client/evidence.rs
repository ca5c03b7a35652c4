//! `lienthong evidence`: receipts to keep, and what they are checked with.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lienthong_proto::v1;
use lienthong_proto::v1::get_receipt_request::Entry;
use serde_json::Value;

use super::connection::ConnectionArgs;
use super::help;
use super::session::{ask, incomplete};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::client::receipts::kept;
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
    /// Khóa công khai: the keys with which the hub's receipts are checked. Compare them with what the operator publishes.
    #[command(after_help = help::EVIDENCE_KEYS)]
    Keys(KeysCommand),
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReceiptCommand {
    #[command(flatten)]
    which: Which,
    /// Tệp biên nhận: where to write it instead of the terminal; never over a file that is there.
    #[arg(short = 'O', long, env = "LIENTHONG_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
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
            Self::Keys(command) => command.run().await,
        }
    }
}

impl ReceiptCommand {
    async fn run(self) -> Result<(), Failure> {
        let asked = v1::GetReceiptRequest {
            entry: self.which.entry(),
        };
        let session = self.connection.connect().await?;
        let answer = ask!(async || session.evidence().get_receipt(asked.clone()).await)?;
        let files = answer.receipts.iter().map(file).collect::<Option<Vec<_>>>();
        let files = files.ok_or_else(|| incomplete("receipts"))?;
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
        Ok(())
    }
}

impl KeysCommand {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let answer = ask!(async || session.evidence().list_hub_keys(v1::ListHubKeysRequest {}).await)?;
        for key in answer.keys {
            if let Some(index) = key.retired_index {
                output::line(&format!(
                    "# Khóa thôi dùng từ mục {index} / retired from entry {index} on:"
                ));
            }
            output::line(&key.public_keys);
        }
        Ok(())
    }
}
