//! Looking whether the hub can serve. The same verdict goes to the gRPC health service, to `GET /healthz/ready`, into the
//! metrics, and into the log when it changes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, watch};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use super::verdict::{Check, Verdict};
use crate::app::ledger::{MAX_SKEW_MICROS, SteadyClock};
use crate::blobs::{BlobFault, Blobs};
use crate::domain::error::{Error, ErrorCode, Localized, Result as HubResult};
use crate::domain::time::Timestamp;
use crate::server::certificates::CertificateEnds;
use crate::server::metrics::{Ends, Metrics};
use crate::server::services;
use crate::signing::LogBreak;
use crate::store::{Outage, SchemaMismatch, Store};

/// How often it is looked without being asked.
const EVERY: Duration = Duration::from_secs(5);
/// A verdict that is younger is given again.
const FRESH: Duration = Duration::from_millis(500);
/// A check that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(3);
/// How often deadlines that wait for the calendar are counted.
const COUNT_EVERY: Duration = Duration::from_mins(1);

/// What is looked at.
pub(in crate::server) struct Parts {
    pub(in crate::server) store: Store,
    pub(in crate::server) blobs: Blobs,
    pub(in crate::server) clock: Arc<SteadyClock>,
    pub(in crate::server) metrics: Arc<Metrics>,
    pub(in crate::server) health: HealthReporter,
    /// The ledger's writer.
    pub(in crate::server) writer: AbortHandle,
    /// Why the ledger refuses writes, if it does.
    pub(in crate::server) outage: watch::Receiver<Option<Outage>>,
    /// How the log does not go on from what this hub has signed, if it does not.
    pub(in crate::server) log_break: watch::Receiver<Option<LogBreak>>,
    pub(in crate::server) draining: CancellationToken,
    /// When the certificates that hold now end.
    pub(in crate::server) certificates: Box<dyn Fn() -> CertificateEnds + Send + Sync>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Parts")
    }
}

/// See the module. It holds no way into the ledger, so that it never keeps a hub from stopping.
#[derive(Debug)]
pub(in crate::server) struct Readiness {
    parts: Parts,
    /// The look at the folder that is under way. A disk that hangs must not hang one more thread at every look.
    probe: Mutex<Option<JoinHandle<Result<(), BlobFault>>>>,
    /// The last verdict. Whoever holds it is the one that looks.
    last: Mutex<Option<(Instant, Verdict)>>,
}

