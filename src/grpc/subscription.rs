//! An open Subscribe stream: what stands after its positions, then what comes.
//!
//! A message leaves only while its caller may still read: connection, agency, officer and key are confirmed before each.
//! URGENT is looked at again before a waiting NORMAL entry is sent, whenever the bell has rung or a second has passed.
//!
//! A slow client holds up little: the room between this task and the connection is small, and while there is none nothing
//! that was read is kept; it is read again when there is. One that takes nothing for too long is cut, and told after which
//! positions to go on.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use lienthong_proto::v1;
use tokio::sync::futures::Notified;
use tokio::sync::mpsc::OwnedPermit;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_stream::Stream;
use tonic::Status;

use super::convert::mailbox as convert;
use super::status::to_status;
use crate::app::App;
use crate::app::mailbox::{Entry, LOOK_EVERY, Reader};
use crate::auth::directory::Authenticator;
use crate::auth::principal::Principal;
use crate::domain::error::{Error, ErrorCode, Result};
use crate::domain::mailbox::Lane;

/// A message of the stream, or its end.
pub(super) type Item = Result<v1::SubscribeResponse, Status>;

/// Messages between the task and the connection.
const ROOM: usize = 4;
/// Entries read at a time.
const READ_AHEAD: usize = 64;
/// The longest silence.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);

/// The stream as the connection takes it: the messages, then the reason for the end, which needs no room.
#[derive(Debug)]
pub struct Feed {
    messages: mpsc::Receiver<Item>,
    end: oneshot::Receiver<Status>,
    is_over: bool,
}

impl Stream for Feed {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        match self.messages.poll_recv(cx) {
            Poll::Ready(None) => {}
            Poll::Ready(message) => return Poll::Ready(message),
            Poll::Pending => return Poll::Pending,
        }
        // Without a word the task has ended because nobody reads any more.
        let end = Pin::new(&mut self.end).poll(cx);
        end.map(|end| {
            self.is_over = true;
            end.ok().map(Err)
        })
    }
}

