//! The documents behind mailbox entries.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use crate::app::App;
use crate::app::requests::history::SentDocument;
use crate::domain::error::{Error, Result};
use crate::domain::event::EventDetails;
use crate::store::rows::{DeliveredEvent, EventRow};

/// Bytes of documents that one read takes in. A reply must stay below the 4 MiB that gRPC clients take by default.
const MAX_READ_BYTES: i64 = 2 * 1024 * 1024;

/// The log index under which the bytes of an event stand: requests of a broadcast share those of their order.
fn body_index(event: &EventRow) -> Result<i64> {
    let details: EventDetails = serde_json::from_str(&event.details).map_err(Error::internal)?;
    Ok(details.opened.map_or(event.log_index, |opened| opened.body_index))
}

impl App {
    /// Reads the documents of `events`, in their order. If they are too large together, the last events are cut off;
    /// the first always stays. Gives the documents by the log index of their event.
    pub(super) async fn attach_documents(
        &self,
        events: &mut Vec<DeliveredEvent>,
    ) -> Result<BTreeMap<i64, SentDocument>> {
        let indexes: Vec<i64> = events
            .iter()
            .map(|delivered| body_index(&delivered.event))
            .collect::<Result<_>>()?;
        let wanted: Vec<i64> = indexes.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let sizes = self.store.body_sizes(&wanted).await?;
        let mut total = 0_i64;
        let fitting = indexes.iter().take_while(|index| {
            total = total.saturating_add(sizes.get(index).copied().unwrap_or(0));
            total <= MAX_READ_BYTES
        });
        events.truncate(fitting.count().max(1));

        let kept: BTreeSet<i64> = indexes.iter().take(events.len()).copied().collect();
        let kept: Vec<i64> = kept.into_iter().collect();
        let bodies = self.store.bodies(&kept).await?;
        let bodies: BTreeMap<i64, (String, Bytes, Vec<u8>)> = bodies
            .into_iter()
            .filter_map(|body| Some((body.log_index, (body.media_type, body.content?, body.salt?))))
            .collect();
        let found = events.iter().zip(&indexes).filter_map(|(delivered, index)| {
            let (media_type, content, salt) = bodies.get(index)?.clone();
            let log_index = delivered.event.log_index;
            let action = delivered.event.action.parse().ok()?;
            Some((
                log_index,
                SentDocument {
                    log_index,
                    action,
                    media_type,
                    content,
                    salt,
                },
            ))
        });
        Ok(found.collect())
    }
}
