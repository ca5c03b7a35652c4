//! Suspensions of many clocks together: entered, ended, listed, and tried out before they are decided.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::App;
use super::ledger::clock::ClockStep;
use super::ledger::suspension::{NewSuspension, SuspensionStep};
use super::ledger::{Actor, Command, Operation, Receipt};
use super::requests::list::Page;
use crate::domain::agency::{Agency, Role};
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::ids::{AgencyCode, IdempotencyKey, KindCode, RequestId, SuspensionId};
use crate::domain::suspension::known::{Known, KnownSuspensions, SuspensionAction, SuspensionDetails, Told};
use crate::domain::suspension::{Effect, Side, Subject, apply, limits, may_wait_for_maintenance};
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::evidence::leaf::{EntryType, Leaf, content_sha256};

/// How long a trial may look at open requests.
const TRIAL: Duration = Duration::from_secs(20);

/// Requests that a trial looks at together.
const PIECE: i64 = 500;

/// Deadlines that a trial shows.
const SAMPLES: usize = 20;

/// A trial has an id of its own, so that it is nobody's.
const TRIAL_ID: &str = "sus_00000000000000000000000000000000";

/// What a suspension would move.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// Requests.
    pub requests: i64,
    /// Deadlines.
    pub deadlines: i64,
    /// Whether every open request was looked at.
    pub complete: bool,
    /// Some of them.
    pub samples: Vec<Sample>,
}

/// A deadline that would move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Of which request.
    pub request: RequestId,
    /// Its name.
    pub name: String,
    /// Which of that name.
    pub occurrence: u32,
    /// Due now.
    pub due: Option<Timestamp>,
    /// Due then.
    pub new_due: Option<Timestamp>,
}

impl App {
    /// Enters or ends a suspension; gives it as it stands with that entry. `step` is an error if a check before this one failed.
    ///
    /// # Errors
    /// Those of [`limits`], SUSPENSION_NOT_FOUND, KEY_REUSED.
    pub async fn suspend(
        &self,
        actor: Actor,
        key: IdempotencyKey,
        content: Bytes,
        step: Result<SuspensionStep>,
    ) -> Result<(Receipt, Known)> {
        let receipts = match step {
            Ok(step) => {
                let operation = Operation::Clocks(Box::new(ClockStep::Suspend(step)));
                self.execute(Command::new(actor, key, "application/protobuf", content, operation))
                    .await?
            }
            Err(failure) => {
                self.replay_or(&actor.agency, &key, content_sha256(&content), failure)
                    .await?
            }
        };
        let receipt = receipts.into_iter().next();
        let receipt = receipt.ok_or_else(|| Error::internal("a suspension without a receipt"))?;
        let leaf = Leaf::decode(&receipt.leaf).map_err(Error::internal)?;
        if leaf.entry_type != EntryType::Suspension {
            return Err(Error::new(ErrorCode::KeyReused));
        }
        let id = SuspensionId::parse(&leaf.subject).map_err(Error::internal)?;
        let known = self.store.suspensions().await?;
        let known = known.get(&id).ok_or_else(|| Error::internal("a suspension was lost"))?;
        self.clock_moved.send_modify(|moves| *moves = moves.wrapping_add(1));
        Ok((receipt, known.clone()))
    }

    /// The kinds whose clocks may wait for a recipient's maintenance: those asked for, or all.
    ///
    /// # Errors
    /// The place of the first that may not, or that is unknown.
    pub fn kinds_for_maintenance(&self, asked: &[KindCode]) -> std::result::Result<BTreeSet<KindCode>, usize> {
        let newest = |code: &KindCode| self.catalogue.kind(code, self.clock.now().date());
        let may = |code: &KindCode| newest(code).is_some_and(|kind| may_wait_for_maintenance(&kind.definition));
        if let Some(place) = asked.iter().position(|code| !may(code)) {
            return Err(place);
        }
        let all = || {
            let kinds = self.catalogue.kinds().map(|kind| kind.definition.code.clone());
            kinds.filter(|code| may(code)).collect()
        };
        Ok(if asked.is_empty() {
            all()
        } else {
            asked.iter().cloned().collect()
        })
    }

