//! What one agency with a good certificate and a good token can do to the hub below the level of calls: each attack is a row.

use std::pin::Pin;
use std::time::Duration;

use lienthong_proto::{Rpc, v1};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::{Instant, timeout_at};

use crate::harness::frames::{
    ACK, Attacker, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW, PING, PRIORITY, RST_STREAM,
    UNKNOWN, WINDOW_UPDATE, Wire, frame, literal, message, settings,
};

/// What becomes of the attacked connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The hub ends them.
    Cut,
    /// The hub keeps them, since the attack costs it next to nothing.
    Kept,
}

/// What became of them.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Outcome {
    /// Connections that the hub took.
    pub(super) opened: u32,
    /// Those that it ended, and those that it did not take.
    pub(super) cut: u32,
}

type Attacking<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// A row of the table.
pub(super) struct Attack {
    pub(super) name: &'static str,
    /// How many do it at a time.
    pub(super) lanes: usize,
    pub(super) fate: Fate,
    /// Goes on until the instant.
    pub(super) run: for<'a> fn(&'a Attacker, Instant) -> Attacking<'a>,
}

macro_rules! attack {
    ($name:literal, $lanes:literal, $fate:ident, |$attacker:ident, $end:ident| $run:expr) => {
        Attack {
            name: $name,
            lanes: $lanes,
            fate: Fate::$fate,
            run: |$attacker, $end| Box::pin($run),
        }
    };
}

/// Attacks that send as much as the hub takes.
pub(super) const FLOODS: &[Attack] = &[
    attack!("rapid reset", 4, Cut, |attacker, end| {
        let call = attacker.call(Rpc::MailboxServicePull.path());
        flood(attacker, end, vec![], move |turn| {
            many(turn, 32, |stream| {
                let open = frame(HEADERS, END_HEADERS, stream, &call);
                [open, frame(RST_STREAM, 0, stream, &[0, 0, 0, 8])].concat()
            })
        })
    }),
    attack!("calls begun and given up one by one", 4, Cut, |attacker, end| {
        let call = attacker.call(Rpc::MailboxServicePull.path());
        let ask = message(&v1::PullRequest {
            wait_seconds: 30,
            ..Default::default()
        });
        flood(attacker, end, vec![], move |turn| {
            many(turn, 1, |stream| {
                let before = stream.saturating_sub(2).max(1);
                let open = frame(HEADERS, END_HEADERS, stream, &call);
                let give_up = if stream > 1 {
                    frame(RST_STREAM, 0, before, &[0, 0, 0, 8])
                } else {
                    vec![]
                };
                [open, frame(DATA, END_STREAM, stream, &ask), give_up].concat()
            })
        })
    }),
    attack!("resets that the hub is made to send", 4, Cut, |attacker, end| {
        let call = attacker.call(Rpc::MailboxServicePull.path());
        flood(attacker, end, vec![], move |turn| {
            many(turn, 32, |stream| {
                let open = frame(HEADERS, END_HEADERS, stream, &call);
                [open, frame(WINDOW_UPDATE, 0, stream, &[0; 4])].concat()
            })
        })
    }),
    attack!("CONTINUATION without end", 4, Cut, |attacker, end| {
        let opening = frame(HEADERS, 0, 1, &attacker.call(Rpc::MailboxServicePull.path()));
        let mut more = Vec::new();
        literal(&mut more, 0x10, "x", "y");
        let piece = frame(CONTINUATION, 0, 1, &more).repeat(64);
        flood(attacker, end, opening, move |_| piece.clone())
    }),
    attack!("empty CONTINUATION", 4, Cut, |attacker, end| {
        let opening = frame(HEADERS, 0, 1, &attacker.call(Rpc::MailboxServicePull.path()));
        flood(attacker, end, opening, move |_| {
            frame(CONTINUATION, 0, 1, &[]).repeat(64)
        })
    }),
    attack!("headers that unpack to megabytes", 4, Cut, |attacker, end| {
        let call = attacker.call(Rpc::MailboxServicePull.path());
        flood(attacker, end, vec![], move |turn| {
            many(turn, 4, |stream| {
                let mut block = call.clone();
                literal(&mut block, 0x40, "x", &"y".repeat(3_900));
                // The entry just made, again and again.
                block.extend([0xbe; 8_000]);
                frame(HEADERS, END_HEADERS | END_STREAM, stream, &block)
            })
        })
    }),
    attack!("metadata of 20 KiB", 4, Cut, |attacker, end| {
        let call = attacker.call(Rpc::MailboxServicePull.path());
        flood(attacker, end, vec![], move |turn| {
            many(turn, 4, |stream| {
                let mut more = Vec::new();
                literal(&mut more, 0x10, "x", &"y".repeat(16_000));
                literal(&mut more, 0x10, "z", &"y".repeat(4_000));
                let (first, second) = more.split_at(12_000);
                let open = frame(HEADERS, END_STREAM, stream, &[&call[..], first].concat());
                [open, frame(CONTINUATION, END_HEADERS, stream, second)].concat()
            })
        })
    }),
    attack!("PING", 4, Cut, |attacker, end| {
        flood(attacker, end, vec![], |_| frame(PING, 0, 0, &[7; 8]).repeat(64))
    }),
    attack!("answers to a PING that never was", 4, Cut, |attacker, end| {
        flood(attacker, end, vec![], |_| frame(PING, ACK, 0, &[7; 8]).repeat(64))
    }),
    attack!("SETTINGS", 4, Cut, |attacker, end| {
        flood(attacker, end, vec![], |turn| {
            settings(&[(INITIAL_WINDOW, turn % 2 + 65_535)]).repeat(64)
        })
    }),
    attack!("PRIORITY", 4, Cut, |attacker, end| {
        flood(attacker, end, vec![], |turn| {
            many(turn, 64, |stream| frame(PRIORITY, 0, stream, &[0, 0, 0, 0, 16]))
        })
    }),
    attack!("WINDOW_UPDATE of one byte", 4, Cut, |attacker, end| {
        flood(attacker, end, vec![], |_| {
            frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]).repeat(64)
        })
    }),
    attack!("frames of an unknown type", 4, Cut, |attacker, end| {
        flood(attacker, end, vec![], |_| frame(UNKNOWN, 0, 0, &[0; 16_000]))
    }),
    attack!("empty DATA", 4, Cut, |attacker, end| {
        let call = attacker.call(Rpc::RequestServiceSubmitStream.path());
        let opening = frame(HEADERS, END_HEADERS, 1, &call);
        flood(attacker, end, opening, |_| frame(DATA, 0, 1, &[]).repeat(64))
    }),
    attack!("a message in pieces of one byte", 4, Cut, |attacker, end| {
        let call = attacker.call(Rpc::RequestServiceSubmitStream.path());
        let head = frame(DATA, 0, 1, &[0, 0, 8, 0, 0]);
        let opening = [frame(HEADERS, END_HEADERS, 1, &call), head].concat();
        flood(attacker, end, opening, |_| frame(DATA, 0, 1, b"x").repeat(64))
    }),
    attack!("handshakes, one after another", 4, Kept, |attacker, end| async move {
        let mut outcome = Outcome::default();
        while Instant::now() < end {
            outcome.opened += u32::from(attacker.tls().await.is_ok());
        }
        outcome
    }),
    attack!("200 idle connections", 1, Cut, |attacker, end| async move {
        hold(attacker, end, 200, &[], |_| vec![]).await
    }),
];

