//! Submit (gửi): one order to each of its recipients.

use std::sync::Arc;

use serde_json::Value;

use super::accept::{Arrived, Checked, Checks, Sent, read};
use crate::app::App;
use crate::app::cases::named_case;
use crate::app::ledger::command::{CopyByRight, Submit};
use crate::app::ledger::{Operation, Receipt};
use crate::app::places::unit_for;
use crate::app::signatures::Asked;
use crate::domain::agency::{Agency, Role};
use crate::domain::catalogue::Kind;
use crate::domain::catalogue::account::PayloadOf;
use crate::domain::catalogue::cited::Cited;
use crate::domain::document::OrderDocument;
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::event::Relation;
use crate::domain::ids::{AgencyCode, BroadcastId, RelatedId, RequestId, UnitId};
use crate::domain::request::EnforcementRequest;
use crate::domain::territory::{Fit, current_place, fit};
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Action;
use crate::evidence::leaf::Leaf;

/// An order that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// One per recipient, in the order's own sequence, then one per copy by right.
    pub receipts: Vec<Receipt>,
    /// The broadcast, if there are several recipients.
    pub broadcast_id: Option<BroadcastId>,
}

/// How checks go on when something is wrong.
#[derive(Debug)]
pub(super) enum Manner {
    /// They end there.
    First,
    /// They go on as far as they can; this is what was wrong.
    All(Vec<Error>),
}

impl Manner {
    /// What was wrong.
    pub(super) fn found(self) -> Vec<Error> {
        match self {
            Self::First => Vec::new(),
            Self::All(found) => found,
        }
    }

    /// What a check gives; nothing if it found something wrong and the others go on. A fault of the hub always ends them.
    pub(super) fn take<T>(&mut self, checked: Result<T>) -> Result<Option<T>> {
        match (self, checked) {
            (_, Ok(value)) => Ok(Some(value)),
            (Self::All(found), Err(error)) if !error.code().is_of_the_hub() => {
                found.push(error);
                Ok(None)
            }
            (_, Err(error)) => Err(error),
        }
    }
}

impl App {
    /// Accepts an `OrderDocument`, or says why not. `over_rate`: its agency has used up its rate, so that only a release
    /// goes on; this is the answer to any other order.
    ///
    /// # Errors
    /// `DOCUMENT_*`, `SIGNATURE_*`, `SIGNER_NOT_AUTHORISED`, `AGENCY_MISMATCH`, `KIND_*`, `RECIPIENT_*`, `REFERENCE_NOT_FOUND`,
    /// `REFERENCE_MISMATCH`, `KEY_REUSED`, `OVERLOADED`.
    pub async fn submit(&self, viewer: &Viewer, arrived: Arrived, over_rate: Option<Error>) -> Result<Submitted> {
        let (sent, order) = read::<OrderDocument>(viewer, &arrived)?;
        if let Some(over_rate) = over_rate
            && !order.as_ref().is_ok_and(|order| self.is_release(order))
        {
            return Err(over_rate);
        }
        if let Ok(order) = &order {
            let is_release = self.is_release(order);
            self.ledger.has_room(&viewer.agency, is_release, sent.content.len())?;
        }
        let mut receipts = self.send_checked(viewer, &sent, order).await?;
        // What the order follows up has an entry of its own in the same write.
        receipts.retain(is_of_a_submit);
        // Read back in every case, so that a retry's answer is made of the same things as the first.
        let broadcast_id = match receipts.as_slice() {
            [first, _, ..] => self.broadcast_id(&viewer.agency, first).await?,
            [] | [_] => None,
        };
        Ok(Submitted { receipts, broadcast_id })
    }

    async fn send_checked(&self, viewer: &Viewer, sent: &Sent, order: Result<OrderDocument>) -> Result<Vec<Receipt>> {
        const ACTIONS: &[Action] = &[Action::Submit];
        let order = match order {
            Ok(order) => order,
            Err(failure) => {
                return Ok(self
                    .settle(viewer, sent, ACTIONS, Err(failure))
                    .await?
                    .unwrap_or_default());
            }
        };
        let mut checks = Checks::begin();
        loop {
            let checked = self.check_order(viewer, sent, &order, &mut Manner::First).await;
            let checked = checked.and_then(|checked| checked.ok_or_else(|| Error::internal("an order unchecked")));
            if let Some(receipts) = self.settle(viewer, sent, ACTIONS, checked).await? {
                return Ok(receipts);
            }
            checks.again()?;
        }
    }

