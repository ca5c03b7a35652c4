//! `lienthong evidence export`: everything that proves a request, as a folder. It is written beside its place, verified there as
//! anybody would verify it, and gets its name last: a folder with that name is whole.

mod pieces;
mod place;
mod summary;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use bytes::Bytes;
use clap::Args;
use lienthong_proto::v1;
use lienthong_proto::v1::get_bundle_response::Part;
use serde::Deserialize;
use serde_json::json;

use super::connection::ConnectionArgs;
use super::print::OutputArgs;
use super::session::{Session, ask, broken, incomplete};
use super::upload::download;
use crate::cli::failure::Failure;
use crate::cli::progress::Told;
use crate::cli::verify_bundle;
use crate::domain::erasure::ErasureAction;
use crate::evidence::digest::{hex, sha256};
use crate::evidence::hub_key::HubKey;
use crate::evidence::jws::document_in;
use crate::evidence::leaf::{EntryType, Leaf, NO_CONTENT};
use crate::evidence::published::PublishedKey;
use crate::evidence::receipt::Receipt;
use crate::verify::Progress as _;
use crate::verify::bundle::{Attachments, BundleVerdict, EventFile, Manifest, Names, document_name, verify_bundle};
use pieces::Pieces;
use place::Place;
use summary::Step;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExportCommand {
    /// Mã yêu cầu: the request, `req_…`.
    #[arg(value_name = "REQUEST")]
    request: String,
    /// Thư mục: where to write it; there must be nothing with this name.
    #[arg(short, long, env = "LIENTHONG_DIR", value_name = "DIR")]
    dir: PathBuf,
    /// Không kèm tài liệu: leave the bytes of attached documents out; their digests stay.
    #[arg(long)]
    without_attachments: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What a bundle is written from, as it comes in.
#[derive(Debug, Default)]
struct Gathered {
    note: String,
    keys: Vec<HubKey>,
    steps: Vec<Step>,
    /// Ids of the documents that were uploaded, by the entries of their uploads.
    documents: BTreeMap<u64, String>,
    /// The entries whose content is erased.
    erased: BTreeSet<u64>,
    /// Digests (hex) of the certificates that signed.
    signers: Vec<String>,
    /// The registered certificates that came by, by their digests (hex).
    certificates: BTreeMap<String, Vec<u8>>,
}

impl ExportCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let place = Place::beside(&self.dir)?;
        let session = self.connection.connect().await?;
        let attachments = if self.without_attachments {
            Attachments::LeftOut
        } else {
            Attachments::Included
        };
        let gathered = gather(&session, &self.request, &place).await?;
        if attachments == Attachments::Included {
            let is_kept = |(index, _): &(&u64, &String)| !gathered.erased.contains(*index);
            for (_, document) in gathered.documents.iter().filter(is_kept) {
                let (_, content) = download(&session, document).await?;
                place.write(&Names::attachment(document), &content)?;
            }
        }
        let signed_with = |sha256: &&String| gathered.signers.contains(sha256);
        for (sha256, der) in gathered.certificates.iter().filter(|(sha256, _)| signed_with(sha256)) {
            place.write(&Names::certificate(sha256), der)?;
        }
        place.write(Names::CHECKPOINT, gathered.note.as_bytes())?;
        let keys: String = gathered
            .keys
            .iter()
            .flat_map(|key| [key.to_string(), "\n".to_owned()])
            .collect();
        place.write(Names::HUB_KEYS, keys.as_bytes())?;
        let summary = summary::page(&self.request, &gathered.note, &gathered.steps);
        place.write(Names::SUMMARY, summary.as_bytes())?;
        let manifest = Manifest::of(&place.folder()?, &self.request, attachments);
        let manifest = manifest.map_err(|error| place.failed(&error))?;
        place.write(Names::MANIFEST, manifest.text().as_bytes())?;
        let keys: Vec<PublishedKey> = gathered.keys.iter().cloned().map(PublishedKey::from).collect();
        let verdict = verify_bundle(&place.folder()?, Some(&keys)).map_err(|error| place.failed(&error))?;
        require_sound(&verdict)?;
        place.finish()?;
        let folder = self.dir.display().to_string();
        self.output.print(
            || json!({ "folder": folder, "bundle": verify_bundle::document(&verdict) }),
            || {
                format!(
                    "Đã ghi bộ chứng cứ vào {folder}. / Written: {folder}.\n{}",
                    verify_bundle::text(&verdict)
                )
            },
        );
        Ok(())
    }
}

/// Receives everything and writes what does not wait for the end.
async fn gather(session: &Session, request: &str, place: &Place) -> Result<Gathered, Failure> {
    let asked = v1::GetBundleRequest {
        enforcement_request_id: request.to_owned(),
    };
    let mut stream = ask!(async || session.evidence().get_bundle(asked.clone()).await)?;
    let told = Told::new("Đang lấy chứng cứ", "fetching the evidence");
    let mut gathered = Gathered::default();
    let mut pieces = Pieces::default();
    let mut count = 0;
    while let Some(message) = stream.message().await.map_err(broken)? {
        match message.part {
            Some(Part::Head(head)) => gathered.head(head)?,
            Some(Part::Entry(entry)) => pieces.begin(entry)?,
            Some(Part::Piece(piece)) => pieces.add(&piece)?,
            None => return Err(incomplete("part")),
        }
        if let Some(entry) = pieces.whole() {
            gathered.entry(&entry, place)?;
            count += 1;
            told.step("entries", count);
        }
    }
    pieces.end()?;
    gathered.steps.sort_by_key(|step| step.log_index);
    Ok(gathered)
}