/// Attacks that wait; all of them go on at the same time.
pub(super) const WAITS: &[Attack] = &[
    attack!("half-open: no TLS", 4, Cut, |attacker, end| async move {
        let mut connections = Vec::new();
        for _ in 0..75 {
            connections.push(attacker.tcp().await.expect("the kernel takes it"));
        }
        let mut outcome = Outcome { opened: 75, cut: 0 };
        for mut connection in connections {
            outcome.cut += u32::from(is_closed(&mut connection, end).await);
        }
        outcome
    }),
    attack!("half-open: no HTTP/2", 4, Cut, |attacker, end| async move {
        let mut outcome = Outcome::default();
        let mut connections = Vec::new();
        for _ in 0..5 {
            connections.extend(attacker.tls().await);
        }
        for mut connection in connections {
            outcome.opened += 1;
            outcome.cut += u32::from(is_closed(&mut connection, end).await);
        }
        outcome
    }),
    attack!("headers that never end", 2, Cut, |attacker, end| async move {
        let call = attacker.call(Rpc::MailboxServicePull.path());
        hold(attacker, end, 4, &[], |_| frame(HEADERS, 0, 1, &call)).await
    }),
    attack!(
        "replies nobody takes: window of 0",
        2,
        Kept,
        |attacker, end| async move {
            let pulls = pulls(attacker);
            hold(attacker, end, 2, &[(INITIAL_WINDOW, 0)], |_| pulls.clone()).await
        }
    ),
    attack!(
        "replies nobody takes: window of 1",
        2,
        Kept,
        |attacker, end| async move {
            let pulls = pulls(attacker);
            hold(attacker, end, 2, &[(INITIAL_WINDOW, 1)], |_| pulls.clone()).await
        }
    ),
    attack!("bodies that never end", 4, Kept, |attacker, end| async move {
        let mut outcome = Outcome::default();
        let call = attacker.call(Rpc::RequestServiceSubmit.path());
        if let Ok(wire) = attacker.open(&[], true).await {
            outcome.opened += 1;
            // Each says that it has a million bytes, and sends a fifth.
            for stream in (0..100).map(|call| 2 * call + 1) {
                wire.send(&frame(HEADERS, END_HEADERS, stream, &call), end).await;
                wire.send_data(stream, &[&[0, 0, 15, 66, 64][..], &[b' '; 16_000]].concat(), end)
                    .await;
                for _ in 0..12 {
                    wire.send_data(stream, &[b' '; 16_000], end).await;
                }
            }
            wire.ends(end).await;
            outcome.cut += u32::from(wire.has_ended());
        }
        outcome
    }),
    attack!("streams of health", 2, Kept, |attacker, end| async move {
        let call = attacker.call("/grpc.health.v1.Health/Watch");
        let watch = |stream| {
            let open = frame(HEADERS, END_HEADERS, stream, &call);
            [open, frame(DATA, END_STREAM, stream, &[0; 5])].concat()
        };
        hold(attacker, end, 2, &[], |_| many(0, 200, watch)).await
    }),
];

