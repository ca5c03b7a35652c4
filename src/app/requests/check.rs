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
use crate::domain::catalogue::account::PayloadOf;
use crate::domain::deadline::{Deadline, DeadlineStatus};
use crate::domain::document::parts::{Relation as DocumentRelation, RelationType};
use crate::domain::document::{self, OrderDocument};
use crate::domain::enforcement_case::OrderPurpose;
use crate::domain::error::{Error, ErrorCode, Localized, Result};
use crate::domain::ids::{KindCode, RelatedId, RequestId};
use crate::domain::macros::text_enum;
use crate::domain::request::EnforcementRequest;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::{Action, Party};
use crate::evidence::jws::document_in;
use crate::evidence::leaf::Leaf;

/// How many of the sender's requests that are under way are looked at for one about the same person, the newest first.
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
        let read = read::<OrderDocument>(viewer, arrived);
        if let Ok((sent, _)) = &read
            && let Some(used) = self.store.used_key(&viewer.agency, &sent.key).await?
        {
            // As with Submit, the key speaks before any check does.
            if used.content_sha256 == sent.content_sha256 {
                told.advice.push(self.sent_before(used.log_index).await?);
            } else {
                told.refusals.push(Error::new(ErrorCode::KeyReused));
            }
            return Ok(told);
        }
        let (sent, order) = match read {
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
                    told.advice.push(self.sent_before(log_index).await?);
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

    /// It was sent by the entry with this index.
    async fn sent_before(&self, log_index: i64) -> Result<Advice> {
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
        Ok(Advice {
            request: leaf.and_then(|leaf| RequestId::parse(&leaf.subject).ok()),
            ..advice
        })
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

    /// The sender's own requests at these recipients that are under way about the same person or body, or the same account: of this kind, and of the kinds whose
    /// measures it takes over. Those that it cites are no surprise.
    async fn duplicates(&self, viewer: &Viewer, order: &OrderDocument, kind: &Kind) -> Result<Vec<Advice>> {
        let mut found = Vec::new();
        let definition = &kind.definition;
        if definition.parties.is_empty() {
            return Ok(found);
        }
        let payload: Value = serde_json::from_str(order.payload.get()).map_err(Error::internal)?;
        let taken_over = definition
            .relations
            .iter()
            .filter(|known| known.r#type == RelationType::Supersedes);
        let taken_over = taken_over.filter(|known| known.measure).flat_map(|known| &known.kinds);
        let kinds: Vec<&KindCode> = std::iter::once(kind.code()).chain(taken_over).collect();
        let store = &self.store;
        let accounts = store.account_digests(&kind.accounts_in(PayloadOf::Order, &payload));
        let where_to_look = (&*kinds, &*order.recipients);
        let on_accounts = store.under_way_on_accounts(viewer, where_to_look, &accounts, LOOKED_AT);
        let on_accounts = on_accounts.await?;
        let named: BTreeSet<RequestId> = on_accounts.iter().map(|request| request.id.clone()).collect();
        let mut under_way = store.under_way(viewer, &kinds, &order.recipients, LOOKED_AT).await?;
        under_way.retain(|request| !named.contains(&request.id));
        under_way.splice(0..0, on_accounts);
        let cited: Vec<RelatedId> = order.relations.iter().filter_map(DocumentRelation::related).collect();
        under_way.retain(|request| !cited.iter().any(|cited| cited.request() == Some(&request.id)));
        for some in under_way.chunks(BODIES) {
            let indexes: Vec<i64> = some.iter().map(|request| request.body_index).collect();
            let bodies = self.store.bodies(&indexes).await?;
            for request in some {
                let body = bodies.iter().find(|body| body.log_index == request.body_index);
                let kept = body.and_then(|body| Some((&body.media_type, body.content.as_ref()?)));
                let (Some((media_type, content)), Some(other_kind)) = (kept, self.kind_of(request)) else {
                    continue;
                };
                let text = document_in(media_type, content).map_err(Error::internal)?;
                let other: OrderDocument = document::parse(&text).map_err(Error::internal)?;
                let other = serde_json::from_str(other.payload.get()).map_err(Error::internal)?;
                let same = if kind.is_about_the_same(&payload, (other_kind, &other)) {
                    Same::Party
                } else if named.contains(&request.id) {
                    Same::Account
                } else {
                    continue;
                };
                let place = order.recipients.iter().position(|code| *code == request.recipient);
                found.extend(place.map(|number| duplicate(number, same, kind, (request, other_kind))));
            }
        }
        Ok(found)
    }
}

/// What an earlier order has in common with this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Same {
    /// The person or body.
    Party,
    /// An account.
    Account,
}

fn duplicate(recipient: usize, same: Same, kind: &Kind, (earlier, of): (&EnforcementRequest, &Kind)) -> Advice {
    let (whom, whom_en) = match same {
        Same::Party => ("người này", "this person"),
        Same::Account => ("tài khoản này", "this account"),
    };
    let number = earlier.registry_number.as_deref();
    let registered = number.map(|number| format!(" (số {number})")).unwrap_or_default();
    let registered_en = number.map(|number| format!(" (no. {number})")).unwrap_or_default();
    let (sent, id) = (earlier.submit_time.date().strftime("%d/%m/%Y").to_string(), &earlier.id);
    let (vi, en) = if earlier.kind != *kind.code() {
        (
            format!(
                "Đối với {whom}, nơi nhận đang có “{}” gửi ngày {sent}{registered}: {id}; văn bản thay thế thì phải viện dẫn trong relations.",
                of.definition.title_vi
            ),
            format!(
                "About {whom_en} the recipient has “{}” of {sent}{registered_en}: {id}; an order that takes its place must cite it in relations.",
                of.definition.title_en
            ),
        )
    } else if earlier.state.is_open() {
        (
            format!("Đã gửi yêu cầu cùng loại đối với {whom} ngày {sent}{registered}, nơi nhận chưa trả lời: {id}."),
            format!("The same was asked about {whom_en} on {sent}{registered_en} and is not answered: {id}."),
        )
    } else {
        (
            format!(
                "Nơi nhận đang thực hiện biện pháp cùng loại đối với {whom} theo văn bản gửi ngày {sent}{registered}: {id}."
            ),
            format!(
                "A measure of this kind on {whom_en} is in force there by what was sent on {sent}{registered_en}: {id}."
            ),
        )
    };
    Advice {
        request: Some(earlier.id.clone()),
        ..Advice::new(AdviceReason::Duplicate, format!("/recipients/{recipient}"), vi, en)
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
