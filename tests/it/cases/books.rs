//! The books of cases through the real ledger: however cases went, the sums that were kept are those that the events tell, and the
//! cases shown behind a figure add up to it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use lienthong::app::ledger::cases::{CaseStep, CaseWork};
use lienthong::app::ledger::{Actor, Command, Operation, Outcome};
use lienthong::domain::enforcement_case::record::At;
use lienthong::domain::enforcement_case::{CaseEvent, CaseRecord, CaseStatus, Initiative, Tag};
use lienthong::domain::ids::{AgencyCode, CaseId, IdempotencyKey, OfficerId, UnitId};
use lienthong::domain::report::figures::{Key, count};
use lienthong::domain::report::period::Month;
use lienthong::domain::report::{Amount, Book, BookedMonth, Line, PeriodFigures};
use lienthong::store::Store;
use lienthong::store::{BookDetail, CasePosition, CasesBehind, MovementPosition, Of};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::seeds::{Seed, UNIT, change, opening, tag, walks};
use crate::harness::agencies::{THADS, THADS_37};
use crate::harness::audit::audit;
use crate::harness::database::TestDatabase;
use crate::harness::{Backend, TestLedger, block_on};

/// Walks per database.
const CASES: u32 = 6;
/// The entry type of cases.
const CASE: u8 = 14;

struct Walk<'a> {
    hub: &'a TestLedger,
    agency: AgencyCode,
    commands: usize,
    opened: usize,
    cases: Vec<CaseId>,
}

impl Walk<'_> {
    fn command(&mut self, work: CaseWork) -> Command {
        self.commands += 1;
        let key = format!("books:{:05}", self.commands);
        Command::new(
            crate::harness::fixture(&self.agency).actor(),
            IdempotencyKey::parse(&key).expect("a key"),
            "application/json",
            format!("{{\"key\":\"{key}\"}}").into(),
            Operation::Cases(work),
        )
    }

    async fn document(&mut self, seeds: &[Seed]) -> Command {
        let mut steps = Vec::new();
        for seed in seeds {
            let chosen = usize::from(seed.4)
                .checked_rem(self.cases.len())
                .map(|place| self.cases[place].clone());
            let known = match chosen.filter(|_| seed.1 % 5 > 0) {
                Some(id) => self.record(&id).await,
                None => None,
            };
            steps.push(if let Some(record) = known {
                CaseStep::Change {
                    case_id: record.id.clone(),
                    expected_version: None,
                    change: change(&record, *seed),
                }
            } else {
                self.opened += 1;
                opening(self.opened, *seed)
            });
        }
        self.command(CaseWork::Steps(steps))
    }

    async fn record(&self, id: &CaseId) -> Option<CaseRecord> {
        let viewer = lienthong::domain::viewer::Viewer::whole(&self.agency);
        self.hub.store.case_of(&viewer, id).await.expect("a query")
    }

    /// What was done: cases that came of it are known from now on.
    fn learn(&mut self, outcomes: Vec<lienthong::domain::error::Result<Outcome>>) -> u32 {
        let mut done = 0;
        for outcome in outcomes {
            let Ok(Outcome::Done(receipts)) = outcome else { continue };
            done += 1;
            for receipt in receipts {
                let id = CaseId::parse(&crate::harness::ledger::leaf(&receipt).subject).expect("a case");
                if !self.cases.contains(&id) {
                    self.cases.push(id);
                }
            }
        }
        done
    }

    /// The agency ends: all its cases go to another, which goes on.
    async fn pass_on(&mut self) {
        let (from, to) = (self.agency.clone(), THADS_37.code());
        let work = CaseWork::Succeed {
            from,
            to: to.clone(),
            cases: self.cases.clone(),
        };
        let command = Command {
            actor: Actor::hub(),
            key: None,
            body: None,
            ..self.command(work)
        };
        self.hub.done(command).await;
        self.agency = to;
    }
}

/// The books as the events tell them, one case after the other, with every month told from date and the case's own last month alone.
async fn told(database: &TestDatabase) -> Book {
    let mut book = Book::default();
    let mut records: BTreeMap<String, CaseRecord> = BTreeMap::new();
    for event in database.raw().await.events().await {
        if event.entry_type != CASE {
            continue;
        }
        let said: CaseEvent = serde_json::from_str(&event.details).expect("a case's event");
        let before = records.get(&event.subject);
        let id = CaseId::parse(&event.subject).expect("an id");
        let at = At {
            id: &id,
            agency: &event.agency,
            time: event.hub_time,
        };
        let after = CaseRecord::follow(before, at, &said).expect("it follows");
        let last = before.and_then(|before| before.booked);
        if let Some(change) = &said.change {
            let booked = BookedMonth::of(change.date(), last, None);
            assert_eq!(said.booked, Some(booked.month));
            book.enter(
                booked.month,
                count(&after.agency, before.map(|before| &before.case), &after.case, change),
            );
        } else if said.successor.is_some() {
            let before = before.expect("a case");
            let month = BookedMonth::of(event.hub_time.date(), last, None).month;
            for (side, sign) in [(before, -1), (&after, 1)] {
                pass(&mut book, side, month, sign);
            }
        }
        records.insert(event.subject, after);
    }
    book
}

