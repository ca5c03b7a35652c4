//! Officers × requests × every RPC that names one: exactly what the rule says is seen, and the rest answers as if there were
//! no such request.

use lienthong::auth::policy::policy;
use lienthong::domain::agency::Scope;
use lienthong::domain::ids::RequestId;
use lienthong::domain::viewer::Viewer;
use lienthong_proto::{FILE_DESCRIPTOR_SET, Rpc, v1};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::Status;

use super::staff::{STAFF, World, assign};
use crate::harness::agencies::{BANK, THADS};
use crate::harness::audit::audit;
use crate::harness::commands::kind;
use crate::harness::wire::reason;
use crate::harness::{Refusal, documents};
use crate::rpc::same_key::submit;
use crate::rpc::table::{About, row};

/// A request that does not exist.
const MISSING: &str = "req_019aa9c0a1007000800000000000abcd";
/// A version that no request here has: an action on a request that the caller may act on is refused and changes nothing.
const STALE: u8 = 99;

/// Gives the input of a method the stale version, if it has one.
fn stale(rpc: Rpc, mut message: Vec<u8>, descriptors: &FileDescriptorSet) -> Vec<u8> {
    let files = || descriptors.file.iter();
    let method = files()
        .flat_map(|file| &file.service)
        .filter(|service| rpc.service().ends_with(&format!(".{}", service.name())))
        .flat_map(|service| &service.method)
        .find(|method| method.name() == rpc.method())
        .expect("a method");
    let input = files()
        .flat_map(|file| &file.message_type)
        .find(|input| method.input_type().ends_with(&format!(".{}", input.name())))
        .expect("its input");
    if let Some(version) = input.field.iter().find(|field| field.name() == "expected_version") {
        // A varint; of a field that comes twice the last counts.
        prost::encoding::encode_key(
            version.number().unsigned_abs(),
            prost::encoding::WireType::Varint,
            &mut message,
        );
        message.push(STALE);
    }
    message
}

fn naming_a_request() -> Vec<Rpc> {
    // Methods for those who see all of their agency turn others away before anything is looked for.
    let is_for_all = |rpc: &Rpc| policy(*rpc).scope == Scope::All;
    let names = |rpc: &Rpc| row(*rpc).about == About::Request && !is_for_all(rpc);
    Rpc::ALL.iter().copied().filter(names).collect()
}

backends! {
    async fn over_every_rpc_an_officer_reaches_exactly_what_the_rule_says(database) {
        let world = World::start(&database).await;
        let sent = world.send_all().await;
        let store = database.store().await;
        let descriptors = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("descriptors");
        let raw = database.raw().await;
        let before = raw.counts().await;
        let rpcs = naming_a_request();
        assert!(rpcs.len() > 15, "{} methods name a request", rpcs.len());
        let (mut reached, mut hidden) = (0, 0);
        for agency in [THADS, BANK] {
            for person in STAFF {
                let client = world.client(agency, person.id);
                for (number, rpc) in rpcs.iter().enumerate() {
                    let call = async |id: &str, key: &str| {
                        let message = (row(*rpc).make)(agency, id, key);
                        client.raw(*rpc, stale(*rpc, message, &descriptors)).await
                    };
                    let missing = call(MISSING, &format!("missing-{}-{number:03}", person.id)).await;
                    let missing = missing.expect_err("there is no such request");
                    for (index, request) in sent.iter().enumerate() {
                        let what = format!("{rpc:?} of {} of {} at request {index}", person.id, agency.code_text());
                        let outcome = call(&request.id, &format!("call-{}-{number:03}-{index}", person.id)).await;
                        if request.is_seen_by(agency, person) {
                            let refusal = outcome.as_ref().err().map(reason).unwrap_or_default();
                            assert_ne!(refusal, "REQUEST_NOT_FOUND", "{what}");
                            reached += 1;
                        } else {
                            assert_eq!(Refusal::of(&outcome.expect_err(&what)), Refusal::of(&missing), "{what}");
                            hidden += 1;
                        }
                    }
                }
                for request in &sent {
                    // The database against the domain's rule, and both against the rule as this test tells it.
                    let id = RequestId::parse(&request.id).expect("an id");
                    let whole = store.request_of(&Viewer::whole(&agency.code()), &id).await.expect("a query");
                    let viewer = person.viewer(agency);
                    let by_rule = whole.expect("a request").party_of(&viewer);
                    let by_query = store.request_of(&viewer, &id).await.expect("a query");
                    let expected = request.is_seen_by(agency, person);
                    assert_eq!((by_rule.is_some(), by_query.is_some()), (expected, expected), "{} {request:?}", person.id);
                }
            }
        }
        assert!(reached > 100 && hidden > 100, "{reached} reached, {hidden} hidden");
        assert_eq!(raw.counts().await, before, "refusals and reads store nothing");
        world.hub.stop().await;
        audit(&database).await;
    }

    async fn validate_holds_a_draft_against_the_order_of_a_request_that_is_seen_only(database) {
        let world = World::start(&database).await;
        // It asks for more than the example's answer holds.
        let mut order = documents::order(&kind("account-freeze"), "sent-0001", THADS, &[BANK]);
        order["payload"]["amounts"]["obligation"]["amount"] = "250000000".into();
        order["payload"]["amounts"]["total"]["amount"] = "253500000".into();
        let sent = world.client(THADS, "").requests().submit(submit(&order)).await.expect("accepted").into_inner();
        let id = sent.receipts[0].enforcement_request_id.clone();
        world.client(BANK, "").requests().assign(assign("assign-0001", &id, "own.1", "")).await.expect("assigned");
        let validate = async |person: &str, id: &str| -> Result<v1::ValidateResponse, Status> {
            let answer = documents::answer(&kind("account-freeze"), "HELD_FULL", "draft-0001", BANK, id);
            let message = v1::ValidateRequest {
                kind: "account-freeze".to_owned(),
                document: Some(v1::validate_request::Document::Answer(answer.to_string())),
                ..Default::default()
            };
            let reply = world.client(BANK, person).raw(Rpc::CatalogueServiceValidate, message.encode_to_vec()).await?;
            Ok(v1::ValidateResponse::decode(reply.as_slice()).expect("a reply"))
        };
        let unknown = validate("own.2", MISSING).await.expect("an answer");
        assert_eq!(validate("own.2", &id).await.expect("an answer"), unknown, "not seen, so not told");
        assert_ne!(validate("own.1", &id).await.expect("an answer"), unknown, "held against its order");
        world.hub.stop().await;
    }
}
