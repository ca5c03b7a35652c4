//! The TLS settings that hold for new connections, and the way to replace them while the hub serves.
//!
//! Certificate, key and client CA are taken together or not at all. Revocation lists are taken one by one, each only in place
//! of an older one: a broken list must not hold up a new certificate, nor a broken certificate a new list.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::ServerConfig;
use tokio::sync::watch;

use super::certificates::CertificateEnds;
use super::connections::Trust;
use super::settings::{TlsPems, TlsSource};
use super::tls::{HubKeys, TlsConfigError};
use super::tls_alarm::{SetFault, TlsAlarm};
use super::tls_files::{Contents, TlsFiles};
use crate::auth::trust::anchor::Anchor;
use crate::auth::trust::book::CrlBook;
use crate::domain::time::{Clock, Timestamp};

/// See the module.
pub(super) struct CurrentTls {
    clock: Arc<dyn Clock>,
    keys: Mutex<Arc<HubKeys>>,
    config: watch::Sender<Arc<ServerConfig>>,
    trust: watch::Sender<Trust>,
    crls: watch::Sender<Arc<CrlBook>>,
    anchors: watch::Sender<Arc<Vec<Anchor>>>,
}

impl fmt::Debug for CurrentTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CurrentTls")
            .field("trust", &self.trust)
            .finish_non_exhaustive()
    }
}

impl CurrentTls {
    /// Begins with what `source` says. Here nothing is kept from before, so every fault is one. `clock` decides what is valid.
    pub(super) fn new(source: &TlsSource, clock: Arc<dyn Clock>) -> Result<Self, TlsConfigError> {
        let now = clock.now();
        let (pems, book) = match source {
            TlsSource::Texts(pems) => (pems.clone(), CrlBook::default()),
            TlsSource::Files(files) => first_book(files, now)?,
        };
        let keys = HubKeys::read(&pems.borrowed(), now)?;
        check_required(&keys, &book)?;
        let trust = Trust {
            generation: 1,
            clients: keys.clients(&book, now)?,
            next_end: book.next_end(now),
        };
        let config = keys.config(Arc::clone(&trust.clients), Arc::clone(&clock))?;
        let anchors = watch::Sender::new(Arc::new(keys.anchors.clone()));
        Ok(Self {
            clock,
            anchors,
            keys: Mutex::new(Arc::new(keys)),
            config: watch::Sender::new(config),
            trust: watch::Sender::new(trust),
            crls: watch::Sender::new(Arc::new(book)),
        })
    }

    /// For [`super::tls::Incoming::start`].
    pub(super) fn subscribe(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.config.subscribe()
    }

    /// The revocation lists in force.
    pub(super) fn crls(&self) -> watch::Receiver<Arc<CrlBook>> {
        self.crls.subscribe()
    }

    /// The authorities of the client CA in force.
    pub(super) fn anchors(&self) -> watch::Receiver<Arc<Vec<Anchor>>> {
        self.anchors.subscribe()
    }

    /// By what clients' certificates are judged now.
    pub(super) fn trust(&self) -> Trust {
        self.trust.borrow().clone()
    }

    /// When what holds now ends.
    pub(super) fn ends(&self) -> CertificateEnds {
        let (server, client_ca) = self.keys().ends();
        CertificateEnds {
            server,
            client_ca,
            client_crl: self.crls.borrow().next_end(Timestamp::from_micros(0)),
        }
    }

    /// The instant by the hub's clock.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Takes `pems` for the connections that come from now on, with the lists in force. If they cannot be used, nothing
    /// changes.
    pub(super) fn replace(&self, pems: &TlsPems) -> Result<(), TlsConfigError> {
        let keys = HubKeys::read(&pems.borrowed(), self.clock.now())?;
        let book = self.crls.borrow().clone();
        self.put(&Arc::new(keys), &book)
    }