    /// Whether the order lifts what holds somebody.
    fn is_release(&self, order: &OrderDocument) -> bool {
        let kind = self.catalogue.kind(&order.kind, self.clock.now().date());
        kind.is_some_and(|kind| kind.lifts())
    }

    /// All that can be checked of an order before the ledger; nothing if something is wrong and `manner` goes on after it.
    pub(super) async fn check_order(
        &self,
        viewer: &Viewer,
        sent: &Sent,
        order: &OrderDocument,
        manner: &mut Manner,
    ) -> Result<Option<Checked>> {
        let today = self.clock.now().date();
        let kind = self.catalogue.kind(&order.kind, today).ok_or_else(|| {
            let field = FieldViolation::new(
                "/kind",
                "unknown_code",
                "Không có loại yêu cầu này hoặc loại này không còn hiệu lực.",
                "There is no such kind, or it is not in force.",
            );
            Error::invalid(ErrorCode::KindUnknown, vec![field])
        });
        let Some(kind) = manner.take(kind)? else {
            return Ok(None);
        };
        let facts = kind.check_order(order);
        let facts = facts.map_err(|found| Error::invalid(ErrorCode::DocumentInvalid, found));
        let Some(facts) = manner.take(facts)? else {
            return Ok(None);
        };
        manner.take(self.check_cited(viewer, kind, order, &facts.payload).await)?;
        let asked = Asked {
            kind,
            action: Action::Submit,
            head: Some(&order.head),
        };
        let verified = match manner {
            Manner::First => self.signatures(viewer, sent, &asked).await,
            Manner::All(_) => self.signatures_tried(viewer, sent, &asked).await,
        };
        let verified = manner.take(verified)?;
        let sender = self
            .agency_of_roles(&kind.definition.sender_roles, &order.agency)
            .await?;
        manner.take(check_unit(sender.as_deref(), order))?;
        let attachments = manner.take(self.attached(viewer, &order.attachments).await)?;
        let units = manner.take(self.units(kind, order, &facts.payload).await)?;
        let (copies, copies_missing) = self.copies(kind, order, sender.as_deref()).await?;
        let relations = order.relations.iter().filter_map(|relation| {
            Some(Relation {
                relation: relation.r#type.as_str().to_owned(),
                related_id: relation.related()?,
            })
        });
        let (Some(verified), Some(attachments), Some(units)) = (verified, attachments, units) else {
            return Ok(None);
        };
        let operation = Operation::Submit(Submit {
            kind: kind.clone(),
            recipients: order.recipients.clone(),
            relations: relations.collect(),
            issue_date: order.head.date,
            units,
            attachments,
            copies,
            copies_missing,
            case: named_case(kind, order, &facts.payload).map(Box::new),
            accounts: self
                .store
                .account_digests(&kind.accounts_in(PayloadOf::Order, &facts.payload)),
            payload: facts.payload,
        });
        Ok(Some((operation, verified)))
    }

    /// The orders that it cites cover it, as far as its kind asks and their bytes are kept. What they are today (in force, at this
    /// recipient) is for the ledger; so is one that is not there, or not the officer's to see.
    async fn check_cited(&self, viewer: &Viewer, kind: &Kind, order: &OrderDocument, payload: &Value) -> Result<()> {
        let mut found = Vec::new();
        for (index, stated) in order.relations.iter().enumerate() {
            let Some(relation) = kind.relation(stated.r#type) else {
                continue;
            };
            if !relation.same_party && relation.at_most.is_empty() {
                continue;
            }
            let Some(request) = self.cited_request(viewer, stated.related()).await? else {
                continue;
            };
            let (Some(cited_kind), Some(cited)) = (self.kind_of(&request), self.kept_order_of(&request).await?) else {
                continue;
            };
            // A copy by right shares its order's bytes: what it is a copy of is another kind.
            if cited.kind != request.kind || !relation.kinds.contains(&request.kind) {
                continue;
            }
            let cited_payload: Value = serde_json::from_str(cited.payload.get()).map_err(Error::internal)?;
            let cited = Cited {
                kind: cited_kind,
                order: &cited,
                payload: &cited_payload,
            };
            found.extend(kind.cited_violations(relation, index, (order, payload), &cited));
        }
        if found.is_empty() {
            Ok(())
        } else {
            Err(Error::invalid(ErrorCode::ReferenceMismatch, found))
        }
    }

    async fn cited_request(&self, viewer: &Viewer, related: Option<RelatedId>) -> Result<Option<EnforcementRequest>> {
        let id = match related {
            Some(RelatedId::Request(id)) => Some(id),
            Some(RelatedId::Measure(id)) => self.store.request_behind(&id).await?,
            None => None,
        };
        match id {
            Some(id) => self.store.request_of(viewer, &id).await,
            None => Ok(None),
        }
    }