/// Whether the hub closes the connection until `end`.
async fn is_closed(connection: &mut (impl AsyncRead + Unpin), end: Instant) -> bool {
    let mut some = [0; 1_024];
    let to_the_end = async { while !matches!(connection.read(&mut some).await, Ok(0) | Err(_)) {} };
    timeout_at(end, to_the_end).await.is_ok()
}

/// An attack that waits for the hub's patience with a socket that takes nothing, and needs the agency's turns for itself.
pub(super) const DEAF: &[Attack] = &[attack!(
    "replies nobody takes: socket not read",
    2,
    Cut,
    |attacker, end| async move {
        let pulls = [frame(WINDOW_UPDATE, 0, 0, &[0x3f; 4]), pulls(attacker)].concat();
        let mut outcome = Outcome::default();
        let most = (1 << 31) - 1;
        if let Ok(wire) = attacker.open(&[(INITIAL_WINDOW, most)], false).await {
            outcome.opened += 1;
            wire.send(&pulls, end).await;
            tokio::time::sleep_until(end).await;
            outcome.cut += u32::from(wire.was_ended().await);
        }
        outcome
    }
)];

/// Reads of everything that stands in the agency's mailbox, as many as one connection may have.
fn pulls(attacker: &Attacker) -> Vec<u8> {
    let call = attacker.call(Rpc::MailboxServicePull.path());
    let ask = message(&v1::PullRequest {
        max_entries: 1_000,
        include_documents: true,
        ..Default::default()
    });
    many(0, 100, |stream| {
        let open = frame(HEADERS, END_HEADERS, stream, &call);
        [open, frame(DATA, END_STREAM, stream, &ask)].concat()
    })
}

/// `count` pieces on as many new streams, in the given turn.
fn many(turn: u32, count: u32, piece: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
    (0..count)
        .flat_map(|place| piece(2 * (turn * count + place) + 1))
        .collect()
}

/// Sends `opening`, then pieces as fast as they are taken; again on a new connection whenever the hub ends one.
async fn flood(attacker: &Attacker, end: Instant, opening: Vec<u8>, piece: impl Fn(u32) -> Vec<u8>) -> Outcome {
    let mut outcome = Outcome::default();
    while Instant::now() < end {
        let Ok(wire) = attacker.open(&[], true).await else {
            outcome.cut += 1;
            continue;
        };
        outcome.opened += 1;
        wire.send(&opening, end).await;
        let mut turn = 0;
        while Instant::now() < end && wire.send(&piece(turn), end).await {
            turn += 1;
        }
        outcome.cut += u32::from(wire.has_ended());
    }
    outcome
}

/// Opens connections, sends once on each, and then only answers the hub's probes.
async fn hold(
    attacker: &Attacker,
    end: Instant,
    count: u32,
    own: &[(u16, u32)],
    opening: impl Fn(u32) -> Vec<u8>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut wires: Vec<Wire> = Vec::new();
    for number in 0..count {
        match attacker.open(own, true).await {
            Ok(wire) => {
                outcome.opened += 1;
                wire.send(&opening(number), end).await;
                wires.push(wire);
            }
            Err(_) => outcome.cut += 1,
        }
    }
    while Instant::now() < end && !wires.iter().all(Wire::has_ended) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let ended = wires.iter().filter(|wire| wire.has_ended()).count();
    outcome.cut += u32::try_from(ended).expect("few");
    outcome
}
