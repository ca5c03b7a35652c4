//! The signatures on a document of a bundle, judged by where it stands in the log: the document's own bytes, the registered
//! certificate, the officer on the paper's date. What the hub found as it took the document is held against it.

use jiff::civil::Date;
use serde::Deserialize;

use super::entries::Entry;
use super::manifest::{Names, document_name};
use super::registry::Registry;
use super::{BundleVerdict, Flaw};
use crate::domain::agency::Purpose;
use crate::domain::sandbox::is_sandbox;
use crate::domain::signature::{OfficerSignature, SignatureFact, SignatureFormat, Signed};
use crate::domain::text::same_words;
use crate::evidence::certificate_life::LogPoint;
use crate::evidence::digest::hex;
use crate::evidence::jws::{COMPACT, Format, GENERAL, Jws, Signature, SignatureFault, VerificationKey, document_in};

/// The step with which the sender states an answer that came on paper: its signer is the partner's.
const RECORD_ANSWER: &str = "record_answer";
const SUBMIT: &str = "submit";
const PROTOBUF: &str = "application/protobuf";

/// What every document says.
#[derive(Deserialize)]
struct Stated {
    agency: String,
    #[serde(default)]
    enforcement_request_id: Option<String>,
    #[serde(default)]
    head: Option<Head>,
}

#[derive(Deserialize)]
struct Head {
    date: Date,
    signer: Signer,
}

#[derive(Deserialize)]
struct Signer {
    officer_id: String,
    full_name: String,
    position: String,
}

/// Checks the document of a step.
pub(super) fn check(entry: &Entry, registry: &Registry, verdict: &mut BundleVerdict) {
    let Some((media_type, content)) = &entry.document else {
        return;
    };
    if media_type == PROTOBUF {
        return;
    }
    let file = document_name(entry.leaf.log_index, media_type);
    let stated = document_in(media_type, content).map(|document| serde_json::from_slice::<Stated>(&document));
    let Ok(Ok(stated)) = stated else {
        return verdict.add(file, "", Flaw::Malformed);
    };
    let is_about = match (&stated.enforcement_request_id, entry.leaf.action.as_str()) {
        (None, SUBMIT) => true,
        (id, _) => id.as_deref() == Some(&entry.leaf.subject),
    };
    if stated.agency != entry.leaf.agency || !is_about {
        return verdict.add(file, "agency", Flaw::OtherAgency);
    }
    let is_jws = media_type == COMPACT || media_type == GENERAL;
    let found = if is_jws {
        let is_sandbox = verdict.checkpoint.as_ref().is_some_and(|note| is_sandbox(&note.origin));
        match signatures(entry, content, registry, is_sandbox) {
            Ok((signed, count)) => {
                verdict.signatures += count;
                Some(signed)
            }
            Err((field, fault)) => return verdict.add(file, field, Flaw::Signature(fault)),
        }
    } else {
        None
    };
    if found != entry.signed().cloned().map(Signed::without_chains) {
        return verdict.add(Names::event(entry.leaf.log_index), "details.signed", Flaw::Signed);
    }
    let Some(signed) = found else { return };
    let own = stated.head.filter(|_| entry.leaf.action != RECORD_ANSWER);
    if let Some(officer) = &signed.officer {
        let paper = own
            .as_ref()
            .map_or(entry.leaf.officer.as_str(), |head| &head.signer.officer_id);
        if officer.officer_id.as_str() != paper {
            return verdict.add(file, "signatures", Flaw::Signature(SignatureFault::OfficerMismatch));
        }
    }
    if own.is_some_and(|head| !is_known(entry, registry, &head)) {
        verdict.add(file, "/head/signer", Flaw::Signer);
    }
}

/// Whether the registry knew the paper's signer so on its date.
fn is_known(entry: &Entry, registry: &Registry, head: &Head) -> bool {
    let leaf = &entry.leaf;
    let signer = &head.signer;
    let known = registry.officer_on(&leaf.agency, &signer.officer_id, head.date, leaf.log_index);
    known.is_some_and(|officer| {
        officer.is_in_office(head.date)
            && same_words(&officer.full_name, &signer.full_name)
            && same_words(&officer.position, &signer.position)
    })
}

/// What the signatures are, and how many, if all of them are good.
fn signatures(
    entry: &Entry,
    content: &[u8],
    registry: &Registry,
    is_sandbox: bool,
) -> Result<(Signed, usize), (String, SignatureFault)> {
    let jws = Jws::open(content).map_err(|fault| (String::new(), fault))?;
    let place = |number: usize| format!("signatures[{number}]");
    let signatures = jws.signatures().map_err(|(number, fault)| (place(number), fault))?;
    let (mut seal, mut officer) = (None, None);
    for (number, signature) in signatures.iter().enumerate() {
        let wrong = |fault| (place(number), fault);
        let (purpose, owner) = check_one(entry, signature, registry, is_sandbox).map_err(wrong)?;
        let algorithm = signature.header.algorithm.as_str().to_owned();
        let certificate_sha256 = hex(&signature.header.key_id);
        let is_repeated = if purpose == Purpose::Officer {
            let officer_id = owner.and_then(|owner| owner.parse().ok());
            let fact = OfficerSignature {
                officer_id: officer_id.ok_or(wrong(SignatureFault::OfficerMismatch))?,
                algorithm,
                certificate_sha256,
                chain: Vec::new(),
            };
            officer.replace(fact).is_some()
        } else {
            let fact = SignatureFact {
                algorithm,
                certificate_sha256,
                chain: Vec::new(),
            };
            seal.replace(fact).is_some()
        };
        if is_repeated {
            return Err(wrong(SignatureFault::SignerRepeated));
        }
    }
    let signed = Signed {
        format: match jws.format {
            Format::Compact => SignatureFormat::JwsCompact,
            Format::General => SignatureFormat::JwsGeneral,
        },
        seal: seal.ok_or((String::new(), SignatureFault::SealMissing))?,
        officer,
    };
    Ok((signed, signatures.len()))
}

/// Whose the signature is, if it is good: by the certificate that the agency had registered before, and had not lost.
fn check_one<'r>(
    entry: &Entry,
    signature: &Signature<'_>,
    registry: &'r Registry,
    is_sandbox: bool,
) -> Result<(Purpose, Option<&'r str>), SignatureFault> {
    let leaf = &entry.leaf;
    let accepted = LogPoint {
        log_index: i64::try_from(leaf.log_index).unwrap_or(i64::MAX),
        hub_time: leaf.hub_time,
    };
    // A sandbox's time goes ahead of the machine's, by which it judged what was signed: nothing has ended by it.
    let judged = |found| match found {
        Err(SignatureFault::Expired | SignatureFault::CertificateExpired) if is_sandbox => Ok(()),
        found => found,
    };
    judged(signature.header.check_time(leaf.hub_time.div_euclid(1_000_000)))?;
    let registered = registry.signer(&leaf.agency, &hex(&signature.header.key_id));
    let (purpose, registered) = registered.ok_or(SignatureFault::UnknownKey)?;
    judged(registered.life.check(accepted))?;
    signature.verify(&VerificationKey::of_certificate(&registered.certificate)?)?;
    Ok((purpose, registered.officer.as_deref()))
}
