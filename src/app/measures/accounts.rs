//! All that is known to hold one account: the orders that name it and the measures that came of them
//! ([decision 0039](../../../docs/decisions/0039-holds-on-an-account.md)). The hub shows; it allots nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::MeasureView;
use super::indexing::{payload_in, payload_of};
use crate::app::App;
use crate::app::requests::list::Page;
use crate::app::views::RequestView;
use crate::domain::account::AccountNumber;
use crate::domain::catalogue::Kind;
use crate::domain::catalogue::account::Line;
use crate::domain::catalogue::definition::Effect;
use crate::domain::catalogue::schema::Schema;
use crate::domain::document::{self, OrderDocument};
use crate::domain::enforcement_case::OrderPurpose;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::event::{DecisionRef, Measure};
use crate::domain::ids::{AgencyCode, MeasureId, RelatedId, RequestId};
use crate::domain::print::in_words;
use crate::domain::time::Timestamp;
use crate::domain::viewer::Viewer;
use crate::domain::workflow::Action;
use crate::evidence::jws::document_in;
use crate::sealing::AccountDigest;
use crate::store::rows::NamingDocument;

/// Documents of one order that are opened: its own and the newest others.
const MOST_STATEMENTS: usize = 10;
/// Bodies that are open at a time.
const BODIES: usize = 20;
/// Bytes of what one document says of an account.
const STATEMENT_BYTES: usize = 64 * 1024;
/// Bytes of what a page says: with more the page ends there.
const PAGE_BYTES: usize = 1024 * 1024;

/// What holds an account.
#[derive(Debug, Clone)]
pub enum Held {
    /// An order that names it, with the measures that came of it.
    ByOrder {
        /// The order.
        view: Box<RequestView>,
        /// How long what its kind asks for stays in force.
        effect: Effect,
    },
    /// A measure from before or outside the hub.
    Outside(Box<MeasureView>),
}

/// An order or a measure that names an account.
#[derive(Debug, Clone)]
pub struct AccountHold {
    /// What it is.
    pub held: Held,
    /// What the order does to the account.
    pub purpose: OrderPurpose,
    /// The decision behind it; none if the order cannot be read and no measure came of it.
    pub decision: Option<DecisionRef>,
    /// The agency that made it, whoever has taken over from it since; none as above.
    pub authority: Option<AgencyCode>,
    /// What its documents say of the account, oldest first.
    pub statements: Vec<AccountStatement>,
    /// How many documents are left off: older ones, and those that cannot be opened.
    pub left_off: usize,
}

/// What one document says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountStatement {
    /// Of which step.
    pub action: Action,
    /// When it was entered.
    pub time: Timestamp,
    /// Its entry.
    pub log_index: i64,
    /// Whether no later one of the same request has taken its place: an answer takes that of the order, and the next result that of an answer.
    pub current: bool,
    /// The objects of its payload that name the account.
    pub lines: Vec<AccountLine>,
    /// Of how many more lines there was no room.
    pub left_off: usize,
    has_prior_hold: bool,
}

/// An object of a payload that names an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLine {
    /// As JSON text.
    pub json: String,
    /// In Vietnamese, with the titles and labels of the schema.
    pub words: String,
}

/// A page of what names an account.
#[derive(Debug, Clone)]
pub struct AccountHolds {
    /// Measures from before or outside the hub, then orders, oldest first.
    pub page: Page<AccountHold>,
    /// After what the next page begins.
    pub last: Option<RelatedId>,
    /// Whether older documents are still being looked through.
    pub incomplete: bool,
}

/// What was read of a request.
#[derive(Debug, Default)]
struct Read {
    statements: Vec<AccountStatement>,
    order: Option<(DecisionRef, AgencyCode)>,
    bytes: usize,
}

impl App {
    /// What stands for an account.
    ///
    /// # Errors
    /// UNAVAILABLE if the hub cannot open the key by which accounts are found.
    pub fn account_digest(&self, account: &AccountNumber) -> Result<AccountDigest> {
        let digest = self.store.account_digests([account]).pop();
        digest.ok_or_else(|| Error::new(ErrorCode::Unavailable).with("reason", "account_key"))
    }

    /// What is known to hold an account, at one holder or (none) at all, as far as `viewer` may see it, after `after`. Ends before
    /// `limit` if there is more to say than a page holds.
    ///
    /// # Errors
    /// As [`App::account_digest`].
    pub async fn account_holds(
        &self,
        viewer: &Viewer,
        (account, holder): (&AccountNumber, Option<&AgencyCode>),
        after: Option<&RelatedId>,
        limit: usize,
    ) -> Result<AccountHolds> {
        let digest = self.account_digest(account)?;
        let incomplete = self.store.accounts_indexed_from().await? != Some(0);
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let found = self.store.subjects_of_account(viewer, &digest, holder, after, one_more);
        let mut subjects = found.await?;
        let mut more = subjects.len() > limit;
        subjects.truncate(limit);
        let mut last = subjects.last().cloned();
        let ids: Vec<&RequestId> = subjects.iter().filter_map(RelatedId::request).collect();
        let reports = self.store.newest_reports(ids.iter().copied()).await?;
        let mut requests = self.store.requests_of(viewer, ids).await?;
        requests.sort_unstable_by(|left, right| left.id.cmp(&right.id));
        let mut documents: BTreeMap<String, Vec<NamingDocument>> = BTreeMap::new();
        for document in self.store.documents_of_account(&digest, &subjects).await? {
            documents.entry(document.subject.clone()).or_default().push(document);
        }
        let mut holds = self.outside(&subjects).await?;
        let mut bytes = 0;
        for view in self.views(requests).await? {
            if bytes > PAGE_BYTES {
                more = true;
                break;
            }
            let id = view.request.id.clone();
            last = Some(RelatedId::Request(id.clone()));
            let Some(kind) = self.kind_of(&view.request) else {
                continue;
            };
            let mut naming = documents.remove(id.as_str()).unwrap_or_default();
            let of_order = usize::from(
                naming
                    .first()
                    .is_some_and(|first| first.action == Action::Submit.as_str()),
            );
            let older = naming.len().saturating_sub(MOST_STATEMENTS);
            naming.drain(of_order..of_order + older);
            let mut read = self.read_statements(account, (&view, kind), &naming).await?;
            mark_current(&mut read.statements, &view, reports.get(&id).copied());
            let purpose = OrderPurpose::of(&kind.definition);
            let names_a_hold = |statement: &AccountStatement| statement.current && statement.has_prior_hold;
            if purpose == OrderPurpose::Other && !read.statements.iter().any(names_a_hold) {
                continue;
            }
            bytes += read.bytes;
            let (decision, authority) = read.order.unzip();
            let of_measure = view.measures.first().map(|measure| measure.decision.clone());
            holds.push(AccountHold {
                purpose,
                decision: decision.or(of_measure),
                authority,
                left_off: older + naming.len() - read.statements.len(),
                statements: read.statements,
                held: Held::ByOrder {
                    effect: kind.definition.effect,
                    view: Box::new(view),
                },
            });
        }
        Ok(AccountHolds {
            page: Page { items: holds, more },
            last,
            incomplete,
        })
    }

