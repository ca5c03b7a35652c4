//! `lienthong verify silence`: whether a certificate of silence proves that nobody answered, without the hub.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::args::read;
use super::client::print::OutputArgs;
use super::failure::Failure;
use super::verify_receipt::{self, WitnessArgs, hub_keys};
use crate::domain::catalogue::Catalogue;
use crate::domain::event::EventDetails;
use crate::domain::ids::KindCode;
use crate::domain::print::{self, SilencePaper, SilenceStep};
use crate::domain::sandbox::{MARK_VI, is_sandbox};
use crate::domain::time::Timestamp;
use crate::evidence::digest::hex;
use crate::evidence::published::PublishedKey;
use crate::evidence::silence::{Silence, SilenceError, SilenceFile};

pub(super) const AFTER_HELP: &str = "\
Ví dụ / examples:
  lienthong verify silence silence.json --hub-keys hub.keys                       an answer deadline passed, and nothing came
  lienthong verify silence silence.json --hub-keys hub.keys --page silence.html   and a page of it, to read and print

--hub-keys: a line for each hub, as `lienthong init` prints it and the operator publishes it. Take it from a place that you trust,
not from whoever shows you the certificate. It speaks as of the entry that says OVERDUE: an answer after that does not make it false
(docs/silence.md).

Trạng thái kết thúc / exit status:
  0  đúng / it holds
  1  không đúng, lý do được nêu / it does not hold; the reason is told
  2  không đọc được tệp, hoặc dùng lệnh sai / a file cannot be read, or wrong usage";

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct VerifySilence {
    /// Xác nhận: a JSON file, as `lienthong evidence silence` writes it.
    #[arg(value_name = "FILE")]
    certificate: PathBuf,
    /// Khóa công khai của cổng: the hub's public keys, from a place that you trust.
    #[arg(long, env = "LIENTHONG_HUB_KEYS", value_name = "FILE")]
    hub_keys: PathBuf,
    /// Trang để đọc: where to write a page (HTML) of what the certificate proves; never over a file that is there.
    #[arg(long, env = "LIENTHONG_PAGE", value_name = "FILE")]
    page: Option<PathBuf>,
    #[command(flatten)]
    witnesses: WitnessArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl VerifySilence {
    pub(super) fn run(self) -> Result<(), Failure> {
        let trusted = hub_keys(&self.hub_keys)?;
        let bytes = read("FILE", &self.certificate)?;
        match Certificate::check(&bytes, &trusted) {
            Ok(certificate) => {
                self.witnesses.require(&certificate.file.checkpoint)?;
                if let Some(path) = &self.page {
                    let written = std::fs::File::create_new(path)
                        .and_then(|mut file| std::io::Write::write_all(&mut file, certificate.page().as_bytes()));
                    written.map_err(|error| Failure::file("--page", path, &error))?;
                }
                self.output.print(|| certificate.value(), || certificate.text());
                Ok(())
            }
            Err(error) => {
                let (vi, code) = (in_vietnamese(error), error.code());
                self.output.print(
                    || json!({ "verdict": "REFUSED", "code": code, "vi": vi, "en": error.to_string() }),
                    String::new,
                );
                let path = self.certificate.display();
                Err(Failure::failed(
                    format!("{path}: xác nhận không đúng ({code}): {vi}"),
                    format!("{path}: the certificate does not hold ({code}): {error}"),
                ))
            }
        }
    }
}

/// A certificate that holds.
#[derive(Debug)]
pub(super) struct Certificate<'k> {
    file: SilenceFile,
    proved: Silence<'k>,
    details: EventDetails,
}

impl<'k> Certificate<'k> {
    /// Checks the bytes of a file.
    pub(super) fn check(bytes: &[u8], trusted: &'k [PublishedKey]) -> Result<Self, SilenceError> {
        let file = SilenceFile::read(bytes)?;
        let proved = file.verify(trusted)?;
        // It is proved as a text; what this program does not know of it is left out of the page.
        let details = serde_json::from_str(&file.details).unwrap_or_default();
        Ok(Self { file, proved, details })
    }

    fn request(&self) -> &str {
        self.proved.leaves.first().map_or("", |leaf| leaf.subject.as_str())
    }

    fn parties(&self) -> (&str, &str) {
        let notice = self.details.notice.as_deref();
        let first = self.proved.leaves.first();
        let of_submit = first.map_or(("", ""), |leaf| (leaf.agency.as_str(), leaf.counterparty.as_str()));
        notice.map_or(of_submit, |notice| (notice.sender.as_str(), notice.recipient.as_str()))
    }

