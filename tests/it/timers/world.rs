//! A hub whose timers are asked for by the test, on a clock that it moves.

use lienthong::domain::agency::Role;
use lienthong::domain::event::EventDetails;
use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong::domain::timer::Notice;
use lienthong::server::settings::HubSettings;
use lienthong::store::rows::EventRow;
use lienthong_proto::v1;

use crate::harness::agencies::{ENFORCEMENT_ADMIN, Fixture, registry_command};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::hub::Client;
use crate::harness::{TestDatabase, TestHub, documents, seals};
use lienthong::app::ledger::command::RegistryChange;

/// The agencies above those of the tests.
pub(super) const ABOVE: [Fixture; 6] = [
    Fixture::another("GIA-LAP.NH.HO", Role::Bank, "01"),
    Fixture::another("GIA-LAP.NHNN.01", Role::StateBank, "01"),
    Fixture::another("GIA-LAP.BCD.01", Role::SteeringCommittee, "01"),
    Fixture::another("GIA-LAP.SO.01", Role::PeoplesCommittee, "01"),
    Fixture::another("GIA-LAP.TAND.37", Role::Court, "37"),
    Fixture::another("GIA-LAP.TANDTC", Role::Court, "01"),
];
pub(super) const HEAD_OFFICE: Fixture = ABOVE[0];
pub(super) const STATE_BANK: Fixture = ABOVE[1];
pub(super) const COMMITTEE: Fixture = ABOVE[2];
pub(super) const DEPARTMENT_OF_LAND: Fixture = ABOVE[3];

pub(super) struct World {
    pub(super) hub: TestHub,
    count: std::cell::Cell<u32>,
}

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{text}+07:00")).expect("a moment")
}

impl World {
    /// It begins on Friday 20/11/2026 at 09:00.
    pub(super) async fn start(database: &TestDatabase) -> Self {
        Self::start_with(database, |_| {}).await
    }

    pub(super) async fn start_with(database: &TestDatabase, change: impl FnOnce(&mut HubSettings)) -> Self {
        Self {
            hub: TestHub::start_with(database, change).await,
            count: std::cell::Cell::new(0),
        }
    }

    /// The same hub after a stop, with these settings.
    pub(super) async fn again(self, settings: HubSettings) -> Self {
        let hub = Box::pin(self.hub.again(settings)).await;
        Self { hub, ..self }
    }

    /// Registers the agencies above, and who is below whom.
    pub(super) async fn climb(&self, below: &[(Fixture, Fixture)]) {
        let app = self.hub.app();
        for agency in ABOVE {
            let registration = agency.registration(agency.paper_credentials());
            app.ledger.execute(registration).await.expect("registered");
        }
        for (agency, superior) in below {
            let mut changed = agency.agency();
            changed.parent = Some(superior.code());
            let key = format!("below:{}", agency.code_text());
            let command = registry_command(&key, RegistryChange::UpdateAgency(changed));
            app.ledger.execute(command).await.expect("changed");
        }
    }

    /// The administration is out of use: nobody is there for what would go to it.
    pub(super) async fn without_administration(&self) {
        let change = RegistryChange::SuspendAgency {
            code: ENFORCEMENT_ADMIN.code(),
            suspended: true,
        };
        let command = registry_command("without-administration", change);
        self.hub.app().ledger.execute(command).await.expect("changed");
    }

    pub(super) async fn client(&self, agency: Fixture) -> Client {
        self.hub.client(agency).await
    }

    /// Sends the example of a kind; gives the request's id.
    pub(super) async fn open(&self, code: &str, sender: Fixture, recipient: Fixture) -> String {
        self.count.set(self.count.get() + 1);
        let key = format!("timers-{:05}", self.count.get());
        let order = documents::order(&kind(code), &key, sender, &[recipient]);
        let times = seals::times_from(self.hub.clock.now());
        let content = seals::submit_at(&order.to_string(), times);
        let mut requests = self.client(sender).await.requests();
        let reply = requests.submit(v1::SubmitRequest { content }).await.expect("accepted");
        reply.into_inner().receipts[0].enforcement_request_id.clone()
    }

    /// The recipient registers a request.
    pub(super) async fn acknowledge(&self, recipient: Fixture, id: &str) {
        let key = format!("timers-ack:{id}");
        let document = documents::acknowledge(&key, recipient, id).to_string();
        let content = Some(v1::acknowledge_request::Content::Document(document));
        let mut requests = self.client(recipient).await.requests();
        let ask = v1::AcknowledgeRequest {
            content,
            expected_version: 0,
        };
        requests.acknowledge(ask).await.expect("acknowledged");
    }

    /// The land office answers.
    pub(super) async fn answer(&self, recipient: Fixture, id: &str) {
        let answer = documents::answer(&kind("land-information"), "NOT_FOUND", "timers-answer-1", recipient, id);
        let content = Some(v1::answer_request::Content::Document(answer.to_string()));
        let mut requests = self.client(recipient).await.requests();
        let ask = v1::AnswerRequest {
            content,
            expected_version: 0,
        };
        requests.answer(ask).await.expect("answered");
    }

    /// Sets the clock, which only goes forward.
    pub(super) fn set(&self, moment: Timestamp) {
        self.hub
            .clock
            .advance_micros(moment.micros() - self.hub.clock.now().micros());
    }

    /// Lets everything happen that is due by now; gives how many entries that made.
    pub(super) async fn fire(&self) -> usize {
        let mut entries = 0;
        loop {
            let fired = self.hub.app().fire_timers(self.hub.clock.now()).await.expect("fired");
            entries += fired.entries;
            if !fired.more {
                return entries;
            }
        }
    }

    /// The same at a moment.
    pub(super) async fn at(&self, moment: &str) -> usize {
        self.set(at(moment));
        self.fire().await
    }

    /// Ends it in order and checks the whole database.
    pub(super) async fn end(self, database: &TestDatabase) {
        self.hub.stop().await;
        audit(database).await;
    }
}

/// What was told of a request by the hub, in order.
pub(super) async fn told(database: &TestDatabase, id: &str) -> Vec<Told> {
    let raw = database.raw().await;
    let events = raw.events().await;
    events
        .into_iter()
        .filter(|event| event.subject == id)
        .filter_map(Told::of)
        .collect()
}

/// One thing that the hub did.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) action: String,
    pub(super) at: Timestamp,
    pub(super) details: EventDetails,
}

impl Told {
    fn of(event: EventRow) -> Option<Self> {
        let is_the_hubs = event.officer.as_str() == "hub" || event.agency.as_str() == "HUB";
        is_the_hubs.then(|| Self {
            details: serde_json::from_str(&event.details).expect("details"),
            at: event.hub_time,
            action: event.action,
        })
    }

    pub(super) fn notice(&self) -> &Notice {
        self.details.notice.as_ref().expect("a notice")
    }

    pub(super) fn entered(&self) -> Vec<&str> {
        self.details
            .entered
            .iter()
            .map(|entered| entered.agency.as_str())
            .collect()
    }
}

/// The clock and rung of what was told.
pub(super) fn rungs(told: &[Told]) -> Vec<String> {
    let notices = told.iter().filter_map(|told| told.details.notice.as_ref());
    notices
        .map(|notice| format!("{} {}", notice.clock, notice.rung))
        .collect()
}
