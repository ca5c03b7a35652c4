//! The signatures on documents, checked before the ledger's queue and in parallel (DESIGN section 7): the form, the
//! certificate by the registry, its chain and revocation, the signature itself, and the authority of the paper's signer on
//! its date. What is known of a certificate is remembered as long as the registry stays as it is; the ledger takes a
//! document only if it has not moved since, so a revocation in the batch before counts. What certificates were judged by is an entry of the
//! log by then, and named in the document's own.

mod chain;
mod officers;
mod signers;

use jiff::civil::Date;

pub use chain::{ChainTrust, Judged, Link, Paper};
pub use signers::Signers;

use super::App;
use super::ledger::command::Verified;
use crate::domain::agency::{Officer, Purpose};
use crate::domain::catalogue::Kind;
use crate::domain::document::parts::{Head, Signer as PaperSigner};
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::ids::AgencyCode;
use crate::domain::signature::{OfficerSignature, SignatureFact, SignatureFormat, Signed};
use crate::domain::text::same_words;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Action;
use crate::evidence::digest::hex;
use crate::evidence::jws::{Format, Jws, MAX_JWS_BYTES, MAX_PAYLOAD_BYTES, Signature, SignatureFault};
use signers::Signer;

/// The field of every message that carries a signed document.
const FIELD: &str = "jws";

/// What is asked of the signatures on a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The kind of its request.
    pub(crate) kind: &'a Kind,
    /// What it states.
    pub(crate) action: Action,
    /// The paper's head, if it is a paper of the agency that states it.
    pub(crate) head: Option<&'a Head>,
}

impl Asked<'_> {
    fn must_be_sealed(&self) -> bool {
        self.kind.definition.signed_steps.contains(&self.action)
    }

    fn must_bear_officers_signature(&self) -> bool {
        self.kind.definition.officer_signed_steps.contains(&self.action)
    }

    fn required(&self, reason: &'static str, vi: &str, en: &str) -> Error {
        Error::new(ErrorCode::SignatureRequired)
            .with("action", self.action.as_str())
            .with("reason", reason)
            .with_detail(vi, en)
    }

    /// A step that comes as a message, or a document without a signature.
    ///
    /// # Errors
    /// `SIGNATURE_REQUIRED`.
    pub(crate) fn unsigned(&self) -> Result<()> {
        if self.must_be_sealed() {
            Err(self.required(
                "unsigned",
                "Loại yêu cầu này phải được ký số bằng chữ ký số của cơ quan; hãy gửi trong trường jws.",
                "This kind must be signed with the agency's seal; send it in the field jws.",
            ))
        } else {
            Ok(())
        }
    }
}

impl App {
    /// Checks the signatures in `jws`, which an officer of the caller's agency sends.
    ///
    /// # Errors
    /// `SIGNATURE_INVALID` with the reason, `SIGNATURE_REQUIRED`, `SIGNER_NOT_AUTHORISED`.
    pub(crate) async fn verify_signatures(&self, viewer: &Viewer, jws: &[u8], asked: &Asked<'_>) -> Result<Verified> {
        let (verified, judged) = self.judge_signatures(viewer, jws, asked).await?;
        self.keep_judged_by(&judged).await?;
        Ok(verified)
    }

    /// The authority of the paper's signer, of a document that is to be signed and is not yet.
    ///
    /// # Errors
    /// `SIGNER_NOT_AUTHORISED`, `KIND_NOT_ALLOWED`.
    pub(crate) async fn check_signer_of_draft(&self, viewer: &Viewer, asked: &Asked<'_>) -> Result<()> {
        let registry_version = *self.ledger.registry_version().borrow();
        match asked.head.filter(|_| asked.must_be_sealed()) {
            Some(head) => {
                self.check_paper_signer(registry_version, &viewer.agency, head, asked)
                    .await
            }
            None => Ok(()),
        }
    }