    /// Suspensions, newest first, before the log index `before`; with `about`, those that concern the clocks of a request alone, each
    /// with what it does there.
    ///
    /// # Errors
    /// REQUEST_NOT_FOUND, and the database's.
    pub async fn suspensions(
        &self,
        before: Option<i64>,
        current_only: bool,
        about: Option<(&Viewer, &RequestId)>,
        limit: usize,
    ) -> Result<Page<(Known, Option<Effect>)>> {
        let now = self.clock.now();
        let known = self.store.suspensions().await?;
        let effects = match about {
            Some((viewer, id)) => Some(self.effects_on(viewer, id, &known).await?),
            None => None,
        };
        let effect = |known: &Known| {
            effects
                .as_ref()
                .map(|effects| effects.get(&known.suspension.id).copied())
        };
        let wanted = |known: &&Known| {
            before.is_none_or(|before| known.opened_index < before)
                && (!current_only || known.suspension.to.is_none_or(|to| to > now))
                && effect(known) != Some(None)
        };
        let found = known.iter().filter(wanted);
        let mut items: Vec<_> = found.map(|known| (known.clone(), effect(known).flatten())).collect();
        items.sort_by_key(|(known, _)| std::cmp::Reverse(known.opened_index));
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Page { items, more })
    }

    /// What suspensions do to the clocks of a request: those that they carry move them, others may explain.
    async fn effects_on(
        &self,
        viewer: &Viewer,
        id: &RequestId,
        known: &KnownSuspensions,
    ) -> Result<BTreeMap<SuspensionId, Effect>> {
        let request = self.store.request_of(viewer, id).await?;
        let request = request.ok_or_else(|| Error::new(ErrorCode::RequestNotFound))?;
        let deadlines = self
            .store
            .deadlines_of([&request])
            .await?
            .remove(id)
            .unwrap_or_default();
        let sender = self.store.agency(&request.sender).await?;
        let recipient = self.store.agency(&request.recipient).await?;
        let (Some(sender), Some(recipient)) = (&sender, &recipient) else {
            return Err(Error::new(ErrorCode::AgencyNotFound));
        };
        let subject = Subject {
            kind: &request.kind,
            sender: Side::of(sender),
            recipient: Side::of(recipient),
        };
        let explaining = apply::explaining(&deadlines, known, &subject);
        let mut effects: BTreeMap<SuspensionId, Effect> = explaining
            .map(|suspension| (suspension.id.clone(), Effect::Explains))
            .collect();
        let carried = deadlines.iter().flat_map(|clock| &clock.suspensions);
        let moving = carried.filter_map(|pause| pause.decided.as_ref());
        effects.extend(moving.map(|decided| (decided.id.clone(), Effect::Moves)));
        Ok(effects)
    }

    /// What a suspension would move among what is open now, on top of those that are known. Memory does not grow with the requests,
    /// and it takes no longer than 20 seconds: then it says that there are more.
    ///
    /// # Errors
    /// Those of [`limits`], and the database's.
    pub async fn try_suspension(&self, actor: &Actor, role: Role, new: NewSuspension) -> Result<(Known, Preview)> {
        let id = SuspensionId::parse(TRIAL_ID).map_err(Error::internal)?;
        let suspension = new.entered(id.clone(), actor);
        let mut known = self.store.suspensions().await?;
        limits::check(&suspension, role, &known, self.clock.now())?;
        let action = SuspensionAction::entering(&suspension);
        let details = SuspensionDetails {
            suspension: Some(suspension),
            to: None,
        };
        let told = Told {
            log_index: i64::MAX,
            subject: TRIAL_ID,
            version: 1,
            action: action.as_str(),
            details: &serde_json::to_string(&details).map_err(Error::internal)?,
        };
        known
            .follow(&told)
            .ok_or_else(|| Error::internal("a trial that does not follow"))?;
        let preview = self.preview(&known).await?;
        let tried = known.get(&id).ok_or_else(|| Error::internal("a trial was lost"))?;
        Ok((tried.clone(), preview))
    }

    async fn preview(&self, known: &KnownSuspensions) -> Result<Preview> {
        let (until, calendar) = (Instant::now() + TRIAL, self.calendar.get());
        let (mut preview, mut after) = (Preview::default(), None);
        let mut agencies: BTreeMap<AgencyCode, Option<Agency>> = BTreeMap::new();
        while Instant::now() < until {
            let requests = self.store.requests_with_clocks(after.as_ref(), PIECE).await?;
            let Some(last) = requests.last() else {
                preview.complete = true;
                break;
            };
            after = Some(last.id.clone());
            let mut deadlines = self.store.deadlines_of(&requests).await?;
            for request in &requests {
                for code in [&request.sender, &request.recipient] {
                    if !agencies.contains_key(code) {
                        agencies.insert(code.clone(), self.store.agency(code).await?);
                    }
                }
                let side = |code| agencies.get(code).and_then(Option::as_ref).map(Side::of);
                let (Some(sender), Some(recipient)) = (side(&request.sender), side(&request.recipient)) else {
                    continue;
                };
                let subject = Subject {
                    kind: &request.kind,
                    sender,
                    recipient,
                };
                let before = deadlines.remove(&request.id).unwrap_or_default();
                let mut then = before.clone();
                let changed = apply::stand_still(&mut then, known, &subject, &calendar);
                preview.requests += i64::from(!changed.is_empty());
                for (was, is) in changed
                    .iter()
                    .filter_map(|index| before.get(*index).zip(then.get(*index)))
                {
                    preview.deadlines += 1;
                    if preview.samples.len() < SAMPLES {
                        preview.samples.push(Sample {
                            request: request.id.clone(),
                            name: was.name.clone(),
                            occurrence: was.occurrence,
                            due: was.due,
                            new_due: is.due,
                        });
                    }
                }
            }
        }
        Ok(preview)
    }
}
