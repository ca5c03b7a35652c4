//! Measures (biện pháp đang có hiệu lực) by themselves: those from before or outside the hub come in, and parties see
//! theirs.

mod accounts;
mod indexing;

use std::collections::BTreeSet;

use bytes::Bytes;

use super::App;
use super::ledger::command::NewMeasure;
use super::ledger::measures::REGISTER_MEASURE;
use super::ledger::{Actor, Command, Operation, Receipt};
use super::requests::list::Page;
use crate::domain::account::AccountNumber;
use crate::domain::catalogue::definition::Effect;
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::event::Measure;
use crate::domain::ids::{IdempotencyKey, MeasureId};
use crate::domain::viewer::Viewer;
use crate::evidence::leaf::{Leaf, content_sha256};
use crate::store::MeasureFilter;

pub use accounts::{AccountHold, AccountHolds, AccountLine, AccountStatement, Held};
pub use indexing::Indexed;

/// Measures to register, as they came.
#[derive(Debug, Clone)]
pub struct MeasuresWrite {
    /// Who asks.
    pub actor: Actor,
    /// The key that makes the retry safe.
    pub key: IdempotencyKey,
    /// The message, encoded again in field order: what the key is bound to.
    pub content: Bytes,
}

/// A measure from before or outside the hub, as it was stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedMeasure {
    /// The measure.
    pub measure: Measure,
    /// The accounts that it holds, as far as they are known.
    pub accounts: BTreeSet<AccountNumber>,
}

/// A measure that was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredMeasure {
    /// The id that the hub gave it.
    pub id: MeasureId,
    /// The proof.
    pub receipt: Receipt,
}

/// A measure as a party sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureView {
    /// The measure.
    pub measure: Measure,
    /// How long what its kind asks for stays in force.
    pub effect: Effect,
}

impl App {
    /// Registers measures from before or outside the hub, all or none. `measures` is an error if a check before this one
    /// failed; a key that acted before gives the receipts of that time all the same.
    ///
    /// # Errors
    /// `FIELD_INVALID` with each wrong member of `measures[i]`, `KEY_REUSED`.
    pub async fn register_measures(
        &self,
        write: MeasuresWrite,
        measures: Result<Vec<StatedMeasure>>,
    ) -> Result<Vec<RegisteredMeasure>> {
        let MeasuresWrite { actor, key, content } = write;
        let checked = measures.and_then(|measures| self.check_measures(&actor, measures));
        let receipts = match checked {
            Ok(measures) => {
                let named = |stated: StatedMeasure| {
                    NewMeasure::new(stated.measure, self.store.account_digests(&stated.accounts))
                };
                let operation = Operation::Measures(measures.into_iter().map(named).collect());
                self.execute(Command::new(actor, key, "application/protobuf", content, operation))
                    .await?
            }
            Err(failure) => {
                self.replay_or(&actor.agency, &key, content_sha256(&content), failure)
                    .await?
            }
        };
        receipts.into_iter().map(registered).collect()
    }

    /// The caller is party to each, and its kind makes measures.
    fn check_measures(&self, actor: &Actor, measures: Vec<StatedMeasure>) -> Result<Vec<StatedMeasure>> {
        let mut wrong = Vec::new();
        for (index, StatedMeasure { measure, .. }) in measures.iter().enumerate() {
            if measure.holder != actor.agency && measure.issuer != actor.agency {
                wrong.push(FieldViolation::new(
                    format!("measures[{index}]"),
                    "not_a_party",
                    "Chỉ cơ quan thực hiện biện pháp hoặc cơ quan ra quyết định được đăng ký.",
                    "Only the holder or the issuer may register it.",
                ));
            }
            if measure.holder == measure.issuer {
                wrong.push(FieldViolation::new(
                    format!("measures[{index}].holder_agency_code"),
                    "same_agency",
                    "Cơ quan thực hiện phải khác cơ quan ra quyết định.",
                    "The holder and the issuer must be two agencies.",
                ));
            }
            let kind = self.catalogue.newest(&measure.kind);
            if !kind.is_some_and(|kind| kind.definition.effect.is_measure()) {
                wrong.push(FieldViolation::new(
                    format!("measures[{index}].kind"),
                    "no_measure",
                    "Không có loại yêu cầu này, hoặc loại này không tạo ra biện pháp.",
                    "There is no such kind, or it makes no measure.",
                ));
            }
        }
        if wrong.is_empty() {
            Ok(measures)
        } else {
            Err(Error::invalid(ErrorCode::FieldInvalid, wrong))
        }
    }

    /// The measures of the viewer's agency that `viewer` may see, newest entry first, after `after` (none for the first page).
    pub async fn measures(
        &self,
        viewer: &Viewer,
        filter: &MeasureFilter,
        after: Option<&MeasureId>,
        limit: usize,
    ) -> Result<Page<MeasureView>> {
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut found = self.store.measure_page(viewer, filter, after, one_more).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let views = found.into_iter().map(|measure| {
            let kind = self.catalogue.newest(&measure.kind);
            MeasureView {
                effect: kind.map_or(Effect::UntilReleased, |kind| kind.definition.effect),
                measure,
            }
        });
        Ok(Page {
            items: views.collect(),
            more,
        })
    }
}

/// What a receipt registered. The same bytes may be a message of two methods; a key that acted in another one was used
/// for other content.
fn registered(receipt: Receipt) -> Result<RegisteredMeasure> {
    let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
    if leaf.action != REGISTER_MEASURE {
        return Err(Error::new(ErrorCode::KeyReused));
    }
    let id = MeasureId::parse(&leaf.subject).map_err(Error::internal)?;
    Ok(RegisteredMeasure { id, receipt })
}
