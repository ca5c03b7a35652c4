//! A way to the database that can fall silent: bytes stop in both directions and nobody is told.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

#[derive(Debug, Clone, Copy)]
struct Flow {
    is_held: bool,
    /// Connections before this one are silent for ever.
    alive_from: u64,
}

/// The proxy. Dropping it closes every connection.
pub(crate) struct Proxy {
    address: SocketAddr,
    flow: Arc<watch::Sender<Flow>>,
    count: watch::Receiver<u64>,
    _task: AbortOnDropHandle<()>,
}

impl Proxy {
    /// A way to `server`.
    pub(crate) async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let flow = watch::Sender::new(Flow {
            is_held: false,
            alive_from: 0,
        });
        let (counter, count) = watch::channel(0);
        let seen = flow.subscribe();
        let task = AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.expect("a connection");
                let number = *counter.borrow();
                counter.send_replace(number + 1);
                let seen = seen.clone();
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(server).await else {
                        return;
                    };
                    // Without it each small message would wait some 40 ms for the acknowledgement of the one before.
                    for socket in [&client, &server] {
                        socket.set_nodelay(true).expect("no delay");
                    }
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    tokio::join!(
                        pump(from_client, to_server, number, seen.clone()),
                        pump(from_server, to_client, number, seen)
                    );
                });
            }
        }));
        Self {
            address,
            flow: Arc::new(flow),
            count,
            _task: task,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Nothing passes any more.
    pub(crate) fn hold(&self) {
        self.flow.send_modify(|flow| flow.is_held = true);
    }

    /// Everything passes again, on the connections of before too.
    pub(crate) fn heal(&self) {
        self.flow.send_modify(|flow| flow.is_held = false);
    }

    /// What begins now passes; the connections of before stay silent, as behind a firewall that has forgotten them.
    pub(crate) fn heal_for_new_connections(&self) {
        let alive_from = *self.count.borrow();
        self.flow.send_replace(Flow {
            is_held: false,
            alive_from,
        });
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: u64, mut flow: watch::Receiver<Flow>) {
    let mut bytes = vec![0; 16 * 1_024];
    let passes = move |flow: &Flow| !flow.is_held && number >= flow.alive_from;
    loop {
        let read = from.read(&mut bytes).await.unwrap_or(0);
        // An end is a message too. It errs when the proxy has gone.
        if flow.wait_for(passes).await.is_err() || read == 0 || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