    /// Takes of the files what can be taken; gives an alarm for everything else.
    pub(super) fn offer(&self, contents: &Contents) -> Vec<TlsAlarm> {
        let now = self.clock.now();
        let files = contents.crls();
        let in_force = Arc::clone(&self.keys());
        let candidate = contents
            .pems
            .as_ref()
            .map_err(SetFault::from)
            .and_then(|pems| HubKeys::read(&pems.borrowed(), now).map_err(|error| SetFault::from(&error)));
        // A list is judged by the authorities that will be in force with it.
        let authorities = candidate.as_ref().map_or(&in_force.anchors, |keys| &keys.anchors);
        let (book, faults) = self.crls.borrow().after(&files, authorities, now);
        let book = Arc::new(book);
        let mut alarms: Vec<TlsAlarm> = faults
            .into_iter()
            .map(|(place, fault)| TlsAlarm::CrlRefused {
                file: place.saturating_add(1),
                fault,
            })
            .collect();
        let taken = candidate.and_then(|keys| self.put(&Arc::new(keys), &book).map_err(|error| SetFault::from(&error)));
        if let Err(fault) = taken {
            alarms.push(TlsAlarm::SetRefused(fault));
            // The new lists hold for the old keys all the same, and at least for calls.
            if let Err(error) = self.put(&in_force, &book) {
                self.crls.send_replace(book);
                let again = TlsAlarm::SetRefused(SetFault::from(&error));
                if !alarms.contains(&again) {
                    alarms.push(again);
                }
            }
        }
        alarms
    }

    /// What needs a person because of the time alone.
    pub(super) fn overdue(&self) -> Vec<TlsAlarm> {
        let now = self.clock.now();
        let lists = self.crls.borrow().expired(now);
        let expired = (lists > 0).then_some(TlsAlarm::CrlExpired { lists });
        let certificate = self.keys().check_time(now).err().map(|_| TlsAlarm::CertificateExpired);
        expired.into_iter().chain(certificate).collect()
    }

    fn put(&self, keys: &Arc<HubKeys>, book: &Arc<CrlBook>) -> Result<(), TlsConfigError> {
        let now = self.clock.now();
        check_required(keys, book)?;
        let clients = keys.clients(book, now)?;
        let config = keys.config(Arc::clone(&clients), Arc::clone(&self.clock))?;
        let is_new = !Arc::ptr_eq(&*self.keys(), keys);
        *self.keys() = Arc::clone(keys);
        if is_new {
            self.anchors.send_replace(Arc::new(keys.anchors.clone()));
        }
        // Calls first: what a handshake would refuse must not be let through meanwhile.
        self.crls.send_replace(Arc::clone(book));
        self.config.send_replace(config);
        self.trust.send_modify(|trust| {
            trust.generation = trust.generation.saturating_add(1);
            trust.clients = clients;
            trust.next_end = book.next_end(now);
        });
        Ok(())
    }

    /// One value is put in place of another, so a poisoned lock is still good.
    fn keys(&self) -> MutexGuard<'_, Arc<HubKeys>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// At the start every list must be good: there is no older one to go on with.
fn first_book(files: &TlsFiles, now: Timestamp) -> Result<(TlsPems, CrlBook), TlsConfigError> {
    let contents = files.read();
    let crls = contents.crls();
    let book = CrlBook::new(files.require_crl);
    let anchors = match &contents.pems {
        Ok(pems) => HubKeys::read(&pems.borrowed(), now)?.anchors,
        Err(_) => Vec::new(),
    };
    let (book, faults) = book.after(&crls, &anchors, now);
    let fault = faults.first().copied();
    let pems = contents.pems?;
    match fault {
        Some((place, fault)) => Err(TlsConfigError::Crl {
            path: files.client_crls.get(place).cloned().unwrap_or_default(),
            fault,
        }),
        None => Ok((pems, book)),
    }
}

fn check_required(keys: &HubKeys, book: &CrlBook) -> Result<(), TlsConfigError> {
    if book.is_required() && !keys.anchors.iter().all(|anchor| book.speaks_for(anchor)) {
        return Err(TlsConfigError::CrlMissing);
    }
    Ok(())
}