/// Why a stream ends.
enum End {
    /// The client has gone, or the hub is stopping and has cut the stream.
    Closed,
    /// The caller may not go on, or reading failed.
    Failed(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The task behind a stream.
pub(super) struct Subscription {
    app: App,
    authenticator: Arc<Authenticator>,
    caller: Arc<Principal>,
    reader: Reader,
    sender: mpsc::Sender<Item>,
    stalled: Duration,
    last_sent: Instant,
}

impl Subscription {
    /// Starts a stream of what `reader` reads. Its task ends when the stream is dropped.
    pub(super) fn start(
        app: App,
        authenticator: Arc<Authenticator>,
        caller: Arc<Principal>,
        reader: Reader,
        stalled: Duration,
    ) -> Feed {
        let (sender, messages) = mpsc::channel(ROOM);
        let (last_word, end) = oneshot::channel();
        let subscription = Self {
            app,
            authenticator,
            caller,
            reader,
            sender,
            stalled,
            last_sent: Instant::now(),
        };
        tokio::spawn(async move {
            if let Err(End::Failed(error)) = subscription.run().await {
                // Fails only if the client has gone.
                drop(last_word.send(to_status(&error)));
            }
        });
        Feed {
            messages,
            end,
            is_over: false,
        }
    }

    /// Runs until the stream ends.
    async fn run(mut self) -> Result<(), End> {
        self.heartbeat().await?;
        let bell = self.reader.bell();
        let mut waiting = VecDeque::new();
        let mut read_at = Instant::now();
        loop {
            // Armed before reading, so that nothing can come unnoticed between reading and waiting.
            let mut rung = pin!(bell.notified());
            rung.as_mut().enable();
            let looked_at = Instant::now();
            let urgent = self.reader.lane(Lane::Urgent, READ_AHEAD).await?;
            if !urgent.is_empty() {
                for entry in urgent {
                    if !self.send_entry(entry, looked_at).await? {
                        waiting.clear();
                        break;
                    }
                }
                self.make_room(&mut waiting).await?;
                continue;
            }
            if waiting.is_empty() || read_at.elapsed() >= LOOK_EVERY {
                read_at = Instant::now();
                waiting = self.reader.lane(Lane::Normal, READ_AHEAD).await?.into();
            }
            if waiting.is_empty() {
                self.wait(rung.as_mut()).await?;
            }
            while let Some(entry) = waiting.pop_front() {
                if !self.send_entry(entry, read_at).await? {
                    waiting.clear();
                    self.make_room(&mut waiting).await?;
                    break;
                }
                if has_rung(rung.as_mut()) || looked_at.elapsed() >= LOOK_EVERY {
                    break;
                }
            }
        }
    }

    /// Waits for the bell, but not longer than until the next look. Ends the stream of a caller who may not go on, and
    /// shows a sign of life when it is due.
    async fn wait(&mut self, rung: Pin<&mut Notified<'_>>) -> Result<(), End> {
        let heartbeat_at = self.last_sent + HEARTBEAT_EVERY;
        let look_at = Instant::now() + LOOK_EVERY;
        tokio::select! {
            () = rung => {}
            () = sleep_until(look_at.min(heartbeat_at)) => {}
            () = self.sender.closed() => return Err(End::Closed),
        }
        self.confirm().await?;
        if Instant::now() >= heartbeat_at {
            self.heartbeat().await
        } else {
            Ok(())
        }
    }

    /// Sends an entry and passes it, if there is room. One that was read too long ago stays, with all after it: it is read again.
    async fn send_entry(&mut self, entry: Entry, read_at: Instant) -> Result<bool, End> {
        self.confirm().await?;
        let Ok(room) = self.sender.clone().try_reserve_owned() else {
            return Ok(false);
        };
        if read_at.elapsed() < LOOK_EVERY && self.reader.is_next(&entry.entry) {
            self.reader.pass(&entry.entry);
            self.last_sent = Instant::now();
            room.send(Ok(convert::streamed(entry)));
        }
        Ok(true)
    }

    /// Waits until there is room for a message. What was read is let go first, if there is none.
    async fn make_room(&mut self, waiting: &mut VecDeque<Entry>) -> Result<(), End> {
        if self.sender.capacity() == 0 {
            waiting.clear();
        }
        self.room().await.map(drop)
    }

    async fn heartbeat(&mut self) -> Result<(), End> {
        let room = self.room().await?;
        let last_positions = self.app.last_positions(self.reader.agency()).await?;
        self.last_sent = Instant::now();
        room.send(Ok(convert::heartbeat(self.app.clock.now(), &last_positions)));
        Ok(())
    }

    /// Room for a message, for a caller who may still read. A client that takes nothing is watched meanwhile, and cut at last.
    async fn room(&mut self) -> Result<OwnedPermit<Item>, End> {
        let stalled_at = Instant::now() + self.stalled;
        loop {
            let room = timeout(LOOK_EVERY, self.sender.clone().reserve_owned()).await;
            self.confirm().await?;
            if let Ok(room) = room {
                return room.or(Err(End::Closed));
            }
            if Instant::now() >= stalled_at {
                return Err(End::Failed(self.reader_stalled()));
            }
        }
    }

    /// What a reader is told that takes nothing: all that it was sent goes up to these positions.
    fn reader_stalled(&self) -> Error {
        let position = |lane| self.reader.position(lane).to_string();
        Error::new(ErrorCode::ReaderStalled)
            .with("resume_after_urgent", position(Lane::Urgent))
            .with("resume_after_normal", position(Lane::Normal))
            .retry_after_millis(1_000)
    }

    async fn confirm(&mut self) -> Result<(), End> {
        self.caller = self.authenticator.confirm(&self.caller).await?;
        Ok(())
    }
}

/// Whether the bell has rung since it was armed.
fn has_rung(rung: Pin<&mut Notified<'_>>) -> bool {
    matches!(rung.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(()))
}