    /// Those of the subjects that are measures from before or outside the hub.
    async fn outside(&self, subjects: &[RelatedId]) -> Result<Vec<AccountHold>> {
        let ids: Vec<&MeasureId> = subjects.iter().filter_map(RelatedId::measure).collect();
        let mut measures = self.store.measures_by_ids(ids).await?;
        measures.sort_unstable_by(|left, right| left.id.cmp(&right.id));
        let hold = |measure: Measure| {
            let kind = self.catalogue.newest(&measure.kind);
            AccountHold {
                purpose: kind.map_or(OrderPurpose::Holds, |kind| OrderPurpose::of(&kind.definition)),
                decision: Some(measure.decision.clone()),
                authority: Some(measure.issuer.clone()),
                statements: Vec::new(),
                left_off: 0,
                held: Held::Outside(Box::new(MeasureView {
                    effect: kind.map_or(Effect::UntilReleased, |kind| kind.definition.effect),
                    measure,
                })),
            }
        };
        Ok(measures.into_iter().map(hold).collect())
    }

    /// Opens a request's order and the documents that name the account, a few at a time, and keeps what they say of it.
    async fn read_statements(
        &self,
        account: &AccountNumber,
        (view, kind): (&RequestView, &Kind),
        naming: &[NamingDocument],
    ) -> Result<Read> {
        let mut read = Read::default();
        let order = view.request.body_index;
        let indexes: BTreeSet<i64> = naming
            .iter()
            .map(|document| document.log_index)
            .chain([order])
            .collect();
        let indexes: Vec<i64> = indexes.into_iter().collect();
        for some in indexes.chunks(BODIES) {
            let (bodies, _unread) = self.bodies_that_open(some).await?;
            for body in bodies {
                let Some(content) = &body.content else {
                    continue;
                };
                let text = document_in(&body.media_type, content).map_err(Error::internal)?;
                if body.log_index == order {
                    let order: OrderDocument = document::parse(&text).map_err(Error::internal)?;
                    read.order = Some((decision_of(&order), order.agency));
                }
                if let Some(document) = naming.iter().find(|document| document.log_index == body.log_index) {
                    read.take(account, kind, document, &payload_in(&text)?)?;
                }
            }
        }
        read.statements.sort_unstable_by_key(|statement| statement.log_index);
        Ok(read)
    }
}

impl Read {
    /// Keeps what a document with this payload says.
    fn take(&mut self, account: &AccountNumber, kind: &Kind, document: &NamingDocument, payload: &Value) -> Result<()> {
        let action: Action = document.action.parse().map_err(Error::internal)?;
        let payload_of = payload_of(action);
        let said = kind.said_of_account(payload_of, payload, account);
        let schema = kind.schema_of(payload_of);
        let (mut lines, mut bytes) = (Vec::new(), 0);
        for line in &said.lines {
            let line = line_of(schema, *line);
            bytes += line.json.len() + line.words.len();
            if bytes > STATEMENT_BYTES {
                break;
            }
            self.bytes += line.json.len() + line.words.len();
            lines.push(line);
        }
        self.statements.push(AccountStatement {
            action,
            time: document.time,
            log_index: document.log_index,
            current: false,
            left_off: said.lines.len() - lines.len(),
            lines,
            has_prior_hold: said.has_prior_hold,
        });
        Ok(())
    }
}

/// Says which statements stand: the newest result, or else the order and what was told of its progress last.
fn mark_current(statements: &mut [AccountStatement], view: &RequestView, newest_report: Option<i64>) {
    let result = view.request.answer_index.max(newest_report);
    let progress = statements
        .iter()
        .rfind(|statement| statement.action == Action::AnswerInterim);
    let progress = progress.map(|statement| statement.log_index);
    for statement in statements {
        statement.current = match result {
            Some(result) => statement.log_index == result,
            None => statement.action == Action::Submit || Some(statement.log_index) == progress,
        };
    }
}

fn line_of(schema: &Schema, line: Line<'_, '_>) -> AccountLine {
    AccountLine {
        json: line.value.to_string(),
        words: in_words(schema.document(), line.node, line.value),
    }
}

fn decision_of(order: &OrderDocument) -> DecisionRef {
    DecisionRef {
        number: order.head.full_number(),
        date: order.head.date,
        office: None,
    }
}
