//! A hub from start to stop.
//!
//! Stopping: health says NOT_SERVING → no new connection, no new call → calls under way finish, waiting reads and open
//! streams are ended → the ledger commits what is queued → the database is closed.

use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use super::admission::AdmissionLayer;
use super::call_timeout::CallTimeoutLayer;
use super::catch_panic::CatchPanicLayer;
use super::connections::Connections;
use super::current_tls::CurrentTls;
use super::drain::DrainLayer;
use super::follow_tls::TlsState;
use super::journal::Journal;
use super::keep_trust::{self, InForce};
use super::masters::open_content;
use super::metrics::{AcceptMeter, CallerLayer, MeterLayer, Metrics, RequestIds};
use super::operations::{self, Listener, Readiness};
use super::settings::{HubSettings, ServerLimits, SignerPlace, TlsPems};
use super::start_error::StartError;
use super::tls::{Incoming, TlsConfigError};
use super::tonic_errors::TonicErrorsLayer;
use super::{catalogue_folder, follow, follow_tls, hints, jobs, rewrap, sandbox, services, timers, webhooks};
use crate::app::documents::Documents;
use crate::app::ledger::check_log;
use crate::app::{App, Parts, calendar};
use crate::auth::admission::Admission;
use crate::auth::directory::Authenticator;
use crate::auth::trust::seals::SealTrust;
use crate::blobs::{Blobs, DocumentPlace};
use crate::domain::calendar::Calendar;
use crate::domain::ids::IdSource;
use crate::domain::time::Clock;
use crate::grpc::auth_layer::AuthLayer;
use crate::signing::Signer;
use crate::store::{ConnectError, Database, SchemaChange, Store};

/// How long the ledger may take to commit what is queued, after the last call has ended.
const LEDGER_DRAIN: Duration = Duration::from_secs(4);

/// How long it may take to tell the log that the hub ends.
const TELL_LIMIT: Duration = Duration::from_secs(2);

/// The way to start a hub.
#[derive(Debug)]
pub struct Hub;

/// What opening a database may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Makes the SQLite file if it is missing, and the schema.
    Create,
    /// Brings the schema up to date.
    Upgrade,
    /// Nothing: another schema than this binary's is refused.
    AsItIs,
}

/// An opened database, ready for use. A SQLite file is locked against other processes while this lives.
#[derive(Debug)]
pub struct OpenDatabase {
    /// The database.
    pub store: Store,
    /// What opening it did to its schema.
    pub schema: SchemaChange,
    _lock: Option<Arc<File>>,
}

impl OpenDatabase {
    /// Opens `database`, checks its settings, and brings its schema up to date as far as `opening` says.
    pub async fn open(database: &Database, opening: Opening) -> Result<Self, StartError> {
        if opening != Opening::Create {
            database.must_exist()?;
        }
        let lock = database.lock()?;
        let store = Store::connect(database).await?;
        let schema = if opening == Opening::AsItIs {
            store.check_schema().await.map_err(StartError::Schema)??;
            SchemaChange::Unchanged
        } else {
            store.migrate().await?
        };
        Ok(Self {
            store,
            schema,
            _lock: lock,
        })
    }

    /// Opens a database to bring another one's data into it: makes it if it is missing, refuses it if anything is in it, and
    /// then makes the schema.
    pub async fn open_empty(database: &Database) -> Result<Self, StartError> {
        let lock = database.lock()?;
        let store = Store::connect(database).await?;
        if let Some(table) = store.occupied_by().await.map_err(StartError::Schema)? {
            store.close().await;
            return Err(StartError::Occupied(table));
        }
        let schema = store.migrate().await?;
        Ok(Self {
            store,
            schema,
            _lock: lock,
        })
    }

    /// Refuses a database that belongs to another hub than `hub_id`.
    pub async fn require_hub(&self, hub_id: &str) -> Result<(), StartError> {
        match self.store.hub_id().await.map_err(StartError::Schema)? {
            Some(owner) if owner != hub_id => Err(StartError::OtherHub { owner }),
            Some(_) | None => Ok(()),
        }
    }

    /// Closes it. The lock goes last.
    pub async fn close(self) {
        self.store.close().await;
    }
}

