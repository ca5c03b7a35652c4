//! Random walks: long mixes of everything that can be asked of the ledger, sensible and not.

use std::collections::BTreeMap;
use std::sync::Arc;

use lienthong::app::ledger::clock::ClockStep;
use lienthong::app::ledger::command::{CalendarImport, RegistryChange, Sweep, SweepTask, SweptRequest};
use lienthong::app::ledger::suspension::{NewSuspension, Piece, SuspensionStep};
use lienthong::app::ledger::{Actor, Command, Operation, Outcome};
use lienthong::domain::agency::{Officer, Scope as OfficerScope};
use lienthong::domain::calendar::{CalendarDay, DayKind};
use lienthong::domain::document::parts::RelationType;
use lienthong::domain::error::Result;
use lienthong::domain::event::Relation;
use lienthong::domain::ids::{IdempotencyKey, RelatedId, RequestId, SuspensionId, UnitId};
use lienthong::domain::mailbox::Lane;
use lienthong::domain::suspension::{Cause, Scope};
use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong::domain::viewer::Viewer;
use lienthong::domain::workflow::table::{Row, TABLE};
use lienthong::domain::workflow::{Action, Guard, Party};
use proptest::prelude::*;

use super::statements::statement;
use crate::harness::agencies::{BANK, BANK_2, COURT_37, LAND_OFFICE, OPERATOR, PAPER_BANK, THADS, registry_command};
use crate::harness::commands::{Target, advance, kind};
use crate::harness::ledger::{leaf, targets};
use crate::harness::{Fixture, Order, TestLedger};

/// One thing that somebody tries. Numbers choose among what there is when its turn comes.
#[derive(Debug, Clone)]
pub(crate) enum Attempt {
    /// An order; every third relates to an earlier request.
    Submit { order: u8, relates: u8 },
    /// A step that the workflow has a line for in the request's state; guards may still refuse it.
    Step { request: u16, line: u8, detail: u8 },
    /// Any action by either party.
    WildStep {
        request: u16,
        action: u8,
        by_sender: bool,
        detail: u8,
    },
    /// A move of a cursor, back, forward or beyond the end.
    Advance { agency: u8, intake: bool, by: i8 },
    /// An earlier command once more, with its own content or another.
    Again { command: u16, changed: bool },
    /// A change of agencies, officers or credentials.
    Registry { change: u8 },
    /// A day of the calendar, off or not.
    Calendar { day: u8 },
    /// The hub's own work over all requests so far: clocks computed again, or a bank's requests passed to another.
    Sweep { succeeds: bool },
    /// Clocks of many requests stand still together, run again, or follow what was decided.
    Suspend { way: u8 },
}

/// What queues together, after the clock has moved by so many milliseconds.
pub(crate) type Burst = (u32, Vec<Attempt>);

/// Walks of several bursts, some of one command, some of many.
pub(crate) fn walks() -> impl Strategy<Value = Vec<Burst>> {
    let attempt = prop_oneof![
        6 => (any::<u8>(), any::<u8>()).prop_map(|(order, relates)| Attempt::Submit { order, relates }),
        24 => (any::<u16>(), any::<u8>(), any::<u8>())
            .prop_map(|(request, line, detail)| Attempt::Step { request, line, detail }),
        3 => (any::<u16>(), any::<u8>(), any::<bool>(), any::<u8>()).prop_map(|(request, action, by_sender, detail)| {
            Attempt::WildStep { request, action, by_sender, detail }
        }),
        4 => (any::<u8>(), any::<bool>(), -3_i8..9)
            .prop_map(|(agency, intake, by)| Attempt::Advance { agency, intake, by }),
        3 => (any::<u16>(), any::<bool>()).prop_map(|(command, changed)| Attempt::Again { command, changed }),
        1 => any::<u8>().prop_map(|change| Attempt::Registry { change }),
        1 => any::<u8>().prop_map(|day| Attempt::Calendar { day }),
        1 => (0_u8..4, any::<u8>()).prop_map(|(task, way)| match task {
            0 | 1 => Attempt::Sweep { succeeds: task == 0 },
            _ => Attempt::Suspend { way },
        }),
    ];
    let burst = (0_u32..7_200_000, prop::collection::vec(attempt, 1..90));
    prop::collection::vec(burst, 2..7)
}

/// Turns attempts into commands, one at a time, knowing what came of those before.
#[derive(Debug, Default)]
pub(crate) struct Walker {
    targets: Vec<Target>,
    commands: Vec<Command>,
    tried: BTreeMap<(Action, Party), u32>,
    /// What the order of a request relates to.
    related: BTreeMap<RequestId, Vec<RelatedId>>,
    /// Suspensions, and their latest entries.
    suspended: Vec<(SuspensionId, i64)>,
}