    /// The unit of each recipient that deals with the order's places. WRONG_OFFICE, naming the right one, if a place is
    /// outside a recipient's territory and another agency of its role has it.
    async fn units(&self, kind: &Kind, order: &OrderDocument, payload: &Value) -> Result<Vec<Option<UnitId>>> {
        let definition = &kind.definition;
        let stated: Vec<(String, String)> = definition
            .territory
            .iter()
            .flat_map(|pattern| pattern.matches(payload, "/payload"))
            .filter_map(|(pointer, code)| Some((pointer, current_place(code.as_str()?).to_owned())))
            .collect();
        if stated.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<String> = stated.iter().map(|(_, place)| place.clone()).collect();
        let mut units = Vec::with_capacity(order.recipients.len());
        for code in &order.recipients {
            let Some(agency) = self.agency_of_roles(&definition.recipient_roles, code).await? else {
                units.push(None);
                continue;
            };
            let territory = agency.effective_territory();
            for (pointer, place) in &stated {
                if territory.is_empty() || fit(territory, place) != Fit::Outside {
                    continue;
                }
                if let Some(competent) = self.competent(agency.role, std::slice::from_ref(place)).await? {
                    return Err(wrong_office(pointer, code, &competent));
                }
            }
            units.push(unit_for(&agency, &places));
        }
        Ok(units)
    }

    /// The copies that the law gives to other agencies: to the one of each role that is competent for the sender's place.
    async fn copies(
        &self,
        kind: &Kind,
        order: &OrderDocument,
        sender: Option<&Agency>,
    ) -> Result<(Vec<CopyByRight>, Vec<Role>)> {
        let (mut copies, mut missing) = (Vec::new(), Vec::new());
        if kind.definition.copies.is_empty() {
            return Ok((copies, missing));
        }
        let places = sender.map_or_else(Vec::new, |sender| {
            let unit = sender.units.iter().find(|unit| order.unit.as_ref() == Some(&unit.id));
            let own = unit
                .map(|unit| unit.territory.clone())
                .filter(|codes| !codes.is_empty());
            own.unwrap_or_else(|| sender.effective_territory().to_vec())
        });
        for copy in &kind.definition.copies {
            let sent_as = self.catalogue.kind(&copy.kind, self.clock.now().date());
            let recipient = self.competent(copy.role, &places).await?;
            match sent_as.zip(recipient) {
                Some((kind, recipient)) => copies.push(CopyByRight {
                    kind: Arc::clone(kind),
                    unit: unit_for(&recipient, &places),
                    recipient: recipient.code.clone(),
                }),
                None => missing.push(copy.role),
            }
        }
        Ok((copies, missing))
    }

    /// The broadcast behind a receipt that `agency` is given. The receipt is the agency's by its key, whichever officer asks.
    async fn broadcast_id(&self, agency: &AgencyCode, receipt: &Receipt) -> Result<Option<BroadcastId>> {
        let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
        let id = RequestId::parse(&leaf.subject).map_err(Error::internal)?;
        let request = self.store.request_of(&Viewer::whole(agency), &id).await?;
        Ok(request.and_then(|request| request.broadcast_id))
    }
}

/// Whether a receipt is of a request that was opened.
fn is_of_a_submit(receipt: &Receipt) -> bool {
    Leaf::decode(&receipt.leaf).is_ok_and(|leaf| leaf.action == Action::Submit.as_str())
}

fn wrong_office(pointer: &str, recipient: &AgencyCode, competent: &Agency) -> Error {
    let field = FieldViolation::new(
        pointer,
        "wrong_office",
        format!("Địa bàn này thuộc {} ({}).", competent.name, competent.code),
        format!("This place belongs to {} ({}).", competent.name, competent.code),
    );
    Error::invalid(ErrorCode::WrongOffice, vec![field])
        .with("recipient", recipient.as_str())
        .with("competent", competent.code.as_str())
}

/// The unit that an order names is one of its sender's: the copies by right follow its territory.
fn check_unit(sender: Option<&Agency>, order: &OrderDocument) -> Result<()> {
    let (Some(sender), Some(unit)) = (sender, &order.unit) else {
        return Ok(());
    };
    if sender.units.iter().any(|known| known.id == *unit) {
        return Ok(());
    }
    let field = FieldViolation::new(
        "/unit",
        "not_found",
        "Cơ quan gửi không có đơn vị này.",
        "The sender has no such unit.",
    );
    Err(Error::invalid(ErrorCode::UnitNotFound, vec![field]))
}