    fn kind(&self) -> Option<&KindCode> {
        self.details.notice.as_ref().map(|notice| &notice.kind)
    }

    fn due(&self) -> Timestamp {
        Timestamp::from_micros(self.proved.clock.due.unwrap_or_default())
    }

    fn steps(&self) -> Vec<SilenceStep> {
        let leaves = self.proved.leaves.iter();
        leaves
            .map(|leaf| SilenceStep {
                log_index: leaf.log_index,
                at: Timestamp::from_micros(leaf.hub_time),
                action: leaf.action.clone(),
                agency: leaf.agency.clone(),
            })
            .collect()
    }

    /// As a page to read and print.
    pub(super) fn page(&self) -> String {
        let known = self.kind().zip(Catalogue::embedded().ok());
        let known = known.and_then(|(kind, catalogue)| catalogue.newest(kind).cloned());
        let (sender, recipient) = self.parties();
        print::silence(&SilencePaper {
            hub: &self.proved.checkpoint.origin,
            request: self.request(),
            kind_title: known.as_ref().map(|kind| kind.definition.title_vi.as_str()),
            sender,
            recipient,
            article: &self.proved.clock.basis,
            due: self.due(),
            steps: &self.steps(),
            size: self.proved.checkpoint.tree.size,
        })
    }

    pub(super) fn value(&self) -> Value {
        let (sender, recipient) = self.parties();
        let steps = self.steps();
        let as_of = steps.last().map(|step| step.at.to_rfc3339());
        let steps = steps.iter().map(|step| {
            json!({
                "log_index": step.log_index, "hub_time": step.at.to_rfc3339(), "action": step.action, "agency": step.agency,
            })
        });
        let (clock, checkpoint) = (&self.proved.clock, &self.proved.checkpoint);
        json!({
            "verdict": "HELD",
            "enforcement_request_id": self.request(),
            "kind": self.kind(),
            "sender": sender,
            "recipient": recipient,
            "deadline": { "name": clock.name, "occurrence": clock.occurrence, "due_time": self.due().to_rfc3339(), "basis": clock.basis },
            "as_of": as_of,
            "sandbox": is_sandbox(&checkpoint.origin),
            "entries": steps.collect::<Value>(),
            "checkpoint": {
                "origin": checkpoint.origin,
                "size": checkpoint.tree.size,
                "root": hex(&checkpoint.tree.root),
                "hub_time": Timestamp::from_micros(checkpoint.hub_time).to_rfc3339(),
            },
            "signed_by": self.proved.signer.to_string(),
        })
    }

    pub(super) fn text(&self) -> String {
        let (sender, recipient) = self.parties();
        let (clock, checkpoint) = (&self.proved.clock, &self.proved.checkpoint);
        let last = self.proved.leaves.last();
        let as_of = last.map(|leaf| Timestamp::from_micros(leaf.hub_time).to_rfc3339());
        let mark = if is_sandbox(&checkpoint.origin) {
            format!("{MARK_VI} / SANDBOX\n")
        } else {
            String::new()
        };
        format!(
            "{mark}ĐÚNG: {recipient} không trả lời yêu cầu {request} của {sender} trong thời hạn (đến {due}, {basis}); tính đến {as_of} không có \
             trả lời nào.\n\
             HELD: {recipient} did not answer {request} of {sender} in time (by {due}, deadline {name}); as of {as_of} nothing had come.\n\
             Cổng {origin} đã ký nhật ký gồm {size} mục, có đủ {count} mục của yêu cầu đến lúc đó. / The hub has signed the log of {size} \
             entries that holds all {count} entries of the request until then.\n",
            request = self.request(),
            due = self.due().to_rfc3339(),
            basis = clock.basis,
            name = clock.name,
            as_of = as_of.unwrap_or_default(),
            origin = checkpoint.origin,
            size = checkpoint.tree.size,
            count = self.proved.leaves.len(),
        )
    }
}

fn in_vietnamese(error: SilenceError) -> &'static str {
    match error {
        SilenceError::Malformed => "tệp không phải xác nhận, hoặc không còn nguyên từng byte",
        SilenceError::Entry(error) => verify_receipt::in_vietnamese(error),
        SilenceError::Gap => "thiếu mục nhật ký của yêu cầu, hoặc không phải từ lúc gửi đến mục báo quá hạn",
        SilenceError::WrongDetails => "nội dung của mục báo quá hạn không đúng với nhật ký",
        SilenceError::NotOver => "không có thời hạn trả lời nào đã quá",
        SilenceError::Answered => "yêu cầu đã được trả lời",
    }
}