impl Walker {
    /// The command of the next attempt.
    pub(crate) async fn next(&mut self, hub: &TestLedger, attempt: &Attempt) -> Command {
        let key = format!("walk:{:06}", self.commands.len());
        let command = match attempt {
            Attempt::Submit { order, relates } => self.submit(&key, *order, *relates),
            Attempt::Step { request, line, detail } => match self.target(*request) {
                None => Order::land().submit(&key, "first"),
                Some(target) => self.sensible_step(hub, &target, &key, *line, *detail).await,
            },
            Attempt::WildStep {
                request,
                action,
                by_sender,
                detail,
            } => {
                let target = self.target(*request).unwrap_or_else(missing);
                let action = Action::ALL[usize::from(*action) % Action::ALL.len()];
                let party = if *by_sender { Party::Sender } else { Party::Recipient };
                let mut command = target.step_by(party, &key, action, statement(&target, action, *detail));
                if let Operation::Step(step) = &mut command.operation {
                    step.expected_version = (detail.is_multiple_of(3)).then_some(i64::from(detail % 5));
                }
                command
            }
            Attempt::Advance { agency, intake, by } => {
                let agency = [BANK, BANK_2, LAND_OFFICE, THADS][usize::from(*agency) % 4];
                let cursor = if *intake { "intake" } else { "archive" };
                let head = hub.store.mailbox_heads(&agency.code()).await.expect("heads");
                let delivered = head.get(&Lane::Normal).map_or(0, |head| head.delivered_position);
                advance(agency, cursor, &[(Lane::Normal, delivered + i64::from(*by))])
            }
            Attempt::Again { command, changed } => self.again(&key, *command, *changed),
            Attempt::Registry { change } => registry_command(&key, registry_change(*change)),
            Attempt::Calendar { day } => calendar_command(&key, *day),
            Attempt::Sweep { succeeds } => self.sweep(hub, *succeeds).await,
            Attempt::Suspend { way } => self.suspend(hub, &key, *way).await,
        };
        self.commands.push(command.clone());
        command
    }

    /// Learns what a command brought about.
    pub(crate) fn learn(&mut self, outcome: &Result<Outcome>) {
        if let (Some(command), Ok(Outcome::Done(receipts))) = (self.commands.last(), outcome)
            && let (Operation::Clocks(_), Some(receipt)) = (&command.operation, receipts.first())
            && let Ok(id) = SuspensionId::parse(&leaf(receipt).subject)
        {
            self.suspended.push((id, receipt.log_index));
        }
        let Some(Command {
            operation: Operation::Submit(submit),
            actor,
            ..
        }) = self.commands.last()
        else {
            return;
        };
        if let Ok(Outcome::Done(receipts)) = outcome {
            let recipients: Vec<Fixture> = submit.recipients.iter().map(crate::harness::fixture).collect();
            let sender = crate::harness::fixture(&actor.agency);
            let order = Order {
                kind: Arc::clone(&submit.kind),
                sender,
                recipients,
                relations: Vec::new(),
            };
            let opened = targets(&order, receipts);
            let related: Vec<RelatedId> = submit.relations.iter().map(|known| known.related_id.clone()).collect();
            self.related
                .extend(opened.iter().map(|target| (target.id.clone(), related.clone())));
            self.targets.extend(opened);
        }
    }

    fn target(&self, number: u16) -> Option<Target> {
        // Mostly the latest, so that lives go on.
        let recent = self.targets.len().saturating_sub(6);
        let from = if number.is_multiple_of(4) { 0 } else { recent };
        let choice = self.targets.get(from..)?;
        choice.get(usize::from(number / 4).checked_rem(choice.len())?).cloned()
    }

    /// A step that the state has a line for: one of them, or (so that the rare ones are done too) one of those least tried.
    async fn sensible_step(&mut self, hub: &TestLedger, target: &Target, key: &str, line: u8, detail: u8) -> Command {
        let request = hub
            .store
            .request_of(&Viewer::whole(&target.sender), &target.id)
            .await
            .expect("a query")
            .expect("a request");
        let target = &Target {
            recipient: request.recipient.clone(),
            ..target.clone()
        };
        let is_paper = request.recipient == PAPER_BANK.code();
        let fits = |row: &&Row| {
            let by_another = row.who == Party::Hub || (is_paper && row.who == Party::Recipient);
            let needs_paper = row.guards.contains(&Guard::PaperRecipient);
            let comes_with_time = row.guards.contains(&Guard::NoticeDrafted);
            row.from.contains(&request.state) && !by_another && !comes_with_time && (is_paper || !needs_paper)
        };
        let lines: Vec<&Row> = TABLE.iter().filter(fits).collect();
        let tries = |row: &&&Row| self.tried.get(&(row.action, row.who)).copied().unwrap_or(0);
        let fewest = lines.iter().map(|row| tries(&row)).min();
        let rare: Vec<&Row> = lines.iter().filter(|row| Some(tries(row)) == fewest).copied().collect();
        let lines = if detail.is_multiple_of(2) { rare } else { lines };
        let chosen = usize::from(line).checked_rem(lines.len());
        match chosen.and_then(|index| lines.get(index)) {
            Some(row) => {
                *self.tried.entry((row.action, row.who)).or_default() += 1;
                let mut command = target.step_by(row.who, key, row.action, statement(target, row.action, detail));
                if let Operation::Step(step) = &mut command.operation
                    && step.statement.related.is_some()
                {
                    step.related = self.related.get(&target.id).cloned().unwrap_or_default();
                }
                command
            }
            None => target.step(key, Action::Report, statement(target, Action::Report, detail)),
        }
    }

