//! Everything that proves one request without the hub: its entries, those of the documents that it names, those of the
//! registry that say who could sign, and the papers of authorities by which that was judged. Read piece by piece, so that memory stays bounded however long its life was; every proof
//! leads to one checkpoint, the newest as the caller asked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::App;
use super::requests::history::body_index;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, RequestId};
use crate::domain::request::EnforcementRequest;
use crate::domain::viewer::Viewer;
use crate::evidence::Digest;
use crate::evidence::digest::hex;
use crate::evidence::jws::document_in;
use crate::store::rows::{AttachmentRow, Body, Checkpoint, EventRow, HubKeyRow, TrustPaperRow};

/// Entries of the request that are read at a time: each may have 512 KiB of content.
const ENTRIES: i64 = 8;
/// Entries of the registry that are read at a time.
const REGISTRY_ENTRIES: i64 = 64;

/// One entry with what proves it.
#[derive(Debug, Clone)]
pub struct BundleEntry {
    /// The exact bytes of its leaf.
    pub leaf: Vec<u8>,
    /// The hashes from the leaf up to the checkpoint's root.
    pub proof: Vec<Digest>,
    /// Its row.
    pub event: EventRow,
    /// What was sent with it, if that is for both parties.
    pub body: Option<Body>,
    /// The entries whose content it erased.
    pub erased: Vec<i64>,
}

/// Who signed or acted, of one agency.
#[derive(Debug, Default)]
struct Sought {
    /// SHA-256 of certificates, hex.
    certificates: BTreeSet<String>,
    /// Those of them of which the log does not tell by what they were judged.
    unjudged: BTreeSet<String>,
    /// Ids of officers.
    officers: BTreeSet<String>,
}

/// What is still to be told.
#[derive(Debug)]
enum Stage {
    /// The request's own entries after this version.
    Request(i64),
    /// The uploads that it names.
    Uploads(VecDeque<AttachmentRow>),
    /// The entries that erased its content.
    Erasures(VecDeque<i64>),
    /// The registry's entries of the first of these agencies after this version.
    Registry(VecDeque<(AgencyCode, Sought)>, i64),
    /// The papers of authorities.
    Papers(VecDeque<TrustPaperRow>),
}

/// What proves a request, as it is told piece by piece.
#[derive(Debug)]
pub struct Bundle {
    app: App,
    request: EnforcementRequest,
    /// All proofs lead to its root.
    pub checkpoint: Checkpoint,
    /// The keys of every hub that ever signed this log.
    pub keys: Vec<HubKeyRow>,
    sought: BTreeMap<AgencyCode, Sought>,
    /// SHA-256 of papers of authorities, hex.
    papers: BTreeSet<String>,
    stage: Stage,
}

impl App {
    /// Begins to tell what proves a request that `viewer` may see.
    ///
    /// # Errors
    /// `REQUEST_NOT_FOUND`.
    pub async fn bundle(&self, viewer: &Viewer, id: &RequestId) -> Result<Bundle> {
        let request = self.store.request_of(viewer, id).await?;
        let request = request.ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        // After the request: it holds all that was told of it.
        let checkpoint = self.checkpoint(None).await?;
        Ok(Bundle {
            keys: self.hub_keys().await?,
            app: self.clone(),
            request,
            checkpoint,
            sought: BTreeMap::new(),
            papers: BTreeSet::new(),
            stage: Stage::Request(0),
        })
    }
}

