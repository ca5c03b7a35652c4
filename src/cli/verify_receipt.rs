//! `lienthong verify receipt`: what a receipt proves, without the hub.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::args::{read, read_text};
use super::client::print::OutputArgs;
use super::failure::Failure;
use crate::domain::time::Timestamp;
use crate::evidence::cosignature::{CosignatureError, WitnessKey};
use crate::evidence::digest::hex;
use crate::evidence::note::Note;
use crate::evidence::published::PublishedKey;
use crate::evidence::receipt::{Proved, Receipt, ReceiptError};

pub(super) const AFTER_HELP: &str = "\
Ví dụ / examples:
  lienthong verify receipt receipt.json --hub-keys hub.keys                        it stands in the hub's log
  lienthong verify receipt receipt.json --hub-keys hub.keys --document order.json  and this is what was accepted
  lienthong verify receipt receipt.witnessed.json --hub-keys hub.keys --witness-keys witnesses   and a witness saw that log

--hub-keys: a line for each hub, as `lienthong init` prints it and the operator publishes it. Take it from a place that you trust,
not from whoever shows you the receipt. --document: the bytes exactly as they were sent.

Trạng thái kết thúc / exit status:
  0  đúng / it holds
  1  không đúng, lý do được nêu / it does not hold; the reason is told
  2  không đọc được tệp, hoặc dùng lệnh sai / a file cannot be read, or wrong usage";

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct VerifyReceipt {
    /// Biên nhận: a JSON file, as `lienthong evidence receipt` writes it.
    #[arg(value_name = "FILE")]
    receipt: PathBuf,
    /// Khóa công khai của cổng: the hub's public keys, from a place that you trust.
    #[arg(long, env = "LIENTHONG_HUB_KEYS", value_name = "FILE")]
    hub_keys: PathBuf,
    /// Văn bản: the document that the receipt is to be for, exactly as it was sent.
    #[arg(long, env = "LIENTHONG_DOCUMENT", value_name = "FILE")]
    document: Option<PathBuf>,
    #[command(flatten)]
    witnesses: WitnessArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Which witnesses must have signed.
#[derive(Debug, Args)]
pub(super) struct WitnessArgs {
    /// Khóa của bên làm chứng: public keys of witnesses, one a line; each must have signed the checkpoint.
    #[arg(long, env = "LIENTHONG_WITNESS_KEYS", value_name = "FILE")]
    witness_keys: Option<PathBuf>,
}

impl WitnessArgs {
    /// Whether any is named.
    pub(super) fn is_given(&self) -> bool {
        self.witness_keys.is_some()
    }

    /// Checks that each of them has signed the checkpoint `note`.
    pub(super) fn require(&self, note: &str) -> Result<(), Failure> {
        let Some(path) = &self.witness_keys else { return Ok(()) };
        let keys = WitnessKey::parse_list(&read_text("--witness-keys", path)?);
        let path = path.display();
        let keys = keys.map_err(|line| {
            Failure::configuration(
                format!("--witness-keys: {path}, dòng {line}: không phải khóa của bên làm chứng"),
                format!("--witness-keys: {path}, line {line}: not the key of a witness"),
            )
        })?;
        if keys.is_empty() {
            return Err(Failure::configuration(
                format!("--witness-keys: {path} không có khóa nào"),
                format!("--witness-keys: there are no keys in {path}"),
            ));
        }
        let note = Note::parse(note).map_err(|malformed| {
            Failure::failed("điểm kiểm tra không đọc được", format!("the checkpoint: {malformed}"))
        })?;
        for key in keys {
            key.cosigned(&note).map_err(|error| {
                let name = key.name();
                let vi = match error {
                    CosignatureError::Missing => "chưa ký điểm kiểm tra này",
                    CosignatureError::Wrong => "có chữ ký không đúng trên điểm kiểm tra này",
                };
                Failure::failed(
                    format!("--witness-keys: bên làm chứng {name} {vi}"),
                    format!("--witness-keys: {name}: {error}"),
                )
            })?;
        }
        Ok(())
    }
}

impl VerifyReceipt {
    pub(super) fn run(self) -> Result<(), Failure> {
        let trusted = hub_keys(&self.hub_keys)?;
        let json = read("FILE", &self.receipt)?;
        let document = self
            .document
            .as_deref()
            .map(|path| read("--document", path))
            .transpose()?;
        match prove(&json, &trusted, document.as_deref()) {
            Ok(proved) => {
                if self.witnesses.is_given() {
                    let receipt = Receipt::read(&json).map(|receipt| receipt.checkpoint);
                    self.witnesses.require(&receipt.unwrap_or_default())?;
                }
                let has_content = document.is_some();
                self.output
                    .print(|| held(&proved, has_content), || told(&proved, has_content));
                Ok(())
            }
            Err(error) => {
                let (vi, code) = (in_vietnamese(error), error.code());
                self.output.print(
                    || json!({ "verdict": "REFUSED", "code": code, "vi": vi, "en": error.to_string() }),
                    String::new,
                );
                Err(Failure::failed(
                    format!("{}: biên nhận không đúng ({code}): {vi}", self.receipt.display()),
                    format!(
                        "{}: the receipt does not hold ({code}): {error}",
                        self.receipt.display()
                    ),
                ))
            }
        }
    }
}

fn prove<'k>(json: &[u8], trusted: &'k [PublishedKey], document: Option<&[u8]>) -> Result<Proved<'k>, ReceiptError> {
    let receipt = Receipt::read(json)?;
    let proved = receipt.verify(trusted)?;
    if let Some(document) = document {
        receipt.verify_content(&proved.leaf, document)?;
    }
    Ok(proved)
}

