//! Agencies of the same roles that are party to nothing: they ask for everything there is, and for what they know to exist.

use lienthong_proto::{Rpc, v1};
use prost::Message;

use super::lives::{self, Made};
use super::world::World;
use crate::harness::Fixture;
use crate::harness::agencies::{ALL, OPERATOR};
use crate::rpc::table::{About, row};

/// Most requests and documents of its namesake that a stranger asks for.
const MOST: usize = 3;

/// Methods that would make the stranger a party, or begin what only it knows of.
const OWN_WORK: &[Rpc] = &[
    Rpc::RequestServiceSubmit,
    Rpc::RequestServiceSubmitStream,
    Rpc::RequestServiceRegisterMeasures,
    Rpc::DocumentServiceUpload,
];

async fn ask(world: &World, by: Fixture, rpc: Rpc, message: Vec<u8>) {
    // A stream of what comes stays open.
    let most = if rpc == Rpc::MailboxServiceSubscribe {
        1
    } else {
        usize::MAX
    };
    world.hear(by, rpc.path(), vec![message], most, |_| {}).await;
}

/// Every method, about what others have; every list, of others.
pub(super) async fn pry(world: &World, made: &Made) {
    for agency in ALL.iter().filter(|agency| agency.is_digital() && **agency != OPERATOR) {
        let stranger = *world
            .strangers()
            .iter()
            .find(|stranger| stranger.code_text() == agency.stranger().code_text())
            .expect("a stranger of the same role");
        let its = |(_, sender, recipient): &&(String, Fixture, Fixture)| sender == agency || recipient == agency;
        let requests: Vec<&str> = made.requests.iter().filter(its).map(|(id, ..)| id.as_str()).collect();
        let documents: Vec<&str> = made
            .documents
            .iter()
            .filter(|(_, owner)| owner == agency)
            .map(|(id, _)| id.as_str())
            .collect();
        let broadcasts: Vec<&str> = made.broadcasts.iter().map(|(id, _)| id.as_str()).collect();
        for rpc in Rpc::ALL.iter().filter(|rpc| !OWN_WORK.contains(rpc)) {
            let row = row(*rpc);
            let subjects: &[&str] = match row.about {
                About::Nothing => &[""],
                About::Agency => &[agency.code_text()],
                About::Request => &requests,
                About::Document => &documents,
                About::Broadcast => &broadcasts,
            };
            for subject in subjects.iter().take(MOST) {
                let message = (row.make)(stranger, subject, &world.key());
                ask(world, stranger, *rpc, message).await;
            }
        }
        lists(world, stranger, *agency).await;
    }
}

/// The lists, as wide as they go and of the namesake.
async fn lists(world: &World, by: Fixture, of: Fixture) {
    let code = || of.code_text().to_owned();
    for side in ["sender", "recipient"] {
        let filter = format!("{side} = {}", of.code_text());
        let message = v1::ListRequest {
            page_size: 500,
            filter,
            ..Default::default()
        };
        ask(world, by, Rpc::RequestServiceList, message.encode_to_vec()).await;
    }
    for counterparty_agency_code in [String::new(), code()] {
        let message = v1::ListMeasuresRequest {
            page_size: 500,
            counterparty_agency_code,
            ..Default::default()
        };
        ask(world, by, Rpc::RequestServiceListMeasures, message.encode_to_vec()).await;
    }
    for holder_agency_code in [String::new(), code()] {
        let message = v1::ListAccountHoldsRequest {
            account: lives::account(),
            holder_agency_code,
            ..Default::default()
        };
        ask(world, by, Rpc::RequestServiceListAccountHolds, message.encode_to_vec()).await;
    }
    for register in [v1::Register::Incoming, v1::Register::Judgments] {
        for agency_code in [String::new(), code()] {
            let message = v1::ListRegisterRequest {
                register: register.into(),
                agency_code,
                ..Default::default()
            };
            ask(world, by, Rpc::RequestServiceListRegister, message.encode_to_vec()).await;
        }
    }
    let message = v1::ListAgenciesRequest {
        page_size: 500,
        ..Default::default()
    };
    ask(world, by, Rpc::AgencyServiceListAgencies, message.encode_to_vec()).await;
    for agency in ALL {
        let message = v1::GetAgencyRequest {
            code: agency.code_text().to_owned(),
        };
        ask(world, by, Rpc::AgencyServiceGetAgency, message.encode_to_vec()).await;
    }
    let message = v1::PullRequest {
        max_entries: 1_000,
        include_documents: true,
        ..Default::default()
    };
    ask(world, by, Rpc::MailboxServicePull, message.encode_to_vec()).await;
    let message = v1::SubscribeRequest {
        include_documents: true,
        ..Default::default()
    };
    ask(world, by, Rpc::MailboxServiceSubscribe, message.encode_to_vec()).await;
}
