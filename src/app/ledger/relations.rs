//! Whether an order may name what it relates to.

use super::command::Submit;
use super::state::State;
use crate::domain::error::{Error, ErrorCode, FieldViolation, Result};
use crate::domain::ids::{AgencyCode, KindCode, RelatedId};
use crate::domain::viewer::Viewer;

/// Everything that the order relates to exists, is the sender's, within the officer's rights, of a kind that this one may relate
/// to, and still in force where that matters.
pub(super) fn check_relations(state: &State, viewer: &Viewer, submit: &Submit) -> Result<()> {
    let sender = &viewer.agency;
    let mut missing = Vec::new();
    for (index, relation) in submit.relations.iter().enumerate() {
        let definition = relation
            .relation
            .parse()
            .ok()
            .and_then(|relation_type| submit.kind.relation(relation_type));
        let target = match &relation.related_id {
            RelatedId::Request(id) => state
                .requests
                .get(id)
                .filter(|request| request.party_of(viewer).is_some())
                .map(|request| Target {
                    kind: &request.kind,
                    issuer: &request.sender,
                    holder: &request.recipient,
                    open: request.state.is_open(),
                }),
            RelatedId::Measure(id) => state
                .measures
                .get(id)
                .filter(|measure| viewer.sees_measure(measure, state.request_of(measure)))
                .map(|measure| Target {
                    kind: &measure.kind,
                    issuer: &measure.issuer,
                    holder: &measure.holder,
                    open: false,
                }),
        };
        let member = match relation.related_id {
            RelatedId::Request(_) => "enforcement_request_id",
            RelatedId::Measure(_) => "measure_id",
        };
        let field = format!("/relations/{index}/{member}");
        let Some(target) = target else {
            let (vi, en) = (
                "Không có yêu cầu, biện pháp này.",
                "There is no such request or measure.",
            );
            missing.push(FieldViolation::new(field, "not_found", vi, en));
            continue;
        };
        let Some(definition) = definition else { continue };
        if !definition.kinds.contains(target.kind) {
            let kinds: Vec<&str> = definition.kinds.iter().map(KindCode::as_str).collect();
            missing.push(FieldViolation::new(
                field,
                "kind",
                format!("Chỉ được viện dẫn loại: {}.", kinds.join(", ")),
                format!("Only these kinds may be named: {}.", kinds.join(", ")),
            ));
        } else if definition.measure {
            check_measure(state, sender, submit, &relation.related_id, &target, &field)?;
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(ErrorCode::ReferenceNotFound, missing))
    }
}

/// What an order relates to.
struct Target<'a> {
    kind: &'a KindCode,
    issuer: &'a AgencyCode,
    holder: &'a AgencyCode,
    open: bool,
}

/// The measure is the sender's own, held by this recipient, and in force (or the request that asks for it still open).
fn check_measure(
    state: &State,
    sender: &AgencyCode,
    submit: &Submit,
    related: &RelatedId,
    target: &Target<'_>,
    field: &str,
) -> Result<()> {
    let in_force = state.related_measure(related).is_some_and(|measure| measure.in_force);
    let here = submit.recipients.iter().all(|recipient| recipient == target.holder) && target.issuer == sender;
    if here && (in_force || target.open) {
        return Ok(());
    }
    let (reason, vi, en) = if here {
        (
            "not_in_force",
            "Biện pháp này không còn hiệu lực.",
            "This measure is not in force any more.",
        )
    } else {
        (
            "another_holder",
            "Biện pháp này không do nơi nhận này thực hiện theo quyết định của cơ quan gửi.",
            "This recipient does not hold this measure by the sender's decision.",
        )
    };
    let field = FieldViolation::new(field, reason, vi, en);
    Err(Error::invalid(ErrorCode::MeasureNotInForce, vec![field]))
}