/// The published keys in a file.
pub(super) fn hub_keys(path: &Path) -> Result<Vec<PublishedKey>, Failure> {
    let keys = PublishedKey::parse_list(&read_text("--hub-keys", path)?);
    let keys = keys.map_err(|line| {
        let path = path.display();
        Failure::configuration(
            format!("--hub-keys: {path}, dòng {line}: không phải khóa công khai của một cổng (hai khóa trên một dòng) hay một điều được biết về khóa"),
            format!("--hub-keys: {path}, line {line}: neither the public keys of a hub (two keys on one line) nor a known statement about them"),
        )
    })?;
    if keys.is_empty() {
        return Err(Failure::configuration(
            format!("--hub-keys: {} không có khóa nào", path.display()),
            format!("--hub-keys: there are no keys in {}", path.display()),
        ));
    }
    Ok(keys)
}

fn held(proved: &Proved<'_>, has_content: bool) -> Value {
    let Proved {
        leaf,
        checkpoint,
        signer,
    } = proved;
    json!({
        "verdict": "HELD",
        "log_index": leaf.log_index,
        "subject": leaf.subject,
        "action": leaf.action,
        "from_state": leaf.from_state,
        "to_state": leaf.to_state,
        "agency": leaf.agency,
        "officer": leaf.officer,
        "counterparty": leaf.counterparty,
        "hub_time": Timestamp::from_micros(leaf.hub_time).to_rfc3339(),
        "content": if has_content { "PROVED" } else { "NOT_GIVEN" },
        "checkpoint": {
            "origin": checkpoint.origin,
            "size": checkpoint.tree.size,
            "root": hex(&checkpoint.tree.root),
            "hub_time": Timestamp::from_micros(checkpoint.hub_time).to_rfc3339(),
        },
        "signed_by": signer.to_string(),
    })
}

fn told(proved: &Proved<'_>, has_content: bool) -> String {
    let Proved { leaf, checkpoint, .. } = proved;
    let time = Timestamp::from_micros(leaf.hub_time).to_rfc3339();
    let content = if has_content {
        "Nội dung: đúng là văn bản đã nêu. / Content: it is the document given.\n"
    } else {
        "Nội dung: chưa đối chiếu (không nêu --document). / Content: not compared (no --document).\n"
    };
    format!(
        "ĐÚNG: mục {index} của nhật ký cổng {origin}, ghi lúc {time}: {action} – {subject}, do {officer} của {agency} thực hiện.\n\
         HELD: entry {index} of the log of {origin}, at {time}: {action} – {subject}, by {officer} of {agency}.\n\
         Cổng đã ký nhật ký gồm {size} mục có mục này. / The hub has signed the log of {size} entries that holds it.\n{content}",
        index = leaf.log_index,
        origin = checkpoint.origin,
        action = leaf.action,
        subject = leaf.subject,
        officer = leaf.officer,
        agency = leaf.agency,
        size = checkpoint.tree.size,
    )
}

pub(super) fn in_vietnamese(error: ReceiptError) -> &'static str {
    use crate::evidence::checkpoint::CheckpointError;
    match error {
        ReceiptError::Malformed => "tệp không phải biên nhận",
        ReceiptError::WrongLeaf => "mục nhật ký không đọc được",
        ReceiptError::Checkpoint(CheckpointError::Malformed) => "điểm kiểm tra không đọc được",
        ReceiptError::Checkpoint(CheckpointError::UnknownKey) => "điểm kiểm tra không do khóa nào trong --hub-keys ký",
        ReceiptError::Checkpoint(CheckpointError::WrongSignature) => "chữ ký trên điểm kiểm tra không đúng",
        ReceiptError::Checkpoint(CheckpointError::RetiredKey) => "điểm kiểm tra do khóa đã thôi dùng ký",
        ReceiptError::Proof(_) => "mục này không thuộc nhật ký mà cổng đã ký",
        ReceiptError::WrongTime => "mục này muộn hơn điểm kiểm tra",
        ReceiptError::WrongContent => {
            "văn bản không phải nội dung của mục này, hoặc biên nhận không giữ muối (content_salt)"
        }
    }
}