    /// The same; gives what its certificates were judged by, and keeps nothing.
    ///
    /// # Errors
    /// As [`App::verify_signatures`].
    pub(crate) async fn judge_signatures(
        &self,
        viewer: &Viewer,
        jws: &[u8],
        asked: &Asked<'_>,
    ) -> Result<(Verified, Vec<Judged>)> {
        let now = self.clock.machine_now();
        // Read before the certificates: what is read after it is at least as new.
        let registry_version = *self.ledger.registry_version().borrow();
        let jws = Jws::open(jws).map_err(|fault| invalid(FIELD.to_owned(), fault))?;
        let place = |number: usize| match jws.format {
            Format::Compact => FIELD.to_owned(),
            Format::General => format!("{FIELD}.signatures[{number}]"),
        };
        let signatures = jws
            .signatures()
            .map_err(|(number, fault)| invalid(place(number), fault))?;
        let mut seal = None;
        let mut officer = None;
        let mut good_until = Timestamp::from_micros(i64::MAX);
        for (number, signature) in signatures.iter().enumerate() {
            let (signer, judged) = self
                .check_signature(registry_version, &viewer.agency, signature, now)
                .await?
                .map_err(|fault| invalid(place(number), fault))?;
            let expires = Timestamp::from_micros(signature.header.expires * 1_000_000 - 1);
            good_until = good_until
                .min(expires)
                .min(signer.credential.not_after)
                .min(judged.good_until);
            let slot = if signer.credential.purpose == Purpose::Officer {
                &mut officer
            } else {
                &mut seal
            };
            if slot.replace((signer, signature, judged)).is_some() {
                return Err(invalid(place(number), SignatureFault::SignerRepeated));
            }
        }
        let (seal, seal_signature, seal_judged) =
            seal.ok_or_else(|| invalid(FIELD.to_owned(), SignatureFault::SealMissing))?;
        let paper_signer = asked.head.map_or(&viewer.officer, |head| &head.signer.officer_id);
        let own = match &officer {
            None if asked.must_bear_officers_signature() => {
                return Err(asked.required(
                    "officer_signature_missing",
                    "Loại yêu cầu này phải có thêm chữ ký số của chính cán bộ ký văn bản, bên cạnh chữ ký số của cơ quan.",
                    "This kind needs the signing officer's own signature beside the agency's seal.",
                ));
            }
            None => None,
            Some((signer, _, _)) if signer.credential.officer.as_ref() != Some(paper_signer) => {
                return Err(invalid(FIELD.to_owned(), SignatureFault::OfficerMismatch));
            }
            Some((signer, signature, judged)) => Some(OfficerSignature {
                officer_id: paper_signer.clone(),
                algorithm: signature.header.algorithm.as_str().to_owned(),
                certificate_sha256: hex(&signer.credential.fingerprint),
                chain: judged.told(),
            }),
        };
        if let Some(head) = asked.head {
            self.check_paper_signer(registry_version, &viewer.agency, head, asked)
                .await?;
        }
        let told = seal_judged.told();
        let judged = std::iter::once(seal_judged).chain(officer.map(|(_, _, judged)| judged));
        let verified = Verified {
            registry_version,
            good_until,
            signed: Signed {
                format: match jws.format {
                    Format::Compact => SignatureFormat::JwsCompact,
                    Format::General => SignatureFormat::JwsGeneral,
                },
                seal: SignatureFact {
                    algorithm: seal_signature.header.algorithm.as_str().to_owned(),
                    certificate_sha256: hex(&seal.credential.fingerprint),
                    chain: told,
                },
                officer: own,
            },
        };
        Ok((verified, judged.collect()))
    }

    /// Whose signature it is, and by what his certificate was judged, if it is good. The outer error is of the hub.
    async fn check_signature(
        &self,
        registry_version: i64,
        agency: &AgencyCode,
        signature: &Signature<'_>,
        now: Timestamp,
    ) -> Result<Result<(std::sync::Arc<Signer>, Judged), SignatureFault>> {
        let header = &signature.header;
        if let Err(fault) = header.check_time(now.seconds()) {
            return Ok(Err(fault));
        }
        let signer = match self
            .signers
            .find(&self.store, registry_version, agency, &header.key_id)
            .await?
        {
            Ok(signer) => signer,
            Err(fault) => return Ok(Err(fault)),
        };
        let checked = signer
            .check_now(now)
            .and_then(|()| self.signers.check_chain(&signer, now))
            .and_then(|judged| signature.verify(&signer.key).map(|()| judged));
        Ok(checked.map(|judged| (signer, judged)))
    }

