//! GetBundle: a stream of everything that proves a request, each piece read when there is room for it.

use std::sync::Arc;

use bytes::Bytes;
use lienthong_proto::v1;
use lienthong_proto::v1::get_bundle_response::Part;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::convert::receipt::{checkpoint, hashes};
use super::status::to_status;
use crate::app::bundle::{Bundle, BundleEntry};
use crate::auth::directory::Authenticator;
use crate::auth::principal::Principal;
use crate::domain::error::Result;
use crate::evidence::jws::MAX_JWS_BYTES;

/// Entries between the database and the connection.
const ROOM: usize = 4;

/// Most bytes of content in a message: no signed document has more.
const PIECE: usize = MAX_JWS_BYTES;

/// A message of the stream, or its end.
pub(super) type Item = Result<v1::GetBundleResponse, Status>;

/// Starts to send. Every piece is read only while the caller may still act; it ends early if the client has gone.
pub(super) fn start(bundle: Bundle, caller: Arc<Principal>, authenticator: Arc<Authenticator>) -> ReceiverStream<Item> {
    let (sender, receiver) = mpsc::channel(ROOM);
    tokio::spawn(async move {
        if let Err(error) = send(bundle, caller, &authenticator, &sender).await {
            // Fails only if the client has gone.
            drop(sender.send(Err(to_status(&error))).await);
        }
    });
    ReceiverStream::new(receiver)
}

async fn send(
    mut bundle: Bundle,
    mut caller: Arc<Principal>,
    authenticator: &Authenticator,
    sender: &mpsc::Sender<Item>,
) -> Result<()> {
    let head = v1::BundleHead {
        checkpoint: Some(checkpoint(&bundle.checkpoint)),
        hub_keys: bundle.keys.iter().map(|row| row.key.to_string()).collect(),
    };
    let mut parts = vec![Part::Head(head)];
    loop {
        for part in parts {
            let message = v1::GetBundleResponse { part: Some(part) };
            if sender.send(Ok(message)).await.is_err() {
                return Ok(());
            }
        }
        caller = authenticator.confirm(&caller).await?;
        let Some(entries) = while_heard(sender, bundle.next()).await.transpose()? else {
            return Ok(());
        };
        if entries.is_empty() {
            return Ok(());
        }
        parts = entries.into_iter().flat_map(parts_of).collect();
    }
}

/// An entry, and what of its content is too large for one message.
fn parts_of(entry: BundleEntry) -> Vec<Part> {
    let mut entry = encoded(entry);
    let mut pieces = Bytes::new();
    if entry.content.len() > PIECE {
        pieces = std::mem::take(&mut entry.content);
        entry.size_in_pieces = i64::try_from(pieces.len()).unwrap_or(i64::MAX);
    }
    let mut parts = vec![Part::Entry(entry)];
    while !pieces.is_empty() {
        parts.push(Part::Piece(pieces.split_to(PIECE.min(pieces.len()))));
    }
    parts
}

/// What comes of `work`; nothing as soon as the client has gone. Much of a registry may be read in which there is nothing to send.
async fn while_heard<T>(sender: &mpsc::Sender<Item>, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        () = sender.closed() => None,
        done = work => Some(done),
    }
}

fn encoded(entry: BundleEntry) -> v1::BundleEntry {
    let event = entry.event;
    let (media_type, content, salt) = entry
        .body
        .map(|body| (body.media_type, body.content, body.salt))
        .unwrap_or_default();
    v1::BundleEntry {
        leaf: entry.leaf.into(),
        inclusion_proof: hashes(&entry.proof),
        party: event.party.map(|party| party.as_str().to_owned()).unwrap_or_default(),
        details: event.details,
        media_type,
        content: content.unwrap_or_default(),
        content_salt: salt.unwrap_or_default().into(),
        size_in_pieces: 0,
        erased_log_indexes: entry.erased,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reading_ends_when_the_client_has_gone_and_not_before() {
        let (sender, receiver) = mpsc::channel(ROOM);
        assert_eq!(while_heard(&sender, std::future::ready(7)).await, Some(7));
        let reading = while_heard(&sender, std::future::pending::<()>());
        let (read, ()) = tokio::join!(reading, async { drop(receiver) });
        assert_eq!(read, None);
    }
}