/// A case that goes (-1) or comes (1), where it stands.
fn pass(book: &mut Book, side: &CaseRecord, month: Month, sign: i64) {
    let (stock, is_within) = match side.case.status {
        CaseStatus::InProgress => (Line::InProgress, true),
        CaseStatus::Postponed => (Line::Postponed, true),
        CaseStatus::Suspended => (Line::Suspended, true),
        CaseStatus::NoConditions => (Line::NoConditions, true),
        CaseStatus::SeparateRegister => (Line::Separate, false),
        CaseStatus::Completed
        | CaseStatus::Discontinued
        | CaseStatus::Entrusted
        | CaseStatus::Revoked
        | CaseStatus::RequestSentBack => return,
    };
    let tags = side.case.tags.iter().copied().map(Some);
    for tag in std::iter::once(None).chain(tags) {
        let key = Key {
            agency: side.agency.clone(),
            unit: side.case.unit.clone(),
            officer: side.case.officer.clone(),
            initiative: side.case.initiative,
            tag,
        };
        let amount = Amount::new(sign, i128::from(sign) * i128::from(side.case.rest(&[]).get()));
        let mut figures = lienthong::domain::report::Figures::default();
        figures.add(stock, amount);
        if is_within {
            figures.add(Line::Moved, amount);
        }
        book.add(key, month, &figures);
    }
}

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

/// Of one tag, the figures of each division in the months.
fn by_key(book: &Book, tag: Option<Tag>, months: (Month, Month)) -> BTreeMap<Key, PeriodFigures> {
    let (first, last) = (months.0.first_day(), months.1.last_day());
    let period = format!("{first}..{last}").parse().expect("a period");
    let mut sums = book.by(period, |key| (key.tag == tag).then(|| key.clone()));
    sums.retain(|_, sum| !sum.opening.is_empty() || !sum.within.is_empty());
    sums
}

/// Every page of what was moved, added up by division.
async fn shown(store: &Store, behind: &CasesBehind<'_>, line: Line, months: (Month, Month)) -> BTreeMap<Key, Amount> {
    let mut sums: BTreeMap<Key, Amount> = BTreeMap::new();
    let mut after: Option<MovementPosition> = None;
    loop {
        let page = store
            .case_movements(behind, line, months, after.as_ref(), 3)
            .await
            .expect("a page");
        let Some(last) = page.last() else { break };
        after = Some(MovementPosition::of(&last.movement));
        for shown in page {
            let sum = sums.entry(shown.movement.booking.key.clone()).or_default();
            *sum = sum.plus(shown.movement.amount);
        }
    }
    sums.retain(|_, sum| *sum != Amount::default());
    sums
}

async fn stocked(store: &Store, behind: &CasesBehind<'_>, stock: Line, at: Month) -> BTreeMap<Key, Amount> {
    let mut sums: BTreeMap<Key, Amount> = BTreeMap::new();
    let (mut after, mut seen): (Option<CasePosition>, BTreeSet<CaseId>) = (None, BTreeSet::new());
    loop {
        let page = store
            .cases_in_stock(behind, stock, at, after.as_ref(), 3)
            .await
            .expect("a page");
        let Some(last) = page.last() else { break };
        after = Some(CasePosition {
            agency: last.key.agency.clone(),
            case_id: last.case_id.clone(),
        });
        for shown in page {
            assert_eq!(shown.amount.cases, 1, "a case stands whole in a stock: {shown:?}");
            assert!(seen.insert(shown.case_id), "and once");
            let sum = sums.entry(shown.key).or_default();
            *sum = sum.plus(shown.amount);
        }
    }
    sums
}

