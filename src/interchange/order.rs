//! From the hub's order documents to what the other formats say.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::Fault;
use super::edxml::{AttachedFile, Business, DocumentType, Envelope, Organ, Signer, Trace};
use super::iso20022::AccountOrder;
use crate::domain::document::OrderDocument;
use crate::domain::ids::{AgencyCode, RequestId};

/// The envelope of an order. `organs` are the agencies as the axis knows them; `at` is when it is handed over, on the clock
/// in Viet Nam. The files have no bytes: the caller adds them.
///
/// # Errors
/// `unknown_agency` if an agency has no code on the axis.
pub fn envelope(
    order: &OrderDocument,
    organs: &BTreeMap<AgencyCode, Organ>,
    document_type: DocumentType,
    at: DateTime,
) -> Result<Envelope, Fault> {
    let head = &order.head;
    let from = organ(&order.agency, organs, "agency")?;
    let to: Result<Vec<Organ>, Fault> = order
        .recipients
        .iter()
        .map(|recipient| organ(recipient, organs, "recipients"))
        .collect();
    let files = order
        .attachments
        .iter()
        .enumerate()
        .map(|(index, attachment)| AttachedFile {
            content_id: (index + 1).to_string(),
            name: attachment.name.as_str().to_owned(),
            media_type: attachment.media_type.as_str().to_owned(),
            description: None,
            content: None,
        });
    Ok(Envelope {
        trace: vec![Trace {
            organ_id: from.id.clone(),
            at,
        }],
        from,
        to: to?,
        document_id: None,
        number: head.number.as_str().to_owned(),
        notation: head.symbol.as_str().to_owned(),
        place: head.place.as_ref().map(|place| place.as_str().to_owned()),
        date: head.date,
        document_type,
        subject: head.subject.as_str().to_owned(),
        content: None,
        signer: Some(Signer {
            competence: None,
            position: Some(head.signer.position.as_str().to_owned()),
            full_name: head.signer.full_name.as_str().to_owned(),
        }),
        due_date: None,
        response_for: Vec::new(),
        urgency: head.urgency,
        pages: None,
        appendices: Vec::new(),
        steering_type: None,
        to_places: Vec::new(),
        business: Business::New,
        business_document_id: None,
        business_reason: None,
        paper: false,
        staff: None,
        replaced: Vec::new(),
        files: files.collect(),
    })
}

/// An order of the kind account-information as an enquiry.
///
/// # Errors
/// `kind` if it is of another kind; `shape` if its payload is no JSON.
pub fn account_order(request: &RequestId, order: &OrderDocument, confidential: bool) -> Result<AccountOrder, Fault> {
    if order.kind.as_str() != "account-information" {
        return Err(Fault::new(
            "kind",
            "kind",
            "Chỉ yêu cầu loại account-information xuất được sang auth.001.",
            "Only an order of the kind account-information can be written as auth.001.",
        ));
    }
    let Ok(payload) = serde_json::from_str(order.payload.get()) else {
        return Err(Fault::new(
            "payload",
            "shape",
            "Nội dung không phải JSON hợp lệ.",
            "The payload is not valid JSON.",
        ));
    };
    Ok(AccountOrder {
        request_id: request.as_str().to_owned(),
        mandate: order.head.full_number(),
        legal_basis: order
            .legal_basis
            .iter()
            .map(|basis| basis.as_str().to_owned())
            .collect(),
        confidential,
        date: order.head.date,
        payload,
    })
}

fn organ(agency: &AgencyCode, organs: &BTreeMap<AgencyCode, Organ>, member: &str) -> Result<Organ, Fault> {
    organs.get(agency).cloned().ok_or_else(|| {
        Fault::new(
            member,
            "unknown_agency",
            format!("Chưa biết mã định danh trên trục của {}.", agency.as_str()),
            format!("The code on the axis of {} is not known.", agency.as_str()),
        )
    })
}