/// A hub that serves. Dropping it stops it without waiting for anything; [`Running::stop`] is the way to end it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    app: App,
    authenticator: Arc<Authenticator>,
    limits: ServerLimits,
    tls: Arc<CurrentTls>,
    tls_state: watch::Receiver<TlsState>,
    tls_follower: AbortOnDropHandle<()>,
    connections: Connections,
    readiness: Arc<Readiness>,
    watch: AbortOnDropHandle<()>,
    metrics: Option<Listener>,
    server: AbortOnDropHandle<Result<(), tonic::transport::Error>>,
    writer: JoinHandle<()>,
    follower: AbortOnDropHandle<()>,
    jobs: AbortOnDropHandle<()>,
    timers: AbortOnDropHandle<()>,
    hints: AbortOnDropHandle<()>,
    trust_keeper: AbortOnDropHandle<()>,
    rewrapping: AbortOnDropHandle<()>,
    journal: Journal,
    database: OpenDatabase,
}

/// How a hub ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Everything under way was finished.
    Drained,
    /// Some calls did not end in time and were cut. What had been acknowledged is safe all the same.
    CutShort,
}

/// Opens the place of documents.
///
/// # Errors
/// [`StartError::Documents`].
pub async fn open_documents(place: &DocumentPlace) -> Result<Blobs, StartError> {
    let opened = Blobs::open(place).await;
    opened.map_err(|(fault, source)| StartError::Documents {
        place: place.to_string(),
        fault,
        source,
    })
}

/// Opens the hub's signing keys, or makes them.
///
/// # Errors
/// [`StartError::Signer`].
pub fn open_signer(place: &SignerPlace, hub_id: &str) -> Result<Signer, StartError> {
    if place.may_be_new && !Signer::exists(&place.folder) {
        Ok(Signer::create(&place.folder, hub_id)?)
    } else {
        Ok(Signer::open(&place.folder, hub_id)?)
    }
}

/// Sees to it that the log knows the keys that this hub signs with.
///
/// # Errors
/// [`StartError::SignerNotRegistered`] if it does not and new ones are not expected.
pub async fn require_registered(app: &App, place: &SignerPlace) -> Result<(), StartError> {
    let known = app.hub_keys().await.map_err(StartError::Schema)?;
    if known.iter().any(|known| known.key == app.hub_key) {
        return Ok(());
    }
    if !place.may_be_new {
        return Err(StartError::SignerNotRegistered(place.folder.clone()));
    }
    app.register_hub_key(app.hub_key.clone())
        .await
        .map_err(StartError::Schema)?;
    tracing::info!(key = %app.hub_key, "signer.registered");
    Ok(())
}

