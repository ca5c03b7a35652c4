//! Who looked: told to the parties, but for the procuracy's looks; those are for the procuracy's auditor and for procuracies above.

use lienthong_proto::{Rpc, v1};

use super::world::{ADMINISTRATION, COMMITTEE, HIGHER_PROCURACY, World, add_officer, ask};
use crate::harness::Refusal;
use crate::harness::agencies::{BANK, BANK_2, PROCURACY, PROCURACY_37, THADS};
use crate::harness::hub::Client;
use crate::harness::wire::reason;

const PURPOSE: &str = "Kiểm sát theo Kế hoạch 12/KH-VKS";

/// Every look at a request that a party is told of, a page of one at a time.
async fn told_to(client: &Client, id: &str) -> Vec<v1::SupervisionRead> {
    let mut asked = v1::ListReadsRequest {
        enforcement_request_id: id.to_owned(),
        page_size: 1,
        ..Default::default()
    };
    let mut all = Vec::new();
    loop {
        let page: v1::ListReadsResponse = ask(client, Rpc::SupervisionServiceListReads, &asked)
            .await
            .expect("a page");
        assert!(page.reads.len() <= 1);
        all.extend(page.reads);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return all;
        }
    }
}

async fn audited(
    client: &Client,
    asked: v1::ListAgencyReadsRequest,
) -> Result<Vec<v1::SupervisionRead>, tonic::Status> {
    let mut asked = v1::ListAgencyReadsRequest { page_size: 2, ..asked };
    let mut all = Vec::new();
    loop {
        let page: v1::ListAgencyReadsResponse = ask(client, Rpc::SupervisionServiceListAgencyReads, &asked).await?;
        all.extend(page.reads);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(all);
        }
    }
}

fn of(code: &str) -> v1::ListAgencyReadsRequest {
    v1::ListAgencyReadsRequest {
        agency_code: code.to_owned(),
        ..Default::default()
    }
}

backends! {
    async fn the_parties_are_told_who_looked_but_for_the_procuracy(database) {
        let world = World::start(&database).await;
        for (supervisor, purpose) in [(ADMINISTRATION, "Kiểm tra 5/QĐ"), (PROCURACY, PURPOSE), (COMMITTEE, "")] {
            world.get_for(&world.client(supervisor).await, &world.near, purpose).await.expect("shown");
        }
        world.events(&world.client(ADMINISTRATION).await, &world.near).await.expect("shown");
        world.get(&world.client(PROCURACY).await, &world.far).await.expect_err("it is not under it");
        for party in [THADS, BANK] {
            let reads = told_to(&world.client(party).await, &world.near).await;
            let told: Vec<_> = reads
                .iter()
                .map(|read| (read.agency_code.as_str(), read.look(), read.purpose.as_str(), read.cited))
                .collect();
            let (request, events) = (v1::SupervisionLook::Request, v1::SupervisionLook::Events);
            assert_eq!(
                told,
                [
                    (ADMINISTRATION.code_text(), events, "", false),
                    (COMMITTEE.code_text(), request, "", false),
                    (ADMINISTRATION.code_text(), request, "Kiểm tra 5/QĐ", true),
                ],
                "{}",
                party.code_text()
            );
            let is_bare = |read: &v1::SupervisionRead| read.shown_count == 0 && read.enforcement_request_ids.is_empty();
            assert!(reads.iter().all(is_bare), "what else they looked at is not theirs to know");
        }
        for stranger in [BANK_2, PROCURACY, ADMINISTRATION] {
            let asked = v1::ListReadsRequest { enforcement_request_id: world.near.clone(), ..Default::default() };
            let told: Result<v1::ListReadsResponse, _> =
                ask(&world.client(stranger).await, Rpc::SupervisionServiceListReads, &asked).await;
            assert_eq!(reason(&told.expect_err("no party")), "REQUEST_NOT_FOUND", "{}", stranger.code_text());
        }
        assert!(told_to(&world.client(BANK_2).await, &world.far).await.is_empty());
        world.hub.stop().await;
    }

    async fn the_auditor_sees_the_procuracy_s_looks_and_so_does_the_procuracy_above(database) {
        let world = World::start(&database).await;
        let (near, far) = (world.client(PROCURACY).await, world.client(PROCURACY_37).await);
        world.get_for(&near, &world.near, PURPOSE).await.expect("shown");
        world.get(&near, &world.far).await.expect_err("in vain");
        world.list(&near, "kind = account-freeze").await.expect("shown");
        add_officer(&near, "ks.hep", v1::OfficerScope::Own).await;
        world.get(&world.officer(PROCURACY, "ks.hep").await, &world.near).await.expect("shown");
        world.get(&far, &world.far).await.expect("shown");

        let own = audited(&near, of("")).await.expect("its own");
        let told: Vec<_> = own.iter().map(|read| (read.officer_id.as_str(), read.look(), read.shown_count)).collect();
        let (request, list) = (v1::SupervisionLook::Request, v1::SupervisionLook::List);
        let chief = PROCURACY.officer_text();
        assert_eq!(told, [("ks.hep", request, 1), (chief, list, 1), (chief, request, 0), (chief, request, 1)]);
        assert_eq!((own[3].purpose.as_str(), own[3].enforcement_request_ids.as_slice()), (PURPOSE, &[world.near.clone()][..]));
        assert!(own[2].enforcement_request_ids.is_empty() && own[0].log_index > own[3].log_index);

        let by_officer = v1::ListAgencyReadsRequest { officer_id: "ks.hep".to_owned(), ..of(PROCURACY.code_text()) };
        assert_eq!(audited(&near, by_officer).await.expect("its own").len(), 1);
        let of_request = v1::ListAgencyReadsRequest { enforcement_request_id: world.near.clone(), ..of("") };
        assert_eq!(audited(&near, of_request).await.expect("its own").len(), 3);

        let above = world.client(HIGHER_PROCURACY).await;
        assert_eq!(audited(&above, of(PROCURACY_37.code_text())).await.expect("it is below").len(), 1);
        for (client, agency) in [(&above, PROCURACY), (&far, HIGHER_PROCURACY), (&far, PROCURACY), (&near, ADMINISTRATION)] {
            let refused = audited(client, of(agency.code_text())).await.expect_err("not below");
            let missing = audited(client, of("GIA-LAP.KHONG.CO")).await.expect_err("there is none");
            assert_eq!(reason(&refused), "AGENCY_NOT_FOUND", "{}", agency.code_text());
            assert_eq!(Refusal::of(&refused), Refusal::of(&missing));
        }
        world.hub.stop().await;
    }
}
