//! The books of cases through the real ledger: however cases went, the sums that were kept are those that the events tell, and the
//! cases shown behind a figure add up to it.

use std::cell::Cell;
use std::collections::BTreeMap;

use lienthong::app::ledger::cases::{CaseStep, CaseWork};
use lienthong::app::ledger::command::RegistryChange;
use lienthong::app::ledger::{Actor, Command, Operation, Outcome};
use lienthong::domain::agency::Unit;
use lienthong::domain::enforcement_case::record::At;
use lienthong::domain::enforcement_case::{CaseEvent, CaseRecord, CaseStatus, Initiative, Tag};
use lienthong::domain::ids::{AgencyCode, CaseId, IdempotencyKey, OfficerId, UnitId};
use lienthong::domain::report::figures::case_figure::{CaseFigure, When};
use lienthong::domain::report::figures::{Key, count};
use lienthong::domain::report::period::Month;
use lienthong::domain::report::{Amount, Book, BookedMonth, Line, PeriodFigures};
use lienthong::store::Store;
use lienthong::store::{BookDetail, FigureOf};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::seeds::{Seed, UNITS, change, opening, tag, walks};
use crate::harness::agencies::{THADS, THADS_37, registry_command};
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

/// Every page of the cases behind a figure, added up.
async fn listed(store: &Store, of: &FigureOf<'_>, figure: CaseFigure) -> Amount {
    let (mut sum, mut after) = (Amount::default(), String::new());
    loop {
        let page = store.cases_behind(of, figure, &after, 7).await.expect("a page");
        let Some(last) = page.last() else { return sum };
        after.clone_from(&last.id);
        sum = page.iter().fold(sum, |sum, case| sum.plus(case.amount));
    }
}

/// The figure as the books tell it.
fn figure_of<'a>(figure: CaseFigure, of: impl Iterator<Item = &'a PeriodFigures>) -> Amount {
    let mut sum = Amount::default();
    for figures in of {
        for (line, when, factor) in figure.terms() {
            let amount = match when {
                When::Before => figures.opening.get(line),
                When::Within => figures.within.get(line),
            };
            sum = sum.plus(if factor < 0 {
                Amount::default().minus(amount)
            } else {
                amount
            });
        }
    }
    sum
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
        }
    }
    narrowed(store, book).await;
}

/// The cases behind each figure add up to it, of all and of any unit, officer and initiative.
async fn narrowed(store: &Store, book: &Book) {
    let officer = THADS.officer_id();
    let some = |text: &str| vec![text.to_owned()];
    for (agency, months) in [
        (THADS.code(), ("2025-02", "2026-01")),
        (THADS_37.code(), ("2024-01", "2027-12")),
    ] {
        let months = (month(months.0), month(months.1));
        for tag in [None, Some(tag(0))] {
            let figures = by_key(book, tag, months);
            let units = UNITS.into_iter().chain([""]).map(|unit| (some(unit), Vec::new(), None));
            let others = [
                (Vec::new(), Vec::new(), None),
                (Vec::new(), some(officer.as_str()), None),
                (Vec::new(), some(""), Some(Initiative::Proactive)),
                (
                    vec!["doi_1".to_owned(), "DOI_1".to_owned()],
                    Vec::new(),
                    Some(Initiative::OnRequest),
                ),
            ];
            for (units, officers, initiative) in units.chain(others) {
                let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
                let is_meant = |key: &Key| {
                    key.agency == agency
                        && (units.is_empty() || units.contains(&text(key.unit.as_ref().map(UnitId::as_str))))
                        && (officers.is_empty()
                            || officers.contains(&text(key.officer.as_ref().map(OfficerId::as_str))))
                        && initiative.is_none_or(|initiative| initiative == key.initiative)
                };
                let meant = || {
                    figures
                        .iter()
                        .filter(|(key, _)| is_meant(key))
                        .map(|(_, figures)| figures)
                };
                let of = FigureOf {
                    agency: &agency,
                    tag,
                    months,
                    units: units.clone(),
                    officers: officers.clone(),
                    initiative,
                };
                for figure in CaseFigure::ALL.iter().copied() {
                    let shown = listed(store, &of, figure).await;
                    assert_eq!(
                        shown,
                        figure_of(figure, meant()),
                        "{figure} of {agency} {units:?} {officers:?}"
                    );
                }
            }
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
    let mut agency = THADS.agency();
    let known = agency.units[0].clone();
    agency.units.extend(UNITS[1..].iter().map(|id| Unit {
        id: UnitId::parse(id).expect("a unit"),
        ..known.clone()
    }));
    hub.done(registry_command("books:units", RegistryChange::UpdateAgency(agency)))
        .await;
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