impl Hub {
    /// Opens the database, checks everything, and serves. When this returns, connections are accepted.
    ///
    /// # Errors
    /// [`StartError`]; nothing is left running then.
    pub async fn start(
        settings: HubSettings,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Running, StartError> {
        let limits = settings.limits;
        let catalogue = catalogue_folder::load(settings.catalogue.as_deref())?;
        if let Err(broken) = catalogue.fits(limits.uploads.bytes) {
            // The hub's own limit is the smaller one then.
            tracing::warn!(%broken, "catalogue.above_document_limit");
        }
        let calendar = Arc::new(Calendar::embedded()?);
        let tls = Arc::new(CurrentTls::new(&settings.tls, Arc::clone(&clock))?);
        let (machine, clock) = (Arc::clone(&clock), sandbox::clock_of(&settings, clock)?);
        let mut database = {
            let opening = if settings.migrate {
                Opening::Upgrade
            } else {
                Opening::AsItIs
            };
            OpenDatabase::open(&settings.database, opening).await?
        };
        if !database.store.is_initialised().await.map_err(StartError::Schema)? {
            return Err(StartError::NotInitialised);
        }
        database.require_hub(&settings.hub_id).await?;
        catalogue_folder::require(
            &catalogue,
            database.store.kinds_in_use().await.map_err(StartError::Schema)?,
        )?;
        database.store = Box::pin(open_content(database.store, &settings.masters, &*ids)).await?;
        let blobs = open_documents(&settings.documents).await?;
        let mut signer = open_signer(&settings.signer, &settings.hub_id)?;
        let log_break = check_log(&database.store, &mut signer)
            .await
            .map_err(ConnectError::Open)?
            .err();
        let address = settings.listen;
        let cannot_listen = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;

        let hub_id: Arc<str> = settings.hub_id.into();
        let (app, writer) = App::start(Parts {
            hub_id: Arc::clone(&hub_id),
            store: database.store.clone(),
            catalogue,
            calendar: Arc::clone(&calendar),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            signer,
            ledger: settings.ledger,
            trust: Some(Arc::new(SealTrust::new(tls.anchors(), tls.crls()))),
        });
        app.follow_clock().await.map_err(StartError::Schema)?;
        let mut in_force = InForce {
            anchors: tls.anchors(),
            crls: tls.crls(),
        };
        if let Some(log_break) = log_break {
            tracing::error!(reason = %log_break, "ledger.read_only");
            app.keep_account_key(&*ids).await.map_err(StartError::Schema)?;
        } else {
            require_registered(&app, &settings.signer).await?;
            app.keep_account_key(&*ids).await.map_err(StartError::Schema)?;
            app.destroy_again().await.map_err(StartError::Schema)?;
            calendar::bring_in(&app.store, &app.ledger, &calendar)
                .await
                .map_err(StartError::CalendarDays)?;
            Box::pin(app.state_catalogue()).await.map_err(StartError::Schema)?;
            app.keep_trust(&in_force.papers()).await.map_err(StartError::Schema)?;
        }
        let journal = Journal::new(&machine, &ids);
        let pending = Box::pin(journal.start(&app, database.schema, settings.settings_sha256)).await;
        let pending = pending.map_err(StartError::Schema)?;
        let authenticator = Arc::new(
            Authenticator::new(database.store.clone(), Arc::clone(&clock), Arc::clone(&hub_id))
                .with_local_version(app.ledger.registry_version())
                .with_revocation_lists(tls.crls()),
        );
        let admission = Admission::new(limits.admission);
        let health = HealthReporter::new();
        let rewrapping = rewrap::start(database.store.clone(), Arc::clone(&ids));
        let webhooks = webhooks::open(&settings.webhooks, &app, &ids)?;
        let documents = Documents::new(app.clone(), blobs.clone(), ids, limits.uploads);
        let cases = (app.clone(), documents.clone(), webhooks.clone());
        let routes = services::routes(cases, &authenticator, &admission, &health, &limits)?;
        services::report(&health, ServingStatus::Serving, clock.is_sandbox()).await;

        let draining = CancellationToken::new();
        let accept = AcceptMeter::default();
        let metrics = Arc::new(Metrics::new(&accept, app.ledger.meter()));
        let request_ids = RequestIds::new(&hub_id, address, machine.now());
        let connections = Connections::new(Arc::clone(&authenticator));
        let incoming = Incoming::start_watched(listener, tls.subscribe(), limits.accept, connections.clone(), accept);
        let serving = Server::builder()
            .max_concurrent_streams(limits.streams_per_connection)
            .concurrency_limit_per_connection(limits.calls_per_connection)
            .http2_keepalive_interval(Some(limits.keep_alive))
            .http2_keepalive_timeout(Some(limits.keep_alive_timeout))
            .http2_max_header_list_size(limits.header_bytes)
            .initial_stream_window_size(limits.window)
            .initial_connection_window_size(limits.window)
            .http2_adaptive_window(Some(false))
            .http2_max_pending_accept_reset_streams(Some(limits.early_resets))
            .http2_max_local_error_reset_streams(Some(limits.faulty_streams))
            .layer(MeterLayer::new(&metrics, request_ids))
            .layer(CatchPanicLayer)
            .layer(CallTimeoutLayer {
                limit: limits.call_timeout,
            })
            .layer(AuthLayer::new(Arc::clone(&authenticator)))
            .layer(CallerLayer)
            .layer(AdmissionLayer::new(admission))
            .layer(DrainLayer::new(draining.clone()))
            .layer(TonicErrorsLayer {
                message_bytes: limits.message_bytes,
            })
            .add_routes(routes)
            .serve_with_incoming_shutdown(incoming, draining.clone().cancelled_owned());
        let follower = follow::start(Arc::clone(&authenticator), app.clone());
        let (tls_follower, tls_state) = follow_tls::start(Arc::clone(&tls), settings.tls, connections.clone());
        let jobs = jobs::start(app.clone(), documents, webhooks, &metrics, pending);
        let timers = timers::start(app.clone(), &metrics, settings.timers);
        let hints = hints::start(app.clone());
        let trust_keeper = keep_trust::start(in_force, app.clone());
        let certificates = Arc::clone(&tls);
        let readiness = Readiness::new(operations::Parts {
            store: database.store.clone(),
            blobs,
            clock: Arc::clone(app.ledger.clock()),
            metrics,
            health,
            writer: writer.abort_handle(),
            outage: app.ledger.outage(),
            log_break: app.ledger.log_break(),
            draining,
            certificates: Box::new(move || certificates.ends()),
        });
        Ok(Running {
            address,
            app,
            authenticator,
            limits,
            tls,
            tls_state,
            tls_follower,
            connections,
            watch: readiness.watch(),
            readiness,
            metrics: None,
            server: AbortOnDropHandle::new(tokio::spawn(serving)),
            writer,
            follower,
            jobs,
            timers,
            hints,
            trust_keeper,
            rewrapping,
            journal,
            database,
        })
    }
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The use cases behind the services. Whoever keeps a clone keeps [`Running::stop`] from draining the ledger.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Who decides who is calling.
    pub fn authenticator(&self) -> &Arc<Authenticator> {
        &self.authenticator
    }

    /// Serves metrics and health over plain HTTP at `address` too, until the hub has stopped. Gives where it listens.
    ///
    /// # Errors
    /// [`StartError::ListenMetrics`].
    pub async fn open_metrics(&mut self, address: SocketAddr) -> Result<SocketAddr, StartError> {
        let listener = Listener::open(address, Arc::clone(&self.readiness)).await?;
        let address = listener.address;
        self.metrics = Some(listener);
        Ok(address)
    }

    /// Where metrics and health are, if anywhere.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|listener| listener.address)
    }