    /// The paper's signer is an officer of the agency who held the stated position on the paper's date; an order's, one whose
    /// position may sign its kind, of an agency that may send it.
    async fn check_paper_signer(
        &self,
        registry_version: i64,
        agency: &AgencyCode,
        head: &Head,
        asked: &Asked<'_>,
    ) -> Result<()> {
        let officers = self.signers.officers(&self.store, registry_version, agency).await?;
        let known = officers.on(&head.signer.officer_id, head.date);
        let definition = &asked.kind.definition;
        let is_submit = asked.action == Action::Submit;
        if is_submit
            && officers
                .role
                .is_some_and(|role| !definition.sender_roles.contains(&role))
        {
            return Err(Error::new(ErrorCode::KindNotAllowed).with("kind", definition.code.as_str()));
        }
        let positions = &definition.signer_positions;
        let may_sign =
            |officer: &Officer| !is_submit || positions.iter().any(|position| same_words(position, &officer.position));
        match unauthorised(known, &head.signer, head.date, may_sign) {
            None => Ok(()),
            Some(violation) => Err(Error::invalid(ErrorCode::SignerNotAuthorised, vec![violation])),
        }
    }
}

fn invalid(field: String, fault: SignatureFault) -> Error {
    let (vi, en) = (fault.text_vi(), fault.text_en());
    let violation = FieldViolation::new(field, fault.reason(), vi, en);
    let error = match most_bytes(fault) {
        Some(most) => Error::invalid(ErrorCode::DocumentTooLarge, vec![violation]).with("max_bytes", most.to_string()),
        None => Error::invalid(ErrorCode::SignatureInvalid, vec![violation]),
    };
    error.with("reason", fault.reason()).with_detail(vi, en)
}

/// The limit that a document is beyond, if its size alone is what is wrong.
fn most_bytes(fault: SignatureFault) -> Option<usize> {
    if fault == SignatureFault::TooLarge {
        Some(MAX_JWS_BYTES)
    } else {
        (fault == SignatureFault::PayloadTooLarge).then_some(MAX_PAYLOAD_BYTES)
    }
}

/// What a signed document whose form is wrong, or that is too large, is refused with.
pub(crate) fn malformed(fault: SignatureFault) -> Error {
    invalid(FIELD.to_owned(), fault)
}

/// Why the paper's signer may not sign it, by what the registry knew of the officer on that date.
fn unauthorised(
    known: Option<&Officer>,
    stated: &PaperSigner,
    date: Date,
    may_sign: impl Fn(&Officer) -> bool,
) -> Option<FieldViolation> {
    let at = |member: &str, reason: &str, vi: &str, en: &str| {
        Some(FieldViolation::new(format!("/head/signer/{member}"), reason, vi, en))
    };
    let Some(officer) = known else {
        return at(
            "officer_id",
            "not_registered",
            "Cơ quan chưa đăng ký cán bộ này tại ngày ghi trên văn bản.",
            "The agency has no such officer on the document's date.",
        );
    };
    if !officer.is_in_office(date) {
        return at(
            "officer_id",
            "not_in_office",
            "Cán bộ đã thôi nhiệm vụ tại ngày ghi trên văn bản.",
            "The officer was no longer in office on the document's date.",
        );
    }
    if !same_words(&officer.full_name, stated.full_name.as_str()) {
        return at(
            "full_name",
            "mismatch",
            "Họ và tên không phải của cán bộ đã đăng ký.",
            "The name is not the registered officer's.",
        );
    }
    if !same_words(&officer.position, stated.position.as_str()) {
        return at(
            "position",
            "mismatch",
            "Chức vụ không phải chức vụ của cán bộ tại ngày ghi trên văn bản.",
            "The position is not the officer's on the document's date.",
        );
    }
    if !may_sign(officer) {
        return at(
            "position",
            "signer_position",
            "Chức vụ này không được ký loại văn bản này.",
            "This position may not sign this kind.",
        );
    }
    None
}
