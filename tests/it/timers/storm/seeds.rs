//! Requests whose timers come due in the storm.

use std::sync::Arc;

use lienthong::app::ledger::{Command, LedgerSettings};
use lienthong::domain::time::{Clock as _, ManualClock, Timestamp};
use lienthong::domain::workflow::Action;

use crate::exchange::storm::dice::Dice;
use crate::harness::agencies::{BANK, BANK_2, LAND_37, LAND_OFFICE, THADS, THADS_37};
use crate::harness::commands::{final_answer, kind};
use crate::harness::ledger::targets;
use crate::harness::{Order, TestDatabase, TestLedger};
use crate::kit::HUB_ID;
use crate::timers::world::at;

/// Orders between two moments of the clock.
const AT_ONCE: u64 = 50;
/// Orders are sent over so many seconds.
const SPREAD: u64 = 5 * 24 * 3_600;
/// One request in so many is answered in time.
const ANSWERED: u64 = 10;

fn order(dice: &mut Dice) -> Order {
    let (code, recipient) = *dice.pick(&[
        ("land-information", LAND_OFFICE),
        ("land-information", LAND_37),
        ("account-freeze", BANK),
        ("account-information", BANK_2),
        ("account-information", BANK),
    ]);
    Order {
        kind: kind(code),
        sender: *dice.pick(&[THADS, THADS_37]),
        recipients: vec![recipient],
        relations: Vec::new(),
    }
}

/// Sends so many orders from Friday 20/11/2026 on, over five days, and answers some. The same seed gives the same requests.
pub(super) async fn sow(database: &TestDatabase, requests: u64, seed: u64) -> Timestamp {
    let clock = Arc::new(ManualClock::new(at("2026-11-20T09:00:00")));
    let settings = LedgerSettings::default();
    let ledger = TestLedger::start_as(HUB_ID, database, Arc::clone(&clock), 1, settings).await;
    ledger.register_all().await;
    let mut dice = Dice::new(seed, 0);
    let pause = SPREAD * AT_ONCE / requests.max(AT_ONCE);
    let mut sown = 0;
    while sown < requests {
        let numbers = sown..requests.min(sown + AT_ONCE);
        sown = numbers.end;
        let orders: Vec<Order> = numbers.clone().map(|_| order(&mut dice)).collect();
        let submits = orders
            .iter()
            .zip(numbers)
            .map(|(order, number)| order.submit(&format!("sown-{number:07}"), ""));
        // One after the other, so that each gets the same id again.
        let mut answers: Vec<Command> = Vec::new();
        for (order, submit) in orders.iter().zip(submits) {
            let receipts = ledger.done(submit).await;
            for target in targets(order, &receipts) {
                if dice.one_in(ANSWERED) {
                    let key = format!("answered-{}", target.id);
                    answers.push(target.step(&key, Action::AnswerFinal, final_answer(&target.kind)));
                }
            }
        }
        ledger.all_done(answers).await;
        let seconds = dice.below(2 * pause) + 1;
        clock.advance_micros(i64::try_from(seconds).expect("days") * 1_000_000);
    }
    ledger.stop().await;
    clock.now()
}