    fn submit(&self, key: &str, order: u8, relates: u8) -> Command {
        let mut placed = match order % 18 {
            0 | 1 => Order::land(),
            2 | 3 => Order::freeze(&[BANK]),
            4 => Order::freeze(&[BANK, BANK_2]),
            5..=8 => Order::freeze(&[PAPER_BANK]),
            9..=12 => Order {
                kind: kind("judgment-clarification"),
                recipients: vec![COURT_37],
                ..Order::land()
            },
            13 | 14 => return self.after_a_freeze(key, "freeze-release", RelationType::Releases),
            15 => return self.after_a_freeze(key, "account-debit", RelationType::Follows),
            16 => Order {
                sender: BANK,
                ..Order::land()
            },
            _ => Order {
                recipients: vec![LAND_OFFICE, BANK],
                ..Order::land()
            },
        };
        if relates.is_multiple_of(3) {
            let earlier = self.target(u16::from(relates)).unwrap_or_else(missing);
            placed.relations = vec![Relation {
                relation: "follows".to_owned(),
                related_id: RelatedId::Request(earlier.id),
            }];
        }
        placed.submit(key, "walk")
    }

    /// An order about the freeze before the last, whoever holds it.
    fn after_a_freeze(&self, key: &str, code: &str, relation: RelationType) -> Command {
        let freezes = self.targets.iter().rev();
        let freeze = freezes
            .filter(|target| target.kind.code().as_str() == "account-freeze")
            .nth(1);
        let freeze = freeze.cloned().unwrap_or_else(missing);
        let order = Order {
            kind: kind(code),
            sender: THADS,
            recipients: vec![crate::harness::fixture(&freeze.recipient)],
            relations: vec![Relation {
                relation: relation.as_str().to_owned(),
                related_id: RelatedId::Request(freeze.id),
            }],
        };
        order.submit(key, "walk")
    }

    /// Over the requests of late, with the parties that they have now.
    async fn suspend(&self, hub: &TestLedger, key: &str, way: u8) -> Command {
        let latest = self.suspended.last().cloned();
        let now = hub.clock.now();
        let hours = |hours: u8| i64::from(hours) * 3_600_000_000;
        let new = |cause, from: Timestamp, to: Option<Timestamp>| NewSuspension {
            cause,
            from,
            to,
            scope: Scope::default(),
            basis: "Luật Phòng thủ dân sự 18/2023/QH15 Điều 25".to_owned(),
            document: "12/QĐ-UBND ngày 20/11/2026".to_owned(),
            reason: "Bão số 9".to_owned(),
        };
        let (by, step) = match (way % 8, latest) {
            (0, Some((id, _))) => (OPERATOR, SuspensionStep::End { id, to: None }),
            (1, _) => {
                let from = now.plus_micros(hours(73));
                let to = Some(from.plus_micros(hours(1 + way % 30)));
                let mut maintenance = new(Cause::Maintenance, from, to);
                maintenance.scope.agencies.insert(BANK.code());
                (BANK, SuspensionStep::Enter(maintenance))
            }
            (2, _) => {
                let outage = new(
                    Cause::Outage,
                    now.plus_micros(-hours(9)),
                    Some(now.plus_micros(-hours(way % 9))),
                );
                (OPERATOR, SuspensionStep::Enter(outage))
            }
            (3 | 4, _) | (_, None) => {
                let to = (way > 20).then(|| now.plus_micros(hours(way)));
                (OPERATOR, SuspensionStep::Enter(new(Cause::Decree, now, to)))
            }
            (_, Some((id, entry))) => {
                let requests = self.swept(hub).await;
                let step = SuspensionStep::Follow(Piece { id, entry, requests });
                return of_the_hub(Operation::Clocks(Box::new(ClockStep::Suspend(step))));
            }
        };
        Command::new(
            by.actor(),
            IdempotencyKey::parse(key).expect("a key"),
            "application/protobuf",
            format!("{key} {step:?}").into(),
            Operation::Clocks(Box::new(ClockStep::Suspend(step))),
        )
    }

