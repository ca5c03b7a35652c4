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
use crate::store::rows::NamingDocument;

/// Documents of one order that are opened, the newest.
const MOST_STATEMENTS: usize = 10;
/// Bodies that are open at a time.
const BODIES: usize = 50;

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
    Outside(MeasureView),
}

/// An order or a measure that names an account.
#[derive(Debug, Clone)]
pub struct AccountHold {
    /// What it is.
    pub held: Held,
    /// What the order does to the account.
    pub purpose: OrderPurpose,
    /// The decision behind it; none if the order's content is erased and no measure came of it.
    pub decision: Option<DecisionRef>,
    /// What its documents say of the account, oldest first.
    pub statements: Vec<AccountStatement>,
    /// How many older documents are left off.
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
    /// The objects of its payload that name the account.
    pub lines: Vec<AccountLine>,
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

/// What was read of a page.
#[derive(Default)]
struct Found {
    statements: BTreeMap<RequestId, Vec<AccountStatement>>,
    decisions: BTreeMap<RequestId, DecisionRef>,
    /// Requests whose documents name another authority's hold on the account.
    prior_holds: BTreeSet<RequestId>,
}

impl App {
    /// What is known to hold an account, at one holder or (none) at all, as far as `viewer` may see it, after `after`.
    ///
    /// # Errors
    /// UNAVAILABLE if the hub cannot open the key by which accounts are found.
    pub async fn account_holds(
        &self,
        viewer: &Viewer,
        (account, holder): (&AccountNumber, Option<&AgencyCode>),
        after: Option<&RelatedId>,
        limit: usize,
    ) -> Result<AccountHolds> {
        let indexed_from = self.store.accounts_indexed_from().await?;
        let digest = self.store.account_digests([account]).pop();
        let (Some(indexed_from), Some(digest)) = (indexed_from, digest) else {
            return Err(Error::new(ErrorCode::Unavailable).with("reason", "account_key"));
        };
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let found = self.store.subjects_of_account(viewer, &digest, holder, after, one_more);
        let mut subjects = found.await?;
        let more = subjects.len() > limit;
        subjects.truncate(limit);
        let ids: Vec<&RequestId> = subjects.iter().filter_map(RelatedId::request).collect();
        let mut requests = self.store.requests_of(viewer, ids).await?;
        requests.sort_unstable_by(|left, right| left.id.cmp(&right.id));
        let views = self.views(requests).await?;
        let documents = self.store.documents_of_account(&digest, &subjects).await?;
        let mut newest: BTreeMap<RequestId, Vec<NamingDocument>> = BTreeMap::new();
        for document in documents {
            if let Ok(id) = RequestId::parse(&document.subject) {
                newest.entry(id).or_default().push(document);
            }
        }
        let mut left_off = BTreeMap::new();
        for (id, documents) in &mut newest {
            let older = documents.len().saturating_sub(MOST_STATEMENTS);
            documents.drain(..older);
            left_off.insert(id.clone(), older);
        }
        let mut read = self.read_statements(account, &views, &newest).await?;
        let mut holds = self.outside(&subjects).await?;
        for view in views {
            let Some(kind) = self.kind_of(&view.request) else {
                continue;
            };
            let (purpose, id) = (OrderPurpose::of(&kind.definition), view.request.id.clone());
            if purpose == OrderPurpose::Other && !read.prior_holds.contains(&id) {
                continue;
            }
            let of_measure = view.measures.first().map(|measure| measure.decision.clone());
            holds.push(AccountHold {
                purpose,
                decision: read.decisions.remove(&id).or(of_measure),
                statements: read.statements.remove(&id).unwrap_or_default(),
                left_off: left_off.remove(&id).unwrap_or_default(),
                held: Held::ByOrder {
                    effect: kind.definition.effect,
                    view: Box::new(view),
                },
            });
        }
        Ok(AccountHolds {
            page: Page { items: holds, more },
            last: subjects.pop(),
            incomplete: indexed_from > 0,
        })
    }

    /// Those of the subjects that are measures from before or outside the hub.
    async fn outside(&self, subjects: &[RelatedId]) -> Result<Vec<AccountHold>> {
        let ids: Vec<&MeasureId> = subjects.iter().filter_map(RelatedId::measure).collect();
        let measures = self.store.measures_by_ids(ids).await?;
        let hold = |measure: Measure| {
            let kind = self.catalogue.newest(&measure.kind);
            AccountHold {
                purpose: kind.map_or(OrderPurpose::Holds, |kind| OrderPurpose::of(&kind.definition)),
                decision: Some(measure.decision.clone()),
                statements: Vec::new(),
                left_off: 0,
                held: Held::Outside(MeasureView {
                    effect: kind.map_or(Effect::UntilReleased, |kind| kind.definition.effect),
                    measure,
                }),
            }
        };
        Ok(measures.into_iter().map(hold).collect())
    }

    /// Opens the documents of a page, a few at a time, and keeps what they say of the account.
    async fn read_statements(
        &self,
        account: &AccountNumber,
        views: &[RequestView],
        documents: &BTreeMap<RequestId, Vec<NamingDocument>>,
    ) -> Result<Found> {
        let mut found = Found::default();
        let mut wanted: Vec<(i64, &RequestView, Option<&NamingDocument>)> = Vec::new();
        for view in views {
            let naming = documents.get(&view.request.id).map(Vec::as_slice).unwrap_or_default();
            let order = view.request.body_index;
            wanted.extend(naming.iter().map(|document| (document.log_index, view, Some(document))));
            // An order that names no account itself is opened for its number and date.
            if naming.iter().all(|document| document.log_index != order) {
                wanted.push((order, view, None));
            }
        }
        for some in wanted.chunks(BODIES) {
            let indexes: Vec<i64> = some.iter().map(|(index, ..)| *index).collect();
            for body in self.store.bodies(&indexes).await? {
                let Some(content) = &body.content else {
                    continue;
                };
                let text = document_in(&body.media_type, content).map_err(Error::internal)?;
                for (index, view, document) in some.iter().filter(|(index, ..)| *index == body.log_index) {
                    if *index == view.request.body_index {
                        let order: OrderDocument = document::parse(&text).map_err(Error::internal)?;
                        found.decisions.insert(view.request.id.clone(), decision_of(&order));
                    }
                    if let Some((kind, document)) = self.kind_of(&view.request).zip(*document) {
                        found.take(account, kind, view, document, &payload_in(&text)?)?;
                    }
                }
            }
        }
        for statements in found.statements.values_mut() {
            statements.sort_unstable_by_key(|statement| statement.log_index);
        }
        Ok(found)
    }
}

impl Found {
    /// Keeps what a document with this payload says.
    fn take(
        &mut self,
        account: &AccountNumber,
        kind: &Kind,
        view: &RequestView,
        document: &NamingDocument,
        payload: &Value,
    ) -> Result<()> {
        let id = &view.request.id;
        let action: Action = document.action.parse().map_err(Error::internal)?;
        let payload_of = payload_of(action);
        let said = kind.said_of_account(payload_of, payload, account);
        if said.has_prior_hold {
            self.prior_holds.insert(id.clone());
        }
        self.statements.entry(id.clone()).or_default().push(AccountStatement {
            action,
            time: document.time,
            log_index: document.log_index,
            lines: said
                .lines
                .iter()
                .map(|line| line_of(kind.schema_of(payload_of), *line))
                .collect(),
        });
        Ok(())
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
