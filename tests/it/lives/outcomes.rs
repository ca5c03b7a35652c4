//! Every outcome of every kind of the catalogue, over the wire: none can come in untested.

use lienthong::domain::catalogue::definition::StatedBy;
use lienthong::domain::document::OrderDocument;
use lienthong::domain::document::parse;
use lienthong::domain::ids::AgencyCode;
use serde_json::{Value, json};

use crate::harness::commands::{CATALOGUE, kind};
use crate::harness::{Fixture, documents, fixture};

use super::deduction::papers;
use super::life::Life;
use super::world::World;

/// The agencies that the kind's example names.
fn parties(example: &str) -> (Fixture, Fixture) {
    let order: OrderDocument = parse(example.as_bytes()).expect("an order");
    let agency = |code: &AgencyCode| fixture(code);
    (agency(&order.agency), agency(&order.recipients[0]))
}

/// What an order of this kind needs before it can be sent: what it cites, papers.
async fn needed(world: &World, code: &str, (sender, recipient): (Fixture, Fixture)) -> Value {
    if code == "income-deduction" {
        return json!({ "attachments": papers(world).await });
    }
    let Some(cited) = documents::cited(&kind(code)) else {
        return json!({});
    };
    let first = world.open(cited.kind.as_str(), sender, recipient).await;
    if let Some(outcome) = &cited.outcome {
        first.answer(outcome).await;
    }
    json!({ "relations": [{ "type": cited.relation, "enforcement_request_id": first.id }] })
}

async fn opened<'a>(world: &'a World, code: &str, example: &str) -> Life<'a> {
    let (sender, recipient) = parties(example);
    let needed = needed(world, code, (sender, recipient)).await;
    let life = world.open_with(code, sender, recipient, |order| {
        for (member, value) in needed.as_object().expect("an object") {
            order[member] = value.clone();
        }
    });
    life.await
}

backends! {
    async fn every_outcome_of_every_kind_is_accepted_where_it_may_stand(database) {
        let world = World::start(&database).await;
        // Later than every time in the examples' answers.
        world.at("2026-12-21T10:00");
        let mut reported = 0;
        for kind in CATALOGUE.kinds() {
            let code = kind.code().as_str();
            let definition = &kind.definition;
            let first_answer = definition.outcomes.iter().find(|outcome| outcome.r#final && outcome.measure);
            for outcome in &definition.outcomes {
                let life = opened(&world, code, &kind.order_example).await;
                life.acknowledge().await;
                let name = outcome.code.to_string();
                if outcome.is_for_reports_only() {
                    reported += 1;
                    life.answer(&first_answer.expect("an outcome with a measure").code.to_string()).await;
                    life.report(&name, |_| {}).await.unwrap_or_else(|status| panic!("{code} {name}: {status:?}"));
                    if outcome.ends_measure {
                        assert_eq!(life.held().await, "ended", "{code} {name}");
                    }
                    continue;
                }
                life.answer_with(&name, |_| {}).await.unwrap_or_else(|status| panic!("{code} {name}: {status:?}"));
                let expected = if outcome.r#final { format!("ANSWERED {name}") } else { "ACKNOWLEDGED".to_owned() };
                assert_eq!(life.state().await, expected, "{code}");
                let holds = life.held().await != "none";
                assert!(!holds || outcome.measure, "{code} {name}: {}", life.held().await);
                assert!(holds || !outcome.measure || outcome.measure_if.is_some(), "{code} {name} holds nothing");
                if outcome.stated_by.contains(&StatedBy::Report) {
                    reported += 1;
                    life.report(&name, |_| {}).await.unwrap_or_else(|status| panic!("{code} {name}: {status:?}"));
                }
            }
        }
        let outcomes = CATALOGUE.kinds().flat_map(|kind| &kind.definition.outcomes);
        assert_eq!(reported, outcomes.filter(|outcome| outcome.stated_by.contains(&StatedBy::Report)).count());
        world.end(&database).await;
    }
}