impl Readiness {
    pub(in crate::server) fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            parts,
            probe: Mutex::new(None),
            last: Mutex::new(None),
        })
    }

    /// When the hub's certificate ends; shows the ends of all that holds now.
    fn certificate_end(&self) -> Timestamp {
        let gauges = &self.parts.metrics.gauges;
        let ends = (self.parts.certificates)();
        gauges.ends(Ends::Server, ends.server);
        gauges.ends(Ends::ClientCa, ends.client_ca);
        gauges.ends(Ends::ClientCrl, ends.client_crl);
        ends.server.unwrap_or(Timestamp::from_micros(i64::MAX))
    }

    /// Looks again and again, until the returned handle is dropped.
    pub(in crate::server) fn watch(self: &Arc<Self>) -> AbortOnDropHandle<()> {
        let this = Arc::clone(self);
        AbortOnDropHandle::new(tokio::spawn(async move {
            let mut ticks = tokio::time::interval(EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut counted: Option<Instant> = None;
            loop {
                ticks.tick().await;
                let verdict = this.look().await;
                let is_due = counted.is_none_or(|counted| counted.elapsed() >= COUNT_EVERY);
                if is_due && verdict.is_ready() {
                    counted = Some(Instant::now());
                    this.count().await;
                }
            }
        }))
    }

    async fn count(&self) {
        match self.parts.store.deadlines_pending_calendar().await {
            Ok(count) => self.parts.metrics.gauges.pending_calendar(count),
            Err(error) => tracing::warn!(code = error.code().as_str(), "metrics.count.failed"),
        }
    }

    /// The verdict now.
    pub(super) async fn look(&self) -> Verdict {
        let mut last = self.last.lock().await;
        let is_draining = self.parts.draining.is_cancelled();
        if let Some((when, verdict)) = &*last
            && when.elapsed() < FRESH
            && !is_draining
        {
            return verdict.clone();
        }
        let verdict = self.check_all().await;
        let was_ready = last.as_ref().map(|(_, verdict)| verdict.is_ready());
        self.tell(&verdict, was_ready).await;
        if self.parts.draining.is_cancelled() {
            // The stop may have begun meanwhile; its word is the last.
            self.report(ServingStatus::NotServing).await;
        }
        *last = Some((Instant::now(), verdict.clone()));
        verdict
    }

    /// The hub stops. It says so first, to those who watch its health; then it takes no more calls.
    pub(in crate::server) async fn drain(&self) {
        self.report(ServingStatus::NotServing).await;
        self.parts.draining.cancel();
        self.report(ServingStatus::NotServing).await;
    }

    /// Whether the process should go on: false asks for a restart.
    pub(super) fn is_alive(&self) -> bool {
        self.parts.draining.is_cancelled() || !self.parts.writer.is_finished()
    }

    /// The metrics, with what is read at this moment.
    pub(super) fn metrics(&self) -> Result<String, std::fmt::Error> {
        self.parts.metrics.gauges.pools(&self.parts.store.pool_use());
        self.parts.metrics.text()
    }

    async fn tell(&self, verdict: &Verdict, was_ready: Option<bool>) {
        let checks = verdict.checks.iter();
        self.parts
            .metrics
            .gauges
            .checked(checks.map(|check| (check.name, check.fault.is_none())));
        let is_ready = verdict.is_ready();
        if was_ready == Some(is_ready) {
            return;
        }
        if is_ready {
            tracing::info!("hub.ready");
        } else {
            tracing::warn!(failing = ?verdict.failing(), "hub.not_ready");
        }
        let status = if is_ready {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        };
        self.report(status).await;
    }

    async fn report(&self, status: ServingStatus) {
        services::report(&self.parts.health, status, self.parts.clock.is_sandbox()).await;
    }

    async fn check_all(&self) -> Verdict {
        let time = self.parts.clock.now();
        let mut checks = vec![
            Check::that(
                "draining",
                !self.parts.draining.is_cancelled(),
                "cổng đang dừng",
                "the hub is stopping",
            ),
            Check::that(
                "ledger",
                !self.parts.writer.is_finished(),
                "bộ phận ghi sổ cái đã ngừng; phải khởi động lại cổng",
                "the ledger's writer has ended; the hub must be started again",
            ),
        ];
        checks.push(Check::new("writes", self.parts.outage.borrow().map(writes_fault)));
        checks.push(Check::new("signed_log", self.parts.log_break.borrow().map(log_fault)));
        checks.push(certificate(self.certificate_end(), self.parts.clock.machine_now()));
        // The database is being closed then.
        if !self.parts.draining.is_cancelled() {
            let (database, documents) = tokio::join!(self.database(), self.documents());
            checks.extend(database);
            checks.push(documents);
        }
        Verdict { checks, time }
    }

    /// That it answers, that its schema is right, and that the clock is not behind what it holds.
    async fn database(&self) -> Vec<Check> {
        let store = &self.parts.store;
        let Ok(Ok(head)) = tokio::time::timeout(LIMIT, store.head()).await else {
            return vec![Check::that(
                "database",
                false,
                "cơ sở dữ liệu không trả lời; kiểm tra máy chủ, mạng và đĩa",
                "the database does not answer; check its server, the network and the disk",
            )];
        };
        self.parts.clock.follow(head.hub_time);
        let skew = head.hub_time.micros() - self.parts.clock.now().micros();
        self.parts.metrics.gauges.head(head.frontier.size(), skew);
        let schema = tokio::time::timeout(LIMIT, store.check_schema()).await;
        let schema = schema.unwrap_or_else(|_elapsed| Err(Error::new(ErrorCode::Unavailable)));
        vec![
            Check::new("database", None),
            Check::new("schema", schema_fault(&schema)),
            Check::new("clock", clock_fault(skew, self.parts.clock.leapt())),
        ]
    }

    async fn documents(&self) -> Check {
        let mut probe = self.probe.lock().await;
        let running = probe.get_or_insert_with(|| {
            let blobs = self.parts.blobs.clone();
            tokio::spawn(async move { blobs.check().await.map_err(|(fault, _)| fault) })
        });
        let checked = tokio::time::timeout(LIMIT, running).await;
        if checked.is_ok() {
            *probe = None;
        }
        let fault = match checked {
            Ok(Ok(Ok(()))) => None,
            Ok(Ok(Err(BlobFault::NotWritable)) | Err(_)) | Err(_) => Some(Localized::new(
                "không ghi được vào thư mục tài liệu; kiểm tra quyền và dung lượng đĩa",
                "the folder for documents cannot be written; check its permissions and the disk's free space",
            )),
            Ok(Ok(Err(BlobFault::NotMade | BlobFault::NotAFolder))) => Some(Localized::new(
                "thư mục tài liệu không còn; kiểm tra ổ đĩa đã gắn chưa",
                "the folder for documents is gone; check that its disk is mounted",
            )),
            Ok(Ok(Err(BlobFault::Bucket))) => Some(Localized::new(
                "kho tài liệu (S3) không trả lời hoặc từ chối; kiểm tra mạng và khóa truy cập",
                "the bucket for documents does not answer, or refuses; check the network and the keys",
            )),
        };
        Check::new("documents", fault)
    }
}

