//! The papers of authorities in a bundle, and what the steps say of them: by which certificate and which list of revocations each
//! signer's certificate was judged as its document was accepted. The same judgement is made again as of that time.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::entries::Entry;
use super::folder::Folder;
use super::list::{List, is_certificate, is_signed_by, is_valid_at};
use super::manifest::{Manifest, Names};
use super::registry::Registry;
use super::{BundleVerdict, Flaw};
use crate::domain::signature::{ChainLink, Signed};
use crate::domain::trust::{MAX_PAPER_BYTES, TrustKind};
use crate::evidence::digest::{hex, salted, sha256};
use crate::evidence::jws::SignatureFault;
use crate::evidence::receipt::Receipt;

/// What the entry brings, if its bytes are those of its leaf and of its subject.
pub(super) fn read(
    folder: &Folder,
    manifest: &Manifest,
    receipt: &Receipt,
    entry: &Entry,
    verdict: &mut BundleVerdict,
) -> io::Result<Option<TrustKind>> {
    #[derive(serde::Deserialize)]
    struct Told {
        kind: TrustKind,
    }
    let leaf = &entry.leaf;
    let told = serde_json::from_str::<Told>(&entry.details).ok();
    let Some(Told { kind }) = told.filter(|told| told.kind.action() == leaf.action) else {
        verdict.add(Names::event(leaf.log_index), "details", Flaw::Malformed);
        return Ok(None);
    };
    let name = Names::paper(leaf.log_index);
    if !manifest.lists(&name) {
        verdict.add(name, "", Flaw::Missing);
        return Ok(None);
    }
    let content = folder.read_within(&name, MAX_PAPER_BYTES)?.unwrap_or_default();
    let is_content = |salt: &Vec<u8>| salted(salt, &content) == leaf.content_digest;
    let digest = sha256(&content);
    if !receipt.content_salt.as_ref().is_some_and(is_content) || hex(&digest) != leaf.subject {
        verdict.add(name, "", Flaw::Content);
        return Ok(None);
    }
    if digest != receipt.content_sha256 {
        verdict.add(Names::receipt(leaf.log_index), "content_sha256", Flaw::Content);
        return Ok(None);
    }
    Ok(Some(kind))
}

/// What the log tells of the certificate of one signature.
#[derive(Debug)]
struct Told<'a> {
    step: u64,
    hub_time: i64,
    member: &'static str,
    certificate: &'a [u8],
    chain: &'a [ChainLink],
}

impl Told<'_> {
    fn add(&self, link: Option<usize>, paper: &str, flaw: Flaw, verdict: &mut BundleVerdict) {
        let link = link.map_or_else(String::new, |link| format!("[{link}]"));
        let field = format!("details.signed.{}.chain{link}{paper}", self.member);
        verdict.add(Names::event(self.step), field, flaw);
    }
}

/// See the module.
#[derive(Debug, Default)]
struct Papers {
    /// The entry of each, by what it is and its digest (hex).
    entries: BTreeMap<(TrustKind, String), u64>,
    /// The certificates of authorities, by digest.
    authorities: BTreeMap<String, Vec<u8>>,
    /// Those that a step names, or that stand behind a certificate of which no step tells more.
    needed: BTreeSet<u64>,
}

/// Judges every signer's certificate again by the papers that its step names.
pub(super) fn check(
    folder: &Folder,
    entries: &BTreeMap<u64, Entry>,
    registry: &Registry,
    verdict: &mut BundleVerdict,
) -> io::Result<()> {
    let mut papers = Papers::default();
    for (index, entry) in entries {
        let Some(kind) = entry.paper else { continue };
        let sha256 = entry.leaf.subject.clone();
        if kind == TrustKind::Authority {
            let der = folder.read_within(&Names::paper(*index), MAX_PAPER_BYTES)?;
            let der = der.unwrap_or_default();
            if !is_certificate(&der) {
                verdict.add(Names::paper(*index), "", Flaw::Malformed);
            }
            papers.authorities.insert(sha256.clone(), der);
        }
        papers.entries.insert((kind, sha256), *index);
    }
    let mut told = Vec::new();
    for entry in entries.values().filter(|entry| entry.is_step()) {
        let judged = entry.signed().into_iter().flat_map(Signed::judged);
        // A certificate that is not registered is told of where the signature is checked.
        told.extend(judged.filter_map(|(member, sha256, chain)| {
            Some(Told {
                step: entry.leaf.log_index,
                hub_time: entry.leaf.hub_time,
                member,
                certificate: registry.certificate(sha256)?,
                chain,
            })
        }));
    }
    for told in &told {
        papers.check_chain(told, verdict);
    }
    papers.check_lists(folder, &told, verdict)?;
    for index in papers.entries.values().filter(|index| !papers.needed.contains(index)) {
        verdict.add(Names::paper(*index), "", Flaw::Unneeded);
    }
    let looked_up = |told: &&Told<'_>| {
        told.chain
            .first()
            .is_some_and(|link| link.revocation_list_sha256.is_some())
    };
    verdict.with_list = told.iter().filter(looked_up).count();
    verdict.without_list = told.len() - verdict.with_list;
    Ok(())
}

