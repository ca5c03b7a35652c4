//! Drafts of orders that end a measure of a case, or let it hold less: filled in from the order that made the measure. What only the
//! officer can say (number, signer) is left empty, so that a draft is refused until it is completed. Nothing is sent by itself.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::view::Whole;
use crate::app::App;
use crate::domain::document::OrderDocument;
use crate::domain::document::parts::RelationType;
use crate::domain::enforcement_case::{CaseRecord, Dong, Ground, MeasureFate};
use crate::domain::error::{Error, Localized, Result};
use crate::domain::event::Measure;
use crate::domain::ids::{CaseId, KindCode};
use crate::domain::viewer::Viewer;

/// The longest note of a ground, in characters, is far above any of these texts.
const OVER_HELD: (&str, &str) = (
    "Số tiền đang phong tỏa vượt nghĩa vụ còn lại và chi phí (khoản 2 Điều 67 Luật số 106/2025/QH15)",
    "More is held than what is owed with costs (Law 106/2025 Art. 67.2)",
);

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseDraft {
    /// The measure.
    pub measure: Measure,
    /// Why.
    pub reason: Localized,
    /// How much is to be released; none: all.
    pub amount: Option<Dong>,
    /// The `OrderDocument` as JSON text.
    pub document: String,
}

/// How a kind that ends measures writes what a draft says.
struct Form {
    kind: &'static str,
    /// The member that names the decision, and in it the member of the office.
    decision: (&'static str, &'static str),
    fulfilled: &'static str,
    discontinued: &'static str,
    other: &'static str,
    note: &'static str,
}

const FORMS: &[Form] = &[
    Form {
        kind: "freeze-release",
        decision: ("decision", "office"),
        fulfilled: "OBLIGATION_DONE",
        discontinued: "ENFORCEMENT_DISCONTINUED",
        other: "OTHER_LAW",
        note: "ground_note",
    },
    Form {
        kind: "registration-release",
        decision: ("decision_ended", "agency_name"),
        fulfilled: "FULFILLED",
        discontinued: "OTHER_LAW",
        other: "OTHER_LAW",
        note: "ground_text",
    },
];

/// What is to be released, and since when there is a ground for it.
struct Cause {
    measure: Measure,
    amount: Option<Dong>,
    ground_date: Date,
}

impl App {
    /// Drafts for the live measures of a case that must end, or hold less, by its status and by what is owed.
    ///
    /// # Errors
    /// `CASE_NOT_FOUND`.
    pub async fn release_drafts(&self, viewer: &Viewer, id: &CaseId) -> Result<Vec<ReleaseDraft>> {
        let whole = self.whole_case(viewer, id).await?;
        let today = self.clock.now().date();
        let mut drafts = Vec::new();
        for cause in causes(&whole, today) {
            drafts.extend(self.draft(viewer, &whole, cause, today).await?);
        }
        Ok(drafts)
    }

    async fn draft(&self, viewer: &Viewer, whole: &Whole, cause: Cause, today: Date) -> Result<Option<ReleaseDraft>> {
        let measure = &cause.measure;
        let request = whole
            .requests
            .iter()
            .find(|request| Some(&request.id) == measure.request_id.as_ref());
        let (Some(form), Some(request)) = (self.form_of(&measure.kind, today), request) else {
            return Ok(None);
        };
        let Some(order) = self.kept_order_of(request).await? else {
            return Ok(None);
        };
        let document = document(viewer, &whole.record, &order, (form, &cause), today)?;
        let reason = reason(&whole.record, cause.amount);
        Ok(Some(ReleaseDraft {
            measure: cause.measure,
            reason,
            amount: cause.amount,
            document,
        }))
    }

    /// The kind that ends measures of `kind`, if there is one that drafts are made of.
    fn form_of(&self, kind: &KindCode, today: Date) -> Option<&'static Form> {
        FORMS.iter().find(|form| {
            let code = form.kind.parse::<KindCode>().ok();
            let ends = code.and_then(|code| self.catalogue.kind(&code, today));
            let relation = ends.and_then(|ends| ends.relation(RelationType::Releases));
            relation.is_some_and(|relation| relation.kinds.contains(kind))
        })
    }
}

