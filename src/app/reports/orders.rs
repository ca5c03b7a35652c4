//! The orders of judgment transfers, and of requests for judgments: what they state of the judgment.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;

use crate::app::App;
use crate::domain::document::{self, OrderDocument};
use crate::domain::error::{Error, Result};
use crate::domain::request::EnforcementRequest;
use crate::evidence::jws::document_in;

/// Orders that are read from the store at a time.
const AT_ONCE: usize = 8;

/// What an order says of its judgment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stated {
    /// Its number, as the court wrote it.
    pub(super) number: String,
    /// Its date.
    pub(super) date: Date,
    /// When it takes effect.
    pub(super) effective: Option<Date>,
}

#[derive(Deserialize)]
struct Payload {
    effective_date: Option<Date>,
    judgment: Option<Named>,
}

/// A judgment that the payload itself names.
#[derive(Deserialize)]
struct Named {
    number: String,
    date: Date,
}

impl App {
    /// What orders say, by the log index of their orders; those that were erased are left out.
    pub(super) async fn stated<'a>(
        &self,
        requests: impl IntoIterator<Item = &'a EnforcementRequest>,
    ) -> Result<BTreeMap<i64, Stated>> {
        let indexes: BTreeSet<i64> = requests.into_iter().map(|request| request.body_index).collect();
        let indexes: Vec<i64> = indexes.into_iter().collect();
        let mut stated = BTreeMap::new();
        for indexes in indexes.chunks(AT_ONCE) {
            for body in self.store.bodies(indexes).await? {
                let Some(content) = body.content else { continue };
                let document = document_in(&body.media_type, &content).map_err(Error::internal)?;
                let order: OrderDocument = document::parse(&document).map_err(Error::internal)?;
                let payload: Option<Payload> = serde_json::from_str(order.payload.get()).ok();
                let of_the_case = order.case.judgment.map(|judgment| Named {
                    number: judgment.number.as_str().to_owned(),
                    date: judgment.date,
                });
                let (effective, of_the_payload) =
                    payload.map_or((None, None), |payload| (payload.effective_date, payload.judgment));
                if let Some(Named { number, date }) = of_the_case.or(of_the_payload) {
                    let judgment = Stated {
                        number,
                        date,
                        effective,
                    };
                    stated.insert(body.log_index, judgment);
                }
            }
        }
        Ok(stated)
    }
}