fn certificate(end: Timestamp, now: Timestamp) -> Check {
    Check::that(
        "certificate",
        now < end.plus_micros(1_000_000),
        "chứng thư số của cổng đã hết hạn",
        "the hub's certificate has expired",
    )
}

fn log_fault(log_break: LogBreak) -> Localized {
    match log_break {
        LogBreak::Shorter { confirmed, head } => Localized::new(
            format!(
                "nhật ký có {head} mục trong khi cổng này đã ký {confirmed} mục: thiếu các mục {head} đến {}; cổng chỉ cho đọc. Hãy phục hồi bản sao mới hơn",
                confirmed.saturating_sub(1)
            ),
            format!("{log_break}; the hub is read-only. Restore a newer copy"),
        ),
        LogBreak::Forked { confirmed } => Localized::new(
            format!(
                "{confirmed} mục đầu của nhật ký không phải những mục mà cổng này đã ký; cổng chỉ cho đọc. Không sửa gì thêm, giữ nguyên cơ sở dữ liệu để kiểm tra"
            ),
            format!("{log_break}; the hub is read-only. Keep the database as it is for an examination"),
        ),
        LogBreak::Retired => Localized::new(
            "khóa ký nhật ký của cổng này đã bị cho thôi dùng; cổng chỉ cho đọc. Hãy chạy với khóa mới (--new-signer và một thư mục trống)",
            format!("{log_break}; the hub is read-only. Run it with new keys (--new-signer and an empty folder)"),
        ),
    }
}

fn clock_fault(skew: i64, leapt: Option<Duration>) -> Option<Localized> {
    if skew > MAX_SKEW_MICROS {
        return Some(Localized::new(
            "đồng hồ máy chậm hơn mục nhật ký cuối trên 2 giây nên không ghi được; kiểm tra đồng bộ giờ (NTP)",
            "the clock is more than 2 s behind the log's last entry, so writes are refused; check NTP",
        ));
    }
    let seconds = leapt?.as_secs();
    Some(Localized::new(
        format!(
            "đồng hồ máy nhảy tới trước {seconds} giây nên tạm ngừng ghi; chỉnh lại giờ (NTP), hoặc khởi động lại cổng nếu giờ mới là đúng"
        ),
        format!(
            "the clock has leapt ahead by {seconds} s, so writes are refused; put it right (NTP), or restart the hub if the new time is right"
        ),
    ))
}