impl Bundle {
    /// The next entries; empty at the end.
    ///
    /// # Errors
    /// The store's.
    pub async fn next(&mut self) -> Result<Vec<BundleEntry>> {
        loop {
            let found = match &mut self.stage {
                Stage::Request(after) => {
                    let after = *after;
                    self.of_request(after).await?
                }
                Stage::Uploads(waiting) => match waiting.pop_front() {
                    Some(document) => self.of_upload(&document).await?,
                    None => self.begin_erasures().await?,
                },
                Stage::Erasures(waiting) => match waiting.pop_front() {
                    Some(index) => self.of_erasure(index).await?,
                    None => self.begin_registry(),
                },
                Stage::Registry(agencies, after) => {
                    let after = *after;
                    match agencies.pop_front() {
                        Some((agency, sought)) => self.of_agency(agency, sought, after).await?,
                        None => self.begin_papers().await?,
                    }
                }
                Stage::Papers(waiting) => match waiting.pop_front() {
                    Some(paper) => self.of_paper(&paper).await?,
                    None => return Ok(Vec::new()),
                },
            };
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }

    async fn of_request(&mut self, after: i64) -> Result<Vec<BundleEntry>> {
        let mut events = self.app.store.events_of(&self.request, after, ENTRIES).await?;
        events.retain(|event| self.is_covered(event));
        let Some(last) = events.last() else {
            let named = self.app.store.attachments_of(&self.request).await?;
            let documents: BTreeMap<i64, AttachmentRow> = named
                .into_iter()
                .map(|named| (named.document.log_index, named.document))
                .collect();
            self.stage = Stage::Uploads(documents.into_values().collect());
            return Ok(Vec::new());
        };
        self.stage = Stage::Request(last.version);
        let indexes: Vec<i64> = events
            .iter()
            .map(|event| body_index(&self.request, event.log_index))
            .collect();
        let bodies = self.app.store.bodies(&indexes).await?;
        let with_bodies: Vec<_> = events
            .into_iter()
            .zip(indexes)
            .map(|(event, index)| (event, bodies.iter().find(|body| body.log_index == index).cloned()))
            .collect();
        for (event, body) in &with_bodies {
            self.seek(event, body.as_ref())?;
        }
        self.proved(with_bodies).await
    }

    async fn of_upload(&self, document: &AttachmentRow) -> Result<Vec<BundleEntry>> {
        let event = self.app.store.first_event(document.id.as_str()).await?;
        let event = event.ok_or_else(|| Error::internal("a document without an entry"))?;
        self.proved(vec![(event, None)]).await
    }

    /// The erasures of its own content and of the documents that it names: these may have gone with another order.
    async fn begin_erasures(&mut self) -> Result<Vec<BundleEntry>> {
        let named = self.app.store.attachments_of(&self.request).await?;
        let documents = named.iter().filter(|named| named.document.is_erased());
        let documents: BTreeSet<i64> = documents.map(|named| named.document.log_index).collect();
        let mut erasures: BTreeSet<i64> = self.app.store.erasures_of_entries(&documents).await?;
        erasures.extend(self.request.erased_index);
        self.stage = Stage::Erasures(erasures.into_iter().collect());
        Ok(Vec::new())
    }

    /// An erasure with the proposal that it decided.
    async fn of_erasure(&self, index: i64) -> Result<Vec<BundleEntry>> {
        #[derive(serde::Deserialize)]
        struct Decided {
            proposed: i64,
        }
        let lost = || Error::internal("an erasure without its entries");
        let event = self.app.store.event_at(index).await?.ok_or_else(lost)?;
        let Decided { proposed } = serde_json::from_str(&event.details).map_err(Error::internal)?;
        let proposal = self.app.store.event_at(proposed).await?.ok_or_else(lost)?;
        let mut events = vec![(proposal, None), (event, None)];
        events.retain(|(event, _)| self.is_covered(event));
        let mut entries = self.proved(events).await?;
        for entry in entries.iter_mut().filter(|entry| entry.event.log_index == index) {
            entry.erased = self.app.store.erased_with(index).await?;
        }
        Ok(entries)
    }

    fn begin_registry(&mut self) -> Vec<BundleEntry> {
        self.stage = Stage::Registry(std::mem::take(&mut self.sought).into_iter().collect(), 0);
        Vec::new()
    }

    async fn of_agency(&mut self, agency: AgencyCode, sought: Sought, after: i64) -> Result<Vec<BundleEntry>> {
        let read = self.app.store.registry_events(&agency, after, REGISTRY_ENTRIES);
        let events = read.await?;
        let Stage::Registry(agencies, next) = &mut self.stage else {
            return Ok(Vec::new());
        };
        let Some(last) = events.last() else {
            *next = 0;
            return Ok(Vec::new());
        };
        *next = last.version;
        let mut telling = Vec::new();
        for event in events {
            let told: Told = serde_json::from_str(&event.details).map_err(Error::internal)?;
            if told.is_about(&sought) {
                self.papers.extend(told.authorities(&sought, &self.app));
                telling.push((event, None));
            }
        }
        agencies.push_front((agency, sought));
        telling.retain(|(event, _)| self.is_covered(event));
        self.proved(telling).await
    }

    async fn begin_papers(&mut self) -> Result<Vec<BundleEntry>> {
        let mut papers = self.app.store.trust_papers().await?;
        papers.retain(|paper| paper.log_index < self.checkpoint.tree_size && self.papers.contains(&hex(&paper.sha256)));
        self.stage = Stage::Papers(papers.into());
        Ok(Vec::new())
    }

    /// One at a time: a list may have 16 MiB.
    async fn of_paper(&self, paper: &TrustPaperRow) -> Result<Vec<BundleEntry>> {
        let event = self.app.store.first_event(&hex(&paper.sha256)).await?;
        let event = event.ok_or_else(|| Error::internal("a paper without an entry"))?;
        let body = self.app.store.bodies(&[paper.log_index]).await?.pop();
        self.proved(vec![(event, body)]).await
    }

    /// Remembers whose entries of the registry an event and its document need.
    fn seek(&mut self, event: &EventRow, body: Option<&Body>) -> Result<()> {
        let details: crate::domain::event::EventDetails =
            serde_json::from_str(&event.details).map_err(Error::internal)?;
        let sought = self.sought.entry(event.agency.clone()).or_default();
        sought.officers.insert(event.officer.to_string());
        if let Some(signed) = details.signed {
            for (_, certificate, chain) in signed.judged() {
                sought.certificates.insert(certificate.to_owned());
                if chain.is_empty() {
                    sought.unjudged.insert(certificate.to_owned());
                }
                for link in chain {
                    self.papers.insert(link.authority_sha256.clone());
                    self.papers.extend(link.revocation_list_sha256.clone());
                }
            }
            let own = signed.officer.map(|own| own.officer_id.to_string());
            sought.officers.extend(own);
        }
        let document = body.and_then(|body| Some((&body.media_type, body.content.as_ref()?)));
        if let Some((media_type, content)) = document {
            let document = document_in(media_type, content).map_err(Error::internal)?;
            let paper: Option<serde_json::Value> = serde_json::from_slice(&document).ok();
            let signer = paper
                .as_ref()
                .and_then(|paper| paper.pointer("/head/signer/officer_id")?.as_str());
            sought.officers.extend(signer.map(str::to_owned));
        }
        Ok(())
    }

    /// Whether the bundle's checkpoint holds it.
    fn is_covered(&self, event: &EventRow) -> bool {
        event.log_index < self.checkpoint.tree_size
    }

    /// These entries with their leaves and proofs.
    async fn proved(&self, events: Vec<(EventRow, Option<Body>)>) -> Result<Vec<BundleEntry>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let indexes: Vec<i64> = events.iter().map(|(event, _)| event.log_index).collect();
        let leaves = self.app.store.entries_at(&indexes).await?;
        let proofs = self
            .app
            .inclusion_proofs(indexes.into_iter(), self.checkpoint.tree_size);
        let entries = events.into_iter().zip(proofs.await?).map(|((event, body), proof)| {
            let entry = leaves.iter().find(|entry| entry.log_index == event.log_index);
            Ok(BundleEntry {
                leaf: entry
                    .ok_or_else(|| Error::internal("an event without an entry"))?
                    .leaf
                    .clone(),
                proof,
                event,
                body,
                erased: Vec::new(),
            })
        });
        entries.collect()
    }
}