impl Papers {
    /// The papers were in the log before the step, and the authorities could sign what they signed.
    fn check_chain(&mut self, told: &Told<'_>, verdict: &mut BundleVerdict) {
        if told.chain.is_empty() {
            self.need_behind(told.certificate);
            return;
        }
        let mut are_there = true;
        for (number, link) in told.chain.iter().enumerate() {
            let authority = (TrustKind::Authority, Some(&link.authority_sha256), ".authority_sha256");
            let list = (
                TrustKind::RevocationList,
                link.revocation_list_sha256.as_ref(),
                ".revocation_list_sha256",
            );
            for (kind, sha256, member) in [authority, list] {
                let Some(sha256) = sha256 else { continue };
                let Some(index) = self.entries.get(&(kind, sha256.clone())) else {
                    told.add(Some(number), member, Flaw::Missing, verdict);
                    are_there = false;
                    continue;
                };
                self.needed.insert(*index);
                if *index > told.step {
                    told.add(Some(number), member, Flaw::NotYetKept, verdict);
                }
            }
        }
        if !are_there {
            return;
        }
        let mut signed = told.certificate;
        for (number, link) in told.chain.iter().enumerate() {
            let Some(authority) = self.authorities.get(&link.authority_sha256) else {
                continue;
            };
            // Whoever is believed is believed for itself: of those above the first one the days are no matter.
            if !is_signed_by(signed, authority) || (number == 0 && !is_valid_at(authority, told.hub_time)) {
                let flaw = Flaw::Signature(SignatureFault::ChainNotTrusted);
                told.add(Some(number), ".authority_sha256", flaw, verdict);
            }
            signed = authority;
        }
    }

    /// The authorities behind a certificate of which the log tells no more.
    fn need_behind(&mut self, certificate: &[u8]) {
        let mut looking = vec![certificate];
        while let Some(signed) = looking.pop() {
            for (sha256, authority) in &self.authorities {
                let index = self.entries.get(&(TrustKind::Authority, sha256.clone()));
                if let Some(index) = index
                    && is_signed_by(signed, authority)
                    && self.needed.insert(*index)
                {
                    looking.push(authority);
                }
            }
        }
    }

    /// Each list is its authority's, spoke at the time of the step, and does not name what was looked up in it. One at a time.
    fn check_lists(&self, folder: &Folder, told: &[Told<'_>], verdict: &mut BundleVerdict) -> io::Result<()> {
        let lists = self
            .entries
            .iter()
            .filter(|((kind, _), _)| *kind == TrustKind::RevocationList);
        let by_index: BTreeMap<u64, &str> = lists.map(|((_, sha256), index)| (*index, sha256.as_str())).collect();
        for (index, sha256) in by_index {
            let name = Names::paper(index);
            let der = folder.read_within(&name, MAX_PAPER_BYTES)?.unwrap_or_default();
            let Some(list) = List::read(&der) else {
                verdict.add(name, "", Flaw::Malformed);
                continue;
            };
            let asked = told.iter().flat_map(|told| {
                let links = told.chain.iter().enumerate();
                let of_it = links.filter(|(_, link)| link.revocation_list_sha256.as_deref() == Some(sha256));
                of_it.map(move |(number, link)| (told, number, link))
            });
            let asked: Vec<_> = asked.collect();
            self.check_list(&list, &name, &asked, verdict);
        }
        Ok(())
    }

    /// What the authority of a link has signed: the certificate, or the authority of the link before.
    fn below<'a>(&'a self, told: &Told<'a>, number: usize) -> Option<&'a [u8]> {
        let Some(before) = number.checked_sub(1) else {
            return Some(told.certificate);
        };
        let link = told.chain.get(before)?;
        self.authorities.get(&link.authority_sha256).map(Vec::as_slice)
    }

    fn check_list<'a>(
        &'a self,
        list: &List<'_>,
        name: &str,
        asked: &[(&Told<'a>, usize, &ChainLink)],
        verdict: &mut BundleVerdict,
    ) {
        let signers: BTreeSet<&str> = asked
            .iter()
            .map(|(_, _, link)| link.authority_sha256.as_str())
            .collect();
        let mut authorities = signers.iter().filter_map(|sha256| self.authorities.get(*sha256));
        if !authorities.all(|authority| list.is_signed_by(authority)) {
            verdict.add(name, "issuer", Flaw::Chain);
            return;
        }
        let looked_up: Vec<&[u8]> = asked
            .iter()
            .filter_map(|(told, number, _)| self.below(told, *number))
            .collect();
        let named = list.named(&looked_up);
        for (told, number, _) in asked {
            // An authority's own list must still speak; of one above it what it names counts as long as no other comes.
            let speaks = list.was_made_by(told.hub_time) && (*number > 0 || list.speaks_at(told.hub_time));
            let fault = if self.below(told, *number).is_some_and(|der| named.contains(&der)) {
                SignatureFault::ChainRevoked
            } else if speaks {
                continue;
            } else {
                SignatureFault::ChainUnknown
            };
            told.add(
                Some(*number),
                ".revocation_list_sha256",
                Flaw::Signature(fault),
                verdict,
            );
        }
    }
}
