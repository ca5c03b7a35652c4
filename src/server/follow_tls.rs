//! Looks at the files of TLS and at the open connections, every second and at SIGHUP. What has changed is taken; what cannot
//! be taken is told in the log, at once and again as long as it stays so.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::task::AbortOnDropHandle;

use super::connections::Connections;
use super::current_tls::CurrentTls;
use super::settings::TlsSource;
use super::tls_alarm::TlsAlarm;
use super::tls_files::TlsFiles;

/// How often files and connections are looked at. With the two looks that close a connection, and the second in which the
/// registry is followed, this stays well below the 5 seconds of DESIGN section 9.
const EVERY: Duration = Duration::from_secs(1);
/// How often an alarm that stays is told again, and a set that was refused is tried again: its time may have come.
const AGAIN: Duration = Duration::from_mins(1);

/// What the follower knows, for whoever asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsState {
    /// How many times the files were taken in since the start because they had changed.
    pub changes: u64,
    /// What needs a person now.
    pub alarms: Vec<TlsAlarm>,
}

struct Follower {
    tls: Arc<CurrentTls>,
    files: Option<TlsFiles>,
    connections: Connections,
    state: watch::Sender<TlsState>,
    /// The content that was offered last, when, and what was wrong with it.
    offered: Option<([u8; 32], Instant, Vec<TlsAlarm>)>,
    told_at: Instant,
}

/// Starts following; ends when the handle is dropped.
pub(super) fn start(
    tls: Arc<CurrentTls>,
    source: TlsSource,
    connections: Connections,
) -> (AbortOnDropHandle<()>, watch::Receiver<TlsState>) {
    let state = watch::Sender::new(TlsState::default());
    let receiver = state.subscribe();
    let files = match source {
        TlsSource::Files(files) => Some(files),
        TlsSource::Texts(_) => None,
    };
    // Without a handler the signal ends the process.
    let hangup = files.as_ref().and_then(|_| signal(SignalKind::hangup()).ok());
    let follower = Follower {
        tls,
        files,
        connections,
        state,
        offered: None,
        told_at: Instant::now(),
    };
    (AbortOnDropHandle::new(tokio::spawn(follower.run(hangup))), receiver)
}

async fn hung_up(hangup: &mut Option<Signal>) {
    match hangup {
        Some(hangup) => {
            hangup.recv().await;
        }
        None => std::future::pending().await,
    }
}

impl Follower {
    async fn run(mut self, mut hangup: Option<Signal>) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_asked = tokio::select! {
                _ = ticks.tick() => false,
                () = hung_up(&mut hangup) => true,
            };
            self.look_at_files(is_asked).await;
            self.tell(is_asked);
            let cut = self.connections.look(&self.tls.trust(), self.tls.now()).await;
            if cut > 0 {
                tracing::warn!(cut, open = self.connections.count(), "tls.connections.cut");
            }
        }
    }

    async fn look_at_files(&mut self, is_asked: bool) {
        let Some(files) = self.files.clone() else { return };
        let Ok(contents) = tokio::task::spawn_blocking(move || files.read()).await else {
            return;
        };
        let digest = contents.digest;
        let is_new = match &self.offered {
            Some((offered, at, alarms)) => *offered != digest || (!alarms.is_empty() && at.elapsed() >= AGAIN),
            None => true,
        };
        if !is_new && !is_asked {
            return;
        }
        let tls = Arc::clone(&self.tls);
        let Ok(alarms) = tokio::task::spawn_blocking(move || tls.offer(&contents)).await else {
            return;
        };
        let had_changed = self.offered.as_ref().is_some_and(|(offered, _, _)| *offered != digest);
        if had_changed || is_asked {
            tracing::info!(alarms = alarms.len(), "tls.files.changed");
            self.state
                .send_modify(|state| state.changes = state.changes.saturating_add(1));
        }
        self.offered = Some((digest, Instant::now(), alarms));
    }

    /// Logs what is wrong when it is new, and every minute.
    fn tell(&mut self, is_asked: bool) {
        let refused = self.offered.iter().flat_map(|(_, _, alarms)| alarms.iter().copied());
        let alarms: Vec<TlsAlarm> = refused.chain(self.tls.overdue()).collect();
        let is_new = self.state.borrow().alarms != alarms;
        if is_new || is_asked || self.told_at.elapsed() >= AGAIN {
            self.told_at = Instant::now();
            for alarm in &alarms {
                let (event, reason) = alarm.describe();
                tracing::error!(event, reason, detail = %alarm, "tls.alarm");
            }
        }
        if is_new {
            self.state.send_modify(|state| state.alarms = alarms);
        }
    }
}
