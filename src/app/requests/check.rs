//! Kiểm tra trước khi gửi: what Submit would say of an order, what it would open, and what its sender should know first. Nothing is
//! stored.

use std::collections::BTreeSet;

use serde_json::Value;

use super::accept::{Arrived, Checks, Sent, read};
use super::submit::Manner;
use crate::app::App;
use crate::app::ledger::{Operation, Tried};
use crate::domain::agency::{Channel, Role};
use crate::domain::catalogue::Kind;
use crate::domain::deadline::{Deadline, DeadlineStatus};
use crate::domain::document::{self, OrderDocument};
use crate::domain::enforcement_case::OrderPurpose;
use crate::domain::error::{Error, Localized, Result};
use crate::domain::ids::RequestId;
use crate::domain::macros::text_enum;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::{Action, Party};
use crate::evidence::jws::document_in;
use crate::evidence::leaf::Leaf;
use crate::store::{Direction, MeasureFilter, RequestFilter};

/// How many of the sender's newest requests of the kind are looked at for one about the same person: those at the recipient, if there is
/// but one.
const LOOKED_AT: i64 = 200;
/// How many bodies are read at once.
const BODIES: usize = 50;

text_enum! {
    /// Why something is told before an order is sent.
    pub enum AdviceReason {
        /// Its key was used for it.
        SentBefore => "SENT_BEFORE",
        /// It must be signed and is not.
        NotSigned => "NOT_SIGNED",
        /// Another one waits for an answer, or its measure is in force.
        Duplicate => "DUPLICATE",
        /// It is for money and names no case.
        NoCase => "NO_CASE",
        /// A recipient is not connected.
        OnPaper => "ON_PAPER",
        /// Nobody is known who should have a copy.
        CopyMissing => "COPY_MISSING",
        /// A clock of the sender's own is over.
        Late => "LATE",
    }
}

/// What the sender should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Why.
    pub reason: AdviceReason,
    /// JSON pointer into the order; empty: all of it.
    pub field: String,
    /// In both languages.
    pub text: Localized,
    /// The request that it is about.
    pub request: Option<RequestId>,
}

impl Advice {
    fn new(reason: AdviceReason, field: impl Into<String>, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            reason,
            field: field.into(),
            text: Localized::new(vi, en),
            request: None,
        }
    }
}

/// A request that would be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The request.
    pub request: EnforcementRequest,
    /// The clocks that begin.
    pub deadlines: Vec<Deadline>,
    /// Whether it is a copy by right.
    pub is_copy: bool,
}

/// What was found.
#[derive(Debug)]
pub struct CheckedOrder {
    /// What Submit would refuse it for.
    pub refusals: Vec<Error>,
    /// What its sender should know.
    pub advice: Vec<Advice>,
    /// What it would open.
    pub openings: Vec<Opening>,
    /// The time for which that holds.
    pub at: Timestamp,
}

impl App {
    /// Checks an order as Submit does, and tells all that can be found at once.
    ///
    /// # Errors
    /// Those of the hub itself, and of a document whose form does not even let its key be read; what is wrong with the order is told.
    pub async fn check_before_sending(&self, viewer: &Viewer, arrived: &Arrived) -> Result<CheckedOrder> {
        let mut told = CheckedOrder {
            refusals: Vec::new(),
            advice: Vec::new(),
            openings: Vec::new(),
            at: self.clock.now(),
        };
        let (sent, order) = match read::<OrderDocument>(viewer, arrived) {
            Ok((sent, Ok(order))) => (sent, order),
            Ok((_, Err(error))) | Err(error) if !error.code().is_of_the_hub() => {
                told.refusals.push(error);
                return Ok(told);
            }
            Ok((_, Err(error))) | Err(error) => return Err(error),
        };
        self.try_order(viewer, &sent, &order, &mut told).await?;
        let kind = self.catalogue.kind(&order.kind, told.at.date());
        if let Some(kind) = kind {
            self.advise(viewer, (&sent, &order), kind, &mut told).await?;
        }
        Ok(told)
    }

