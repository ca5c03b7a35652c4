//! The queries against the rule: over registries and requests in any shape, a query finds exactly what the rule allows.

use std::collections::BTreeMap;

use lienthong::domain::agency::{Agency, Role, Scope};
use lienthong::domain::ids::AgencyCode;
use lienthong::domain::request::EnforcementRequest;
use lienthong::domain::supervision::Hierarchy;
use lienthong::domain::viewer::Viewer;
use lienthong::store::SupervisedFilter;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::harness::agencies::BANK;
use crate::harness::{Order, TestLedger};

/// Registries that are tried, and agencies and requests of each.
const CASES: usize = 24;
const AGENCIES: usize = 8;
const REQUESTS: usize = 12;

fn code(number: usize) -> AgencyCode {
    AgencyCode::parse(&format!("GIA-LAP.CQ.{number}")).expect("a code")
}

fn registries() -> impl Strategy<Value = Vec<Agency>> {
    let roles = vec![
        Role::Procuracy,
        Role::Enforcement,
        Role::BailiffOffice,
        Role::EnforcementAdmin,
        Role::SteeringCommittee,
        Role::Bank,
    ];
    let one = (
        prop::sample::select(roles),
        prop::sample::select(vec!["", "01", "35", "37"]),
        prop::option::weighted(0.6, 0..AGENCIES),
        prop::option::weighted(0.2, 0..AGENCIES),
    );
    prop::collection::vec(one, AGENCIES).prop_map(|drawn| {
        let agencies = drawn.into_iter().enumerate();
        agencies
            .map(|(number, (role, province, parent, successor))| Agency {
                code: code(number),
                role,
                province_code: province.to_owned(),
                parent: parent.filter(|named| *named != number).map(code),
                successor: successor.filter(|named| *named != number).map(code),
                ..BANK.agency()
            })
            .collect()
    })
}

fn parties() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..AGENCIES, 0..AGENCIES), REQUESTS)
}

backends! {
    async fn the_queries_find_what_the_rule_allows(database) {
        let hub = TestLedger::start(&database).await;
        let mut ids = Vec::new();
        for number in 0..REQUESTS {
            ids.push(hub.open(&Order::land(), &format!("land-{number:05}")).await.id);
        }
        let raw = database.raw().await;
        let mut runner = TestRunner::deterministic();
        let (mut shown, mut hidden) = (0, 0);
        for _ in 0..CASES {
            let agencies = registries().new_tree(&mut runner).expect("a registry").current();
            let drawn = parties().new_tree(&mut runner).expect("parties").current();
            let mut requests: BTreeMap<_, EnforcementRequest> = BTreeMap::new();
            for (id, (sender, recipient)) in ids.iter().zip(drawn) {
                let (sender, recipient) = (code(sender), code(recipient));
                let text = format!("UPDATE enforcement_request SET sender = '{sender}', recipient = '{recipient}' WHERE id = '{id}'");
                raw.execute(text).await.expect("other parties");
                let found = hub.store.request_of(&Viewer::whole(&sender), id).await.expect("a query");
                requests.insert(id, found.expect("a request"));
            }
            let hierarchy = Hierarchy::of(&agencies);
            for agency in &agencies {
                for scope in Scope::ALL {
                    let supervised = hierarchy.supervised_by(&agency.code, *scope);
                    let allowed = requests.iter().rev().filter(|(_, request)| supervised.right_to(request).is_some());
                    let allowed: Vec<_> = allowed.map(|(id, _)| (*id).clone()).collect();
                    let found = hub.store.supervised_page(&supervised, &SupervisedFilter::default(), None, 100).await;
                    let found: Vec<_> = found.expect("a query").into_iter().map(|request| request.id).collect();
                    assert_eq!(found, allowed, "{} with {scope} in {agencies:#?}", agency.code);
                    for id in &ids {
                        let found = hub.store.supervised_request(&supervised, id).await.expect("a query");
                        assert_eq!(found.is_some(), allowed.contains(id));
                        *(if found.is_some() { &mut shown } else { &mut hidden }) += 1;
                    }
                }
            }
        }
        assert!(shown > 300 && hidden > 300, "{shown} shown, {hidden} hidden");
        hub.stop().await;
    }
}
