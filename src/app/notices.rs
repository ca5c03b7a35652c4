//! What is told of clocks, as it is shown, and notices that wait for the sender's head.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::App;
use super::ledger::command::{Command, Operation, SweptRequest};
use super::ledger::notices::NoticeDecision;
use super::ledger::timers::TimerWork;
use super::ledger::{Actor, Receipt};
use super::places::most_competent;
use crate::domain::agency::{Agency, Role};
use crate::domain::error::{Error, ErrorCode, Localized, Result};
use crate::domain::event::EventDetails;
use crate::domain::ids::{AgencyCode, IdempotencyKey, RequestId};
use crate::domain::print::{self, NoticePaper};
use crate::domain::timer::{Notice, NoticeState};
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Action;
use crate::evidence::leaf::content_sha256;
use crate::store::DraftedNotice;
use crate::store::rows::EventRow;

/// A decision as it came.
#[derive(Debug, Clone)]
pub struct NoticeWrite {
    /// Who decides.
    pub actor: Actor,
    /// The key that makes the retry safe.
    pub key: IdempotencyKey,
    /// The message, encoded again in field order.
    pub content: Bytes,
    /// Whether it goes.
    pub confirm: bool,
}

/// A notice with the title of its kind.
#[derive(Debug, Clone)]
pub struct NoticeView {
    /// What it says.
    pub notice: Notice,
    /// The kind's title.
    pub kind_title: Localized,
}

/// A drafted notice as the sender sees it.
#[derive(Debug, Clone)]
pub struct DraftView {
    /// Where it stands, and its event.
    pub drafted: DraftedNotice,
    /// What it says.
    pub view: NoticeView,
    /// The page to print.
    pub page: String,
}

/// The steps that tell of a clock.
const TELLING: [Action; 6] = [
    Action::Remind,
    Action::Overdue,
    Action::Escalate,
    Action::DraftNotice,
    Action::ConfirmNotice,
    Action::DiscardNotice,
];

impl App {
    /// What an event tells of a clock, if it does.
    pub(crate) fn notice_in(&self, event: &EventRow) -> Result<Option<NoticeView>> {
        if !TELLING.iter().any(|action| action.as_str() == event.action) {
            return Ok(None);
        }
        let details: EventDetails = serde_json::from_str(&event.details).map_err(Error::internal)?;
        Ok(details.notice.map(|notice| self.notice_view(*notice)))
    }

    fn notice_view(&self, notice: Notice) -> NoticeView {
        let revision = u32::try_from(notice.kind_revision).unwrap_or_default();
        let kind = self.catalogue.kind_revision(&notice.kind, revision);
        let title = kind.map(|kind| &kind.definition);
        NoticeView {
            kind_title: Localized::new(
                title.map_or_else(|| notice.kind.to_string(), |kind| kind.title_vi.clone()),
                title.map_or_else(|| notice.kind.to_string(), |kind| kind.title_en.clone()),
            ),
            notice,
        }
    }

    /// A page of the notices drafted for what `sender` sent, newest first; says whether there are more.
    pub async fn notices(
        &self,
        sender: &AgencyCode,
        drafted_only: bool,
        before: Option<i64>,
        limit: usize,
    ) -> Result<(Vec<DraftView>, bool)> {
        let state = drafted_only.then_some(NoticeState::Drafted);
        let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut found = self
            .store
            .notices_of(sender, state, before.unwrap_or(i64::MAX), most)
            .await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let mut drafts = Vec::with_capacity(found.len());
        for drafted in found {
            drafts.push(self.draft_view(drafted).await?);
        }
        Ok((drafts, more))
    }

    async fn draft_view(&self, drafted: DraftedNotice) -> Result<DraftView> {
        let view = self.notice_in(&drafted.event)?;
        let view = view.ok_or_else(|| Error::internal("a draft without a notice"))?;
        let codes = [&view.notice.sender, &view.notice.recipient];
        let mut names = BTreeMap::new();
        for code in codes.into_iter().chain(&drafted.row.addressee) {
            let agency = self.store.agency(code).await?;
            names.extend(agency.map(|agency| (code.clone(), agency.name)));
        }
        let paper = print::notice(&NoticePaper {
            notice: &view.notice,
            kind_title: &view.kind_title.vi,
            addressee: drafted.row.addressee.as_ref(),
            names: &names,
            request: &drafted.row.request_id,
            drafted: drafted.event.hub_time,
        });
        let page = print::of_hub(&self.hub_id, paper);
        Ok(DraftView { drafted, view, page })
    }

    /// Lets a drafted notice go to its addressee, or discards it.
    ///
    /// # Errors
    /// `NOTICE_NOT_FOUND`, `NOTICE_ADDRESSEE_MISSING`; `TRANSITION_NOT_ALLOWED` if it is decided already.
    pub async fn decide_notice(&self, write: NoticeWrite, draft: Result<i64>) -> Result<Receipt> {
        let decision = match draft {
            Ok(draft) => self.decision_on(&write, draft).await,
            Err(error) => Err(error),
        };
        let NoticeWrite {
            actor, key, content, ..
        } = write;
        let receipts = match decision {
            Ok(decision) => {
                let operation = Operation::Timers(Box::new(TimerWork::Decide(Box::new(decision))));
                let command = Command::new(actor, key, "application/protobuf", content, operation);
                self.execute(command).await?
            }
            Err(failure) => {
                self.replay_or(&actor.agency, &key, content_sha256(&content), failure)
                    .await?
            }
        };
        let receipt = receipts.into_iter().next();
        receipt.ok_or_else(|| Error::internal("a decision without a receipt"))
    }

    async fn decision_on(&self, write: &NoticeWrite, draft: i64) -> Result<NoticeDecision> {
        let sender = &write.actor.agency;
        let found = self.store.notice_of(sender, draft).await?;
        let found = found.ok_or_else(|| Error::new(ErrorCode::NoticeNotFound))?;
        let view = self.notice_in(&found.event)?;
        let notice = view.ok_or_else(|| Error::internal("a draft without a notice"))?.notice;
        let addressee = match (found.row.addressee, notice.role) {
            (Some(known), _) => Some(known),
            (None, Some(role)) if write.confirm => self.addressee(&notice, role).await?,
            (None, _) => None,
        };
        let id = found.row.request_id;
        Ok(NoticeDecision {
            draft,
            request: SweptRequest {
                id: id.clone(),
                sender: sender.clone(),
                recipient: self.recipient_of(sender, &id, &notice).await?,
            },
            notice,
            confirm: write.confirm,
            addressee,
        })
    }

    /// Who has the recipient's place now.
    async fn recipient_of(&self, sender: &AgencyCode, id: &RequestId, notice: &Notice) -> Result<AgencyCode> {
        let request = self.store.request_of(&Viewer::whole(sender), id).await?;
        Ok(request.map_or_else(|| notice.recipient.clone(), |request| request.recipient))
    }

    async fn addressee(&self, notice: &Notice, role: Role) -> Result<Option<AgencyCode>> {
        let agencies = self.agencies_of_role(role).await?;
        let mut places = Vec::new();
        for code in [&notice.sender, &notice.recipient] {
            let agency = self.store.agency(code).await?;
            let territory = agency.map(|agency| agency.effective_territory().to_vec());
            places.push(territory.unwrap_or_default());
        }
        let places: Vec<&[String]> = places.iter().map(Vec::as_slice).collect();
        let found = most_competent(&agencies, &places);
        Ok(found.map(|agency: &Arc<Agency>| agency.code.clone()))
    }
}