/// Every live measure of a case that ended; of one that goes on, from the newest freeze back as much as is held too much.
fn causes(whole: &Whole, today: Date) -> Vec<Cause> {
    let orders = whole.orders();
    let case = &whole.record.case;
    let undecided = whole.in_force.iter().filter(|measure| !orders.is_decided(measure));
    match case.status.fate_of_measures() {
        MeasureFate::HandOver => Vec::new(),
        MeasureFate::EndToFollow => undecided
            .map(|measure| Cause {
                measure: measure.clone(),
                amount: None,
                ground_date: case.since,
            })
            .collect(),
        MeasureFate::Keep => {
            let mut above = orders.money(case).held_above;
            let mut holding: Vec<_> = orders.holding().map(|(measure, _)| measure).collect();
            holding.retain(|measure| !orders.is_decided(measure));
            holding.sort_by_key(|measure| std::cmp::Reverse(measure.since));
            let mut causes = Vec::new();
            for measure in holding {
                let held = measure.held_dong();
                let amount = above.min(held);
                if !amount.is_nothing() {
                    causes.push(Cause {
                        measure: measure.clone(),
                        amount: (amount < held).then_some(amount),
                        ground_date: today,
                    });
                }
                above = above.less(amount);
            }
            causes
        }
    }
}

fn reason(record: &CaseRecord, amount: Option<Dong>) -> Localized {
    let case = &record.case;
    if amount.is_some() || case.status.fate_of_measures() == MeasureFate::Keep {
        return Localized::new(OVER_HELD.0, OVER_HELD.1);
    }
    let label = case.status.label();
    Localized::new(
        format!("Việc thi hành án: {}", label.vi),
        format!("The case is {}", label.en),
    )
}

/// The order, but for what the officer must say.
fn document(
    viewer: &Viewer,
    record: &CaseRecord,
    order: &OrderDocument,
    (form, cause): (&Form, &Cause),
    today: Date,
) -> Result<String> {
    let measure = &cause.measure;
    let payload: Value = serde_json::from_str(order.payload.get()).map_err(Error::internal)?;
    let ground = match record.case.ground {
        Some(Ground::Fulfilled) => form.fulfilled,
        Some(Ground::Discontinued | Ground::NoHeir) => form.discontinued,
        Some(_) | None => form.other,
    };
    let mut release = json!({
        "debtor": payload.get("debtor"),
        "extent": if cause.amount.is_some() { "PARTIAL" } else { "FULL" },
        "ground": ground,
        "ground_date": cause.ground_date.to_string(),
    });
    let (decision, office) = form.decision;
    let agency_name = order
        .case
        .enforcement_decision
        .as_ref()
        .map(|named| named.agency_name.as_str());
    let office_name = measure.decision.office.as_deref().or(agency_name);
    put(
        &mut release,
        decision,
        json!({ "number": measure.decision.number, "date": measure.decision.date.to_string(), office: office_name }),
    );
    if let Some(amount) = cause.amount {
        put(
            &mut release,
            "release_amount",
            json!({ "amount": amount.to_string(), "currency": "VND" }),
        );
    }
    if ground == form.other {
        put(&mut release, form.note, json!(reason(record, cause.amount).vi));
    }
    let related = match &measure.request_id {
        Some(request) => json!({ "type": "releases", "enforcement_request_id": request.as_str() }),
        None => json!({ "type": "releases", "measure_id": measure.id.as_str() }),
    };
    let document = json!({
        "schema": "lienthong/order/1",
        // One order for each measure and state of the case, however often the draft is taken.
        "idempotency_key": format!("draft-{}-{}", measure.id, record.version),
        "agency": viewer.agency.as_str(),
        "kind": form.kind,
        "recipients": [measure.holder.as_str()],
        "head": {
            "number": "",
            "symbol": order.head.symbol.as_str(),
            "date": today.to_string(),
            "subject": "Quyết định về việc chấm dứt biện pháp bảo đảm thi hành án",
            "signer": { "officer_id": viewer.officer.as_str(), "full_name": "", "position": "" },
        },
        "legal_basis": ["Căn cứ Điều 95 Luật Thi hành án dân sự số 106/2025/QH15"],
        "case": order.case,
        "relations": [related],
        "payload": release,
    });
    serde_json::to_string_pretty(&document).map_err(Error::internal)
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