    /// The checks before the ledger, and the ledger's own decision.
    async fn try_order(
        &self,
        viewer: &Viewer,
        sent: &Sent,
        order: &OrderDocument,
        told: &mut CheckedOrder,
    ) -> Result<()> {
        let mut checks = Checks::begin();
        loop {
            let mut manner = Manner::All(Vec::new());
            let checked = self.check_order(viewer, sent, order, &mut manner).await?;
            told.refusals = manner.found();
            let Some(checked) = checked.filter(|_| told.refusals.is_empty()) else {
                return Ok(());
            };
            let missing = if let Operation::Submit(submit) = &checked.0 {
                submit.copies_missing.clone()
            } else {
                Vec::new()
            };
            match self.ledger.try_out(&sent.tried(viewer, checked)).await {
                Ok(Tried::Acts { opened, at }) => {
                    let opening = |(number, (request, deadlines))| Opening {
                        is_copy: number >= order.recipients.len(),
                        request,
                        deadlines,
                    };
                    told.openings = opened.into_iter().enumerate().map(opening).collect();
                    told.at = at;
                    told.advice.extend(missing.into_iter().map(copy_missing));
                    return Ok(());
                }
                Ok(Tried::Replays { log_index }) => {
                    let first = self.store.entries_at(&[log_index]).await?.pop();
                    let leaf = first
                        .map(|entry| Leaf::decode(&entry.leaf))
                        .transpose()
                        .map_err(Error::internal)?;
                    let advice = Advice::new(
                        AdviceReason::SentBefore,
                        "/idempotency_key",
                        "Văn bản này đã gửi với khóa chống trùng này; gửi lại chỉ nhận lại biên nhận cũ.",
                        "This document was sent under this key; sending it again gives the first receipts.",
                    );
                    told.advice.push(Advice {
                        request: leaf.and_then(|leaf| RequestId::parse(&leaf.subject).ok()),
                        ..advice
                    });
                    return Ok(());
                }
                Ok(Tried::Outdated) => checks.again()?,
                Err(error) if !error.code().is_of_the_hub() => {
                    told.refusals.push(error);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn advise(
        &self,
        viewer: &Viewer,
        (sent, order): (&Sent, &OrderDocument),
        kind: &Kind,
        told: &mut CheckedOrder,
    ) -> Result<()> {
        if kind.definition.signed_steps.contains(&Action::Submit) && sent.jws().is_none() {
            told.advice.push(Advice::new(
                AdviceReason::NotSigned,
                "",
                "Văn bản chưa ký số: phải ký bằng chữ ký số của cơ quan trước khi gửi.",
                "The document is not signed: it must bear the agency's seal before it is sent.",
            ));
        }
        let is_for_money = matches!(
            OrderPurpose::of(&kind.definition),
            OrderPurpose::Holds | OrderPurpose::Takes
        );
        if is_for_money && order.case.case_id.is_none() {
            told.advice.push(Advice::new(
                AdviceReason::NoCase,
                "/case/case_id",
                "Văn bản không nêu việc thi hành án trong sổ việc: không ai đối chiếu số tiền với nghĩa vụ còn lại.",
                "The order names no case of the register: nothing holds its amount against what is still owed.",
            ));
        }
        for (number, opening) in told.openings.iter().enumerate().filter(|(_, opening)| !opening.is_copy) {
            if opening.request.channel == Channel::Paper {
                told.advice.push(Advice::new(
                    AdviceReason::OnPaper,
                    format!("/recipients/{number}"),
                    "Nơi nhận chưa kết nối: phải giao văn bản giấy rồi ghi nhận việc giao; thời hạn của nơi nhận tính từ đó.",
                    "The recipient is not connected: hand it over on paper and record that; the recipient's clocks begin with it.",
                ));
            }
        }
        if let Some(opening) = told.openings.first() {
            told.advice.extend(opening.deadlines.iter().filter_map(late));
        }
        let duplicates = self.duplicates(viewer, order, kind).await?;
        told.advice.extend(duplicates);
        Ok(())
    }

    /// The sender's own requests of this kind at these recipients, about the same person or body, that are not over.
    async fn duplicates(&self, viewer: &Viewer, order: &OrderDocument, kind: &Kind) -> Result<Vec<Advice>> {
        let mut found = Vec::new();
        if kind.definition.parties.is_empty() {
            return Ok(found);
        }
        let payload: Value = serde_json::from_str(order.payload.get()).map_err(Error::internal)?;
        let counterparty = match order.recipients.as_slice() {
            [only] => only.to_string(),
            _ => String::new(),
        };
        let filter = RequestFilter {
            state: String::new(),
            kind: kind.code().to_string(),
            counterparty,
        };
        let newest = self
            .store
            .request_page(viewer, Direction::Sent, &filter, None, LOOKED_AT);
        let mut newest = newest.await?;
        let filter = MeasureFilter {
            kind: filter.kind,
            counterparty: filter.counterparty,
            in_force_only: true,
        };
        let held = self.store.measure_page(viewer, &filter, None, LOOKED_AT).await?;
        let held: BTreeSet<RequestId> = held.into_iter().filter_map(|measure| measure.request_id).collect();
        let place = |request: &EnforcementRequest| order.recipients.iter().position(|code| *code == request.recipient);
        newest.retain(|request| place(request).is_some() && (request.state.is_open() || held.contains(&request.id)));
        for some in newest.chunks(BODIES) {
            let indexes: Vec<i64> = some.iter().map(|request| request.body_index).collect();
            let bodies = self.store.bodies(&indexes).await?;
            for request in some {
                let body = bodies.iter().find(|body| body.log_index == request.body_index);
                let Some(content) = body.and_then(|body| Some((&body.media_type, body.content.as_ref()?))) else {
                    continue;
                };
                let text = document_in(content.0, content.1).map_err(Error::internal)?;
                let other: OrderDocument = document::parse(&text).map_err(Error::internal)?;
                let other_payload = serde_json::from_str(other.payload.get()).map_err(Error::internal)?;
                let is_itself = other.idempotency_key == order.idempotency_key;
                if !is_itself && kind.is_about_the_same(&payload, &other_payload) {
                    found.extend(place(request).map(|number| duplicate(number, request)));
                }
            }
        }
        Ok(found)
    }
}

fn duplicate(recipient: usize, earlier: &EnforcementRequest) -> Advice {
    let number = earlier.registry_number.as_deref();
    let registered = number.map(|number| format!(" (số {number})")).unwrap_or_default();
    let registered_en = number.map(|number| format!(" (no. {number})")).unwrap_or_default();
    let (sent, id) = (earlier.submit_time.date().strftime("%d/%m/%Y").to_string(), &earlier.id);
    let advice = if earlier.state.is_open() {
        Advice::new(
            AdviceReason::Duplicate,
            format!("/recipients/{recipient}"),
            format!("Đã gửi yêu cầu cùng loại về cùng người này ngày {sent}{registered}, nơi nhận chưa trả lời: {id}."),
            format!("The same was asked about the same person on {sent}{registered_en} and is not answered: {id}."),
        )
    } else {
        Advice::new(
            AdviceReason::Duplicate,
            format!("/recipients/{recipient}"),
            format!(
                "Nơi nhận đang thực hiện biện pháp cùng loại với người này theo văn bản gửi ngày {sent}{registered}: {id}."
            ),
            format!(
                "A measure of this kind on this person is in force there by what was sent on {sent}{registered_en}: {id}."
            ),
        )
    };
    Advice {
        request: Some(earlier.id.clone()),
        ..advice
    }
}

fn copy_missing(role: Role) -> Advice {
    Advice::new(
        AdviceReason::CopyMissing,
        "",
        format!(
            "Văn bản phải gửi cho {} nhưng cổng chưa biết cơ quan có thẩm quyền theo địa bàn; nơi gửi tự gửi.",
            role.label_vi()
        ),
        format!("A copy is due to a {role} and the hub knows none for this place; send it yourself."),
    )
}

fn late(clock: &Deadline) -> Option<Advice> {
    let is_late = clock.obligor == Party::Sender && clock.status == DeadlineStatus::Breached;
    is_late.then(|| {
        Advice::new(
            AdviceReason::Late,
            "",
            format!("Đã quá thời hạn của nơi gửi. {}.", clock.basis),
            format!("The sender's own time is over. {}.", clock.basis),
        )
    })
}