impl Gathered {
    fn head(&mut self, head: v1::BundleHead) -> Result<(), Failure> {
        self.note = head.checkpoint.ok_or_else(|| incomplete("checkpoint"))?.note;
        let keys = head.hub_keys.iter().map(|key| key.parse());
        let keys: Result<_, _> = keys.collect();
        self.keys = keys.map_err(|_malformed| incomplete("hub_keys"))?;
        Ok(())
    }

    fn entry(&mut self, told: &v1::BundleEntry, place: &Place) -> Result<(), Failure> {
        let leaf = Leaf::decode(&told.leaf).map_err(|_malformed| incomplete("leaf"))?;
        let event = EventFile::of(&leaf, &told.party, &told.details);
        place.write(&Names::event(leaf.log_index), event.text().as_bytes())?;
        let (receipt, document) = self.receipt(told)?;
        let file = receipt.file().ok_or_else(|| incomplete("leaf"))?;
        let file = serde_json::to_string_pretty(&file).unwrap_or_default();
        place.write(&Names::receipt(leaf.log_index), format!("{file}\n").as_bytes())?;
        let name = document_name(leaf.log_index, &told.media_type);
        if document.is_some() {
            place.write(&name, &told.content)?;
        }
        match leaf.entry_type {
            EntryType::Request => {
                let step = Step::of(&leaf, &told.details, document.as_deref(), &name);
                self.signers
                    .extend(step.signers.iter().map(|signer| signer.certificate_sha256.clone()));
                self.steps.push(step);
            }
            EntryType::Document => {
                self.documents.insert(leaf.log_index, leaf.subject);
            }
            EntryType::Erasure => self.erased(&leaf, &told.erased_log_indexes, place)?,
            EntryType::Registry
            | EntryType::Delivery
            | EntryType::Calendar
            | EntryType::Measure
            | EntryType::Read
            | EntryType::Catalogue
            | EntryType::Operator
            | EntryType::HubKey
            | EntryType::Trust
            | EntryType::Case
            | EntryType::Report
            | EntryType::Webhook
            | EntryType::Suspension
            | EntryType::Clock => {
                self.registered(&told.details);
            }
        }
        Ok(())
    }

    /// Keeps what an erasure destroyed: the text of which its entry holds the digest. A proposal destroys nothing.
    fn erased(&mut self, leaf: &Leaf, indexes: &[i64], place: &Place) -> Result<(), Failure> {
        if leaf.action == ErasureAction::Erase.as_str() {
            let lines = indexes.iter().flat_map(|index| [index.to_string(), "\n".to_owned()]);
            let text: String = lines.collect();
            place.write(&Names::erased(leaf.log_index), text.as_bytes())?;
            self.erased
                .extend(indexes.iter().filter_map(|index| u64::try_from(*index).ok()));
        }
        Ok(())
    }

    /// The receipt of an entry, and the document that was sent with it: of a signed one its payload.
    fn receipt(&self, told: &v1::BundleEntry) -> Result<(Receipt, Option<Bytes>), Failure> {
        let proof = told.inclusion_proof.iter().map(|hash| hash.as_ref().try_into().ok());
        let proof: Option<_> = proof.collect();
        let document = if told.content.is_empty() {
            None
        } else {
            let document = document_in(&told.media_type, &told.content);
            Some(Bytes::from(
                document.map_err(|_fault| incomplete("content"))?.into_owned(),
            ))
        };
        let receipt = Receipt {
            leaf: told.leaf.to_vec(),
            proof: proof.ok_or_else(|| incomplete("inclusion_proof"))?,
            checkpoint: self.note.clone(),
            content_sha256: document.as_ref().map_or(NO_CONTENT, |document| sha256(document)),
            content_salt: document.is_some().then(|| told.content_salt.to_vec()),
        };
        Ok((receipt, document))
    }

    /// Keeps the certificates that an entry of the registry brings.
    fn registered(&mut self, details: &str) {
        #[derive(Deserialize)]
        struct Details {
            #[serde(default)]
            credentials: Vec<Credential>,
        }
        #[derive(Deserialize)]
        struct Credential {
            certificate: String,
        }
        use base64::Engine as _;
        let Ok(details) = serde_json::from_str::<Details>(details) else {
            return;
        };
        let decode =
            |credential: &Credential| base64::engine::general_purpose::STANDARD.decode(&credential.certificate);
        let certificates = details
            .credentials
            .iter()
            .filter_map(|credential| decode(credential).ok());
        self.certificates
            .extend(certificates.map(|der| (hex(&sha256(&der)), der)));
    }
}

/// What the hub gave must hold, or it is not kept.
fn require_sound(verdict: &BundleVerdict) -> Result<(), Failure> {
    let Some(fault) = verdict.faults.first() else {
        return Ok(());
    };
    Err(Failure::failed(
        format!(
            "Bộ chứng cứ mà cổng gửi không đúng: {}: {}",
            fault.file,
            fault.flaw.vi()
        ),
        format!(
            "The bundle that the hub sent does not hold: {}: {}",
            fault.file,
            fault.flaw.en()
        ),
    ))
}