/// What an entry of the registry says, as far as it matters here.
#[derive(serde::Deserialize)]
struct Told {
    #[serde(default)]
    officer: Option<ToldOfficer>,
    #[serde(default)]
    credentials: Vec<ToldCredential>,
}

#[derive(serde::Deserialize)]
struct ToldOfficer {
    id: String,
}

#[derive(serde::Deserialize)]
struct ToldCredential {
    sha256: String,
    certificate: String,
}

impl Told {
    fn is_about(&self, sought: &Sought) -> bool {
        let officer = self.officer.as_ref();
        officer.is_some_and(|officer| sought.officers.contains(&officer.id))
            || self
                .credentials
                .iter()
                .any(|credential| sought.certificates.contains(&credential.sha256))
    }

    /// The authorities (SHA-256, hex) that stand behind certificates of which the log does not tell by what they were judged, as far as
    /// the hub still believes them.
    fn authorities(&self, sought: &Sought, app: &App) -> BTreeSet<String> {
        use base64::Engine as _;
        let wanted = |credential: &&ToldCredential| sought.unjudged.contains(&credential.sha256);
        let decode = |credential: &ToldCredential| {
            base64::engine::general_purpose::STANDARD
                .decode(&credential.certificate)
                .ok()
        };
        let certificates = self.credentials.iter().filter(wanted).filter_map(decode);
        let behind = certificates.flat_map(|certificate| app.signers.authorities(&certificate));
        behind.map(|authority| hex(&authority)).collect()
    }
}