fn writes_fault(outage: Outage) -> Localized {
    match outage {
        Outage::StorageFull => Localized::new(
            "đĩa của cơ sở dữ liệu đã đầy nên không ghi được; hãy giải phóng dung lượng, cổng sẽ tự ghi tiếp",
            "the database's disk is full, so writes are refused; make room, and the hub goes on by itself",
        ),
        Outage::Away | Outage::Busy => Localized::new(
            "cơ sở dữ liệu không nhận ghi; kiểm tra máy chủ, mạng và đĩa, cổng sẽ tự ghi tiếp",
            "the database takes no write; check its server, the network and the disk, and the hub goes on by itself",
        ),
    }
}

fn schema_fault(schema: &HubResult<Result<(), SchemaMismatch>>) -> Option<Localized> {
    match schema {
        Ok(Ok(())) => None,
        Ok(Err(mismatch)) => Some(Localized::new(
            "cấu trúc cơ sở dữ liệu không đúng với chương trình này; xem: lienthong migrate",
            format!("{mismatch}; see: lienthong migrate"),
        )),
        Err(_) => Some(Localized::new(
            "không đọc được cấu trúc cơ sở dữ liệu",
            "the database's schema cannot be read",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::ledger::LedgerMeter;
    use crate::domain::time::ManualClock;
    use crate::server::metrics::AcceptMeter;
    use crate::store::Database;

    /// Over an empty database in `folder`, with a writer that runs for ever or has ended.
    async fn readiness(folder: &std::path::Path, writer_runs: bool) -> Arc<Readiness> {
        let now = Timestamp::parse_rfc3339("2026-11-20T09:00:00+07:00").unwrap();
        let store = Store::connect(&Database::Sqlite(folder.join("hub.db"))).await.unwrap();
        store.migrate().await.unwrap();
        let writer = tokio::spawn(async move {
            if writer_runs {
                std::future::pending::<()>().await;
            }
        });
        let handle = writer.abort_handle();
        if !writer_runs {
            writer.await.unwrap();
        }
        let parts = Parts {
            store,
            blobs: Blobs::open(&folder.join("documents").into()).await.unwrap(),
            clock: Arc::new(SteadyClock::new(Arc::new(ManualClock::new(now)))),
            metrics: Arc::new(Metrics::new(&AcceptMeter::default(), &LedgerMeter::default())),
            health: HealthReporter::new(),
            writer: handle,
            outage: watch::channel(None).1,
            log_break: watch::channel(None).1,
            draining: CancellationToken::new(),
            certificates: Box::new(CertificateEnds::default),
        };
        Readiness::new(parts)
    }

    #[tokio::test]
    async fn a_ledger_whose_writer_has_ended_is_neither_ready_nor_alive() {
        let folder = tempfile::tempdir().unwrap();
        let running = readiness(folder.path(), true).await;
        assert_eq!(running.look().await.failing(), [""; 0]);
        assert!(running.is_alive());
        let ended = readiness(folder.path(), false).await;
        assert_eq!(ended.look().await.failing(), ["ledger"]);
        assert!(!ended.is_alive());
    }

    #[tokio::test]
    async fn a_hub_that_stops_says_so_at_once_and_asks_for_no_restart() {
        let folder = tempfile::tempdir().unwrap();
        let readiness = readiness(folder.path(), true).await;
        assert!(readiness.look().await.is_ready());
        readiness.drain().await;
        assert_eq!(readiness.look().await.failing(), ["draining"]);
        assert!(readiness.is_alive());
    }

    #[test]
    fn a_certificate_holds_through_the_second_that_it_names() {
        let end = Timestamp::from_micros(10_000_000);
        assert_eq!(certificate(end, end).fault, None);
        assert!(certificate(end, end.plus_micros(1_000_000)).fault.is_some());
    }
}