    /// The latest requests.
    async fn swept(&self, hub: &TestLedger) -> Vec<SweptRequest> {
        let mut requests = Vec::new();
        for target in self.targets.iter().rev().take(12) {
            let request = hub
                .store
                .request_of(&Viewer::whole(&target.sender), &target.id)
                .await
                .expect("a query");
            let request = request.expect("a request");
            requests.push(SweptRequest {
                id: request.id,
                sender: request.sender,
                recipient: request.recipient,
            });
        }
        requests
    }

    async fn sweep(&self, hub: &TestLedger, succeeds: bool) -> Command {
        let requests = self.swept(hub).await;
        let task = if succeeds {
            let (from, to) = (BANK.code(), BANK_2.code());
            SweepTask::Succeed { from, to }
        } else {
            let version = hub.store.head().await.expect("a head").calendar_version;
            SweepTask::Recompute { version }
        };
        of_the_hub(Operation::Sweep(Sweep {
            task,
            requests,
            measures: Vec::new(),
        }))
    }

    fn again(&self, key: &str, command: u16, changed: bool) -> Command {
        let count = self.commands.len();
        let Some(earlier) = usize::from(command)
            .checked_rem(count)
            .and_then(|index| self.commands.get(index))
        else {
            return Order::land().submit(key, "nothing to repeat");
        };
        let mut command = earlier.clone();
        if changed {
            command.content_sha256 = [7; 32];
        }
        command
    }
}

/// What the hub does by itself.
fn of_the_hub(operation: Operation) -> Command {
    Command {
        actor: Actor::hub(),
        key: None,
        content_sha256: [0; 32],
        body: None,
        verified: None,
        operation,
    }
}

/// A request that does not exist.
fn missing() -> Target {
    let order = Order::land();
    Target {
        id: RequestId::parse("req_00000000000070008000000000000000").expect("an id"),
        kind: order.kind,
        sender: THADS.code(),
        recipient: LAND_OFFICE.code(),
    }
}

/// A working day of the next weeks that is off after all, or not.
fn calendar_command(key: &str, day: u8) -> Command {
    let day = CalendarDay {
        date: jiff::civil::date(2026, 11, 25 + i8::try_from(day % 3).expect("a day")),
        kind: if day.is_multiple_of(2) {
            DayKind::Holiday
        } else {
            DayKind::Plain
        },
        name: "Ngày giả lập".to_owned(),
        basis: "Thông báo giả lập".to_owned(),
        certainty: "giả lập".to_owned(),
        known_from: None,
    };
    Command::new(
        OPERATOR.actor(),
        IdempotencyKey::parse(key).expect("a key"),
        "application/protobuf",
        format!("{key} {day:?}").into(),
        Operation::Calendar(CalendarImport { days: vec![day] }),
    )
}

fn registry_change(change: u8) -> RegistryChange {
    let last_day = jiff::civil::date(2026, 11, 20);
    let unit = change
        .is_multiple_of(2)
        .then(|| UnitId::parse("pgd.hoan-kiem").expect("an id"));
    match change % 9 {
        0 => RegistryChange::SuspendAgency {
            code: BANK_2.code(),
            suspended: true,
        },
        1 | 2 => RegistryChange::SuspendAgency {
            code: BANK_2.code(),
            suspended: false,
        },
        3 => RegistryChange::EndOfficer {
            agency: LAND_OFFICE.code(),
            officer: LAND_OFFICE.officer_id(),
            last_day,
        },
        4 => RegistryChange::RegisterOfficer {
            officer: Officer {
                scope: if change > 200 {
                    OfficerScope::Unit
                } else {
                    OfficerScope::All
                },
                unit: UnitId::parse("pgd.hoan-kiem").ok(),
                ..LAND_OFFICE.officer()
            },
            states_scope: true,
        },
        5 => RegistryChange::UpdateAgency(lienthong::domain::agency::Agency {
            name: format!("Ngân hàng Giả Lập {change}"),
            ..BANK.agency()
        }),
        6 => RegistryChange::RegisterCredentials {
            agency: BANK.code(),
            credentials: BANK_2.paper_credentials(),
        },
        7 => RegistryChange::RegisterOfficer {
            officer: Officer {
                unit,
                ..THADS.officer()
            },
            states_scope: true,
        },
        _ => RegistryChange::CreateAgency {
            agency: BANK.agency(),
            officer: None,
            credentials: Vec::new(),
        },
    }
}
