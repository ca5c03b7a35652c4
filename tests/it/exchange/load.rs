//! More work than the hub can carry, in small: the rules of `make load` that do not depend on how fast the machine is.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use lienthong::app::ledger::LedgerSettings;
use lienthong::auth::admission::AdmissionLimits;
use lienthong_proto::v1;
use tokio::task::JoinSet;

use super::admission::overloaded;
use crate::harness::agencies::{LAND_OFFICE, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::{TestHub, documents};
use crate::rpc::same_key::submit;

/// More callers than the queue has places, by far.
const CALLERS: u32 = 100;
const PLACES: usize = 10;
/// The callers go on until so much was refused.
const REFUSALS: u32 = 300;

fn number(value: u32) -> NonZeroU32 {
    NonZeroU32::new(value).expect("not zero")
}

fn enquiry(key: &str) -> v1::SubmitRequest {
    submit(&documents::order(&kind("land-information"), key, THADS, &[LAND_OFFICE]))
}

backends! {
    async fn what_the_ledger_cannot_carry_is_refused_with_a_time_to_come_again_and_in_no_other_way(database) {
        let hub = TestHub::start_with(&database, |settings| {
            settings.ledger = LedgerSettings { batch: 1, queue_per_agency: PLACES, ..LedgerSettings::default() };
            let without_end = number(1_000_000);
            let limits = AdmissionLimits { calls_per_second: without_end, burst: without_end, ..AdmissionLimits::default() };
            settings.limits.admission = limits;
        })
        .await;
        let office = hub.client(THADS).await;
        let before = database.raw().await.count("enforcement_request").await;
        let refused = Arc::new(AtomicU32::new(0));
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (office, refused) = (office.clone(), Arc::clone(&refused));
            callers.spawn(async move {
                let (mut accepted, mut waiting) = (Vec::new(), Vec::new());
                for round in 0.. {
                    if refused.load(Ordering::Relaxed) >= REFUSALS {
                        break;
                    }
                    let key = format!("load-{caller:03}-{round:05}");
                    match office.requests().submit(enquiry(&key)).await {
                        Ok(reply) => accepted.extend(reply.into_inner().receipts),
                        Err(status) => {
                            assert!(overloaded(&status) > Duration::ZERO);
                            refused.fetch_add(1, Ordering::Relaxed);
                            waiting.push(key);
                        }
                    }
                }
                (accepted, waiting)
            });
        }
        let (mut accepted, mut waiting) = (Vec::new(), Vec::new());
        while let Some(caller) = callers.join_next().await {
            let (more, others) = caller.expect("nothing but receipts and hints");
            accepted.extend(more);
            waiting.extend(others);
        }
        assert!(accepted.len() >= PLACES && waiting.len() >= usize::try_from(REFUSALS).expect("small"));
        let carried = database.raw().await.count("enforcement_request").await - before;
        assert_eq!(usize::try_from(carried), Ok(accepted.len()), "what was accepted is there, what was refused is not");
        let places: BTreeMap<i64, &str> =
            accepted.iter().map(|receipt| (receipt.log_index, receipt.enforcement_request_id.as_str())).collect();
        assert_eq!(places.len(), accepted.len(), "each has its own place in the log");
        let (first, last) = (places.keys().next().expect("some"), places.keys().next_back().expect("some"));
        assert_eq!(usize::try_from(last - first + 1), Ok(accepted.len()), "the refused left no gap");

        // Who comes again is served: the refusals used up no key.
        for key in &waiting[..5] {
            office.requests().submit(enquiry(key)).await.expect("there is room again");
        }
        hub.stop().await;
        audit(&database).await;
    }
}