/// The books of the store, its lists, and what the events tell are one.
async fn agree(store: &Store, book: &Book) {
    let (one, two) = (THADS.code(), THADS_37.code());
    let agencies = [&one, &two];
    for tag in [None, Some(tag(0)), Some(tag(1)), Some(tag(2))] {
        for months in [
            ("2024-10", "2025-09"),
            ("2025-02", "2025-02"),
            ("2026-01", "2026-12"),
            ("2024-01", "2027-12"),
        ] {
            let months = (month(months.0), month(months.1));
            let expected = by_key(book, tag, months);
            for detail in [BookDetail::Division, BookDetail::Month] {
                let kept = store.case_book(&agencies, tag, months, detail).await.expect("books");
                assert_eq!(by_key(&kept, tag, months), expected, "{tag:?} {months:?} {detail:?}");
            }
            let whole = store
                .case_book(&agencies, tag, months, BookDetail::Agency)
                .await
                .expect("books");
            let mut folded: BTreeMap<(AgencyCode, Initiative), PeriodFigures> = BTreeMap::new();
            for (key, figures) in &expected {
                let sum = folded.entry((key.agency.clone(), key.initiative)).or_default();
                sum.opening.add_all(&figures.opening);
                sum.within.add_all(&figures.within);
            }
            folded.retain(|_, sum| !sum.opening.is_empty() || !sum.within.is_empty());
            let whole = by_key(&whole, tag, months)
                .into_iter()
                .map(|(key, sum)| ((key.agency, key.initiative), sum));
            assert_eq!(whole.collect::<BTreeMap<_, _>>(), folded, "{tag:?} {months:?}");

            let behind = CasesBehind {
                agencies: &agencies,
                tag,
                ..CasesBehind::default()
            };
            for line in Line::ALL.iter().copied() {
                let of = |amount: fn(&PeriodFigures, Line) -> Amount| -> BTreeMap<Key, Amount> {
                    let amounts = expected
                        .iter()
                        .map(|(key, figures)| (key.clone(), amount(figures, line)));
                    amounts.filter(|(_, amount)| *amount != Amount::default()).collect()
                };
                let moved = of(|figures, line| figures.within.get(line));
                assert_eq!(
                    shown(store, &behind, line, months).await,
                    moved,
                    "{tag:?} {months:?} {line:?}"
                );
                if line.is_stock() {
                    let there = of(PeriodFigures::at_end);
                    assert_eq!(
                        stocked(store, &behind, line, months.1).await,
                        there,
                        "{tag:?} {months:?} {line:?}"
                    );
                }
            }
        }
    }
    narrowed(store, book).await;
}

/// A list of one unit and officer shows what the books have of them.
async fn narrowed(store: &Store, book: &Book) {
    let one = THADS.code();
    let (unit, officer) = (UnitId::parse(UNIT).expect("a unit"), THADS.officer_id());
    let months = (month("2024-06"), month("2026-12"));
    for (unit, officer) in [
        (Some(&unit), None::<&OfficerId>),
        (None, Some(&officer)),
        (Some(&unit), Some(&officer)),
    ] {
        let behind = CasesBehind {
            agencies: &[&one],
            unit: Of::This(unit),
            officer: Of::This(officer),
            initiative: Some(Initiative::Proactive),
            ..CasesBehind::default()
        };
        for line in [Line::Opened, Line::Completed, Line::InProgress] {
            let mut expected: BTreeMap<Key, Amount> = by_key(book, None, months)
                .into_iter()
                .filter(|(key, _)| {
                    key.agency == one
                        && key.unit.as_ref() == unit
                        && key.officer.as_ref() == officer
                        && key.initiative == Initiative::Proactive
                })
                .map(|(key, figures)| (key, figures.within.get(line)))
                .collect();
            expected.retain(|_, amount| *amount != Amount::default());
            assert_eq!(shown(store, &behind, line, months).await, expected);
        }
    }
}

/// Gives how many documents were accepted.
async fn walk(backend: Backend, bursts: Vec<Vec<Vec<Seed>>>) -> u32 {
    let database = TestDatabase::create(backend).await;
    let hub = TestLedger::start(&database).await;
    let mut walk = Walk {
        hub: &hub,
        agency: THADS.code(),
        commands: 0,
        opened: 0,
        cases: Vec::new(),
    };
    let passes_at = bursts.len() - 1;
    let mut accepted = 0;
    for (number, documents) in bursts.into_iter().enumerate() {
        if number == passes_at && !walk.cases.is_empty() {
            walk.pass_on().await;
        }
        let mut commands = Vec::new();
        for seeds in documents {
            commands.push(walk.document(&seeds).await);
        }
        let outcomes = hub.at_once(commands).await;
        accepted += walk.learn(outcomes);
        hub.clock.advance_micros(86_400_000_000);
    }
    agree(&hub.store, &told(&database).await).await;
    hub.stop().await;
    audit(&database).await;
    accepted
}

fn books_are_what_the_events_tell(backend: Backend) {
    if !backend.is_available() {
        return;
    }
    let config = Config {
        cases: CASES,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..Config::default()
    };
    // The same walks in every run: a failure comes again.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let accepted = Cell::new(0);
    let outcome = TestRunner::new_with_rng(config, rng).run(&walks(), |bursts| {
        accepted.set(accepted.get() + block_on(walk(backend, bursts)));
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    assert!(accepted.get() > 50, "{} documents were accepted", accepted.get());
}

#[test]
fn books_are_what_the_events_tell_on_sqlite() {
    books_are_what_the_events_tell(Backend::Sqlite);
}

#[test]
fn books_are_what_the_events_tell_on_postgres() {
    books_are_what_the_events_tell(Backend::Postgres);
}