    /// What has become of the files of TLS, and what about them needs a person.
    pub fn tls_state(&self) -> watch::Receiver<TlsState> {
        self.tls_state.clone()
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.connections.count()
    }

    /// Takes another certificate, key and client CA for the connections that come from now on; open connections whose
    /// certificate the new CAs did not sign are closed. This is for those who run a hub as a library: `lienthong serve` looks at its files.
    ///
    /// # Errors
    /// [`TlsConfigError`]; nothing has changed then.
    pub fn replace_tls(&self, pems: &TlsPems) -> Result<(), TlsConfigError> {
        self.tls.replace(pems)
    }

    /// Returns if the hub can go on no longer: its server, the ledger's writer or the follower of TLS has ended by
    /// itself.
    pub async fn broken(&mut self) {
        let what = tokio::select! {
            ended = &mut self.server => format!("server: {ended:?}"),
            ended = &mut self.writer => format!("ledger: {ended:?}"),
            // Without it no revocation by list would be seen any more.
            ended = &mut self.tls_follower => format!("tls: {ended:?}"),
        };
        tracing::error!(what, "hub.part.ended");
    }

    /// Stops it in order, and waits at most [`ServerLimits::drain`] for calls under way.
    pub async fn stop(self) -> Stopped {
        let Self {
            app,
            readiness,
            watch,
            metrics,
            mut server,
            writer,
            follower,
            tls_follower,
            jobs,
            timers,
            hints,
            trust_keeper,
            rewrapping,
            journal,
            database,
            limits,
            ..
        } = self;
        readiness.drain().await;
        // A task that `broken` has seen to its end must not be awaited again.
        let calls = server.is_finished() || ends_within(limits.drain, &mut server).await;
        if !ends_within(TELL_LIMIT, Box::pin(journal.stop(&app, calls))).await {
            tracing::warn!("operator.line.not_noted");
        }
        drop((
            server,
            follower,
            tls_follower,
            jobs,
            timers,
            hints,
            trust_keeper,
            rewrapping,
            watch,
            app,
        ));
        let ledger = writer.is_finished() || ends_within(LEDGER_DRAIN, writer).await;
        let closed = ends_within(LEDGER_DRAIN, database.close()).await;
        drop(metrics);
        if calls && ledger && closed {
            Stopped::Drained
        } else {
            tracing::warn!(calls, ledger, database = closed, "hub.stop.cut_short");
            Stopped::CutShort
        }
    }
}

async fn ends_within(limit: Duration, work: impl Future) -> bool {
    tokio::time::timeout(limit, work).await.is_ok()
}
