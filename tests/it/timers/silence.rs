//! Certificates of silence: made of a request that nobody answered and of no other, always the same, and of no other bytes.

use lienthong::domain::time::Clock as _;
use lienthong::domain::workflow::Action;
use lienthong::evidence::published::PublishedKey;
use lienthong::evidence::silence::{SilenceError, SilenceFile};
use lienthong_proto::{Rpc, v1};
use prost::Message as _;
use tonic::Status;

use super::world::World;
use crate::cli::Desk;
use crate::evidence::published;
use crate::harness::agencies::{BANK, LAND_OFFICE, THADS};
use crate::harness::commands::{final_answer, kind};
use crate::harness::wire::reason;
use crate::harness::{Fixture, Order, TestDatabase, documents};
use crate::verify::second::ask_second;

pub(super) async fn certificate(world: &World, by: Fixture, id: &str) -> Result<Vec<u8>, Status> {
    let message = v1::GetSilenceCertificateRequest {
        enforcement_request_id: id.to_owned(),
    };
    let client = world.client(by).await;
    let reply = client.send(Rpc::EvidenceServiceGetSilenceCertificate, &message).await?;
    let told = v1::GetSilenceCertificateResponse::decode(reply.as_slice()).expect("a response");
    Ok(told.certificate.to_vec())
}

async fn refused(world: &World, by: Fixture, id: &str) -> String {
    reason(&certificate(world, by, id).await.expect_err("no certificate"))
}

async fn interim(world: &World, id: &str, key: &str) {
    let answer = documents::answer(&kind("land-information"), "IN_PROGRESS", key, LAND_OFFICE, id);
    let ask = v1::AnswerRequest {
        content: Some(v1::answer_request::Content::Document(answer.to_string())),
        expected_version: 0,
    };
    let mut requests = world.client(LAND_OFFICE).await.requests();
    requests.answer(ask).await.expect("answered");
}

/// All entries of a request as they are proved today, assembled by whoever may read the database.
async fn assembled(world: &World, database: &TestDatabase, id: &str, left_out: &[&str]) -> SilenceFile {
    let events = database.raw().await.events().await;
    let own = events.into_iter().filter(|event| event.subject == id);
    let own: Vec<_> = own.filter(|event| !left_out.contains(&event.action.as_str())).collect();
    let app = world.hub.app();
    let checkpoint = app.checkpoint(None).await.expect("a checkpoint");
    let mut entries = Vec::new();
    for event in &own {
        let proof = app
            .inclusion_proof(event.log_index, checkpoint.tree_size)
            .await
            .expect("a proof");
        let leaf = app
            .store
            .log_entries(event.log_index, 1)
            .await
            .expect("an entry")
            .remove(0)
            .leaf;
        entries.push((leaf, proof));
    }
    let last = own.last().expect("an event");
    let party = last.party.map(|party| party.as_str().to_owned());
    SilenceFile::new(checkpoint.note().expect("signed"), entries, party, last.details.clone())
}

fn why(file: &SilenceFile, keys: &[PublishedKey]) -> Option<SilenceError> {
    file.verify(keys).err()
}

backends! {
    async fn an_answer_clock_that_passes_with_nothing_is_certified_to_its_parties_and_no_other_bytes_hold(database) {
        let world = World::start(&database).await;
        let id = world.open("land-information", THADS, LAND_OFFICE).await;
        world.acknowledge(LAND_OFFICE, &id).await;
        // Due on the 26th.
        world.at("2026-11-26T23:59:59.999999").await;
        assert_eq!(refused(&world, THADS, &id).await, "CLOCK_NOT_OVERDUE");
        world.at("2026-11-27T00:00:00").await;
        let good = certificate(&world, THADS, &id).await.expect("a certificate");
        world.at("2026-12-04T09:00:00").await;
        assert_eq!(certificate(&world, LAND_OFFICE, &id).await.expect("the same"), good, "whoever asks, whenever");
        for (by, unknown) in [(BANK, id.as_str()), (THADS, "req_00000000000070008000000000000000")] {
            assert_eq!(refused(&world, by, unknown).await, "REQUEST_NOT_FOUND");
        }
        let keys = published(&world.client(BANK).await).await;
        let file = SilenceFile::read(&good).expect("a certificate");
        let proved = file.verify(&keys).expect("it holds");
        assert_eq!((proved.clock.name.as_str(), proved.leaves.len()), ("answer", 4));
        assert_eq!(proved.leaves[0].subject, id);
        for place in 0..good.len() {
            let mut changed = good.clone();
            changed[place] ^= 1;
            let holds = SilenceFile::read(&changed).and_then(|file| file.verify(&keys).map(drop));
            assert!(holds.is_err(), "byte {place}");
        }
        // An answer that comes late ends the silence: as of the entry it stays true, and the hub certifies it no more.
        world.answer(LAND_OFFICE, &id).await;
        assert_eq!(refused(&world, THADS, &id).await, "REQUEST_ANSWERED");
        assert!(file.verify(&keys).is_ok());
        world.end(&database).await;
    }

    async fn of_a_request_that_was_answered_none_is_made_and_none_can_be_assembled(database) {
        let world = World::start(&database).await;
        let answered = world.open("land-information", THADS, LAND_OFFICE).await;
        world.acknowledge(LAND_OFFICE, &answered).await;
        interim(&world, &answered, "silence-interim-1").await;
        let silent = world.open("land-information", THADS, LAND_OFFICE).await;
        world.at("2026-11-27T00:00:00").await;
        assert_eq!(refused(&world, THADS, &answered).await, "REQUEST_ANSWERED");
        let keys = published(&world.client(BANK).await).await;
        let other = assembled(&world, &database, &silent, &[]).await;
        assert_eq!(why(&other, &keys), None);

        let whole = assembled(&world, &database, &answered, &[]).await;
        assert_eq!(why(&whole, &keys), Some(SilenceError::Answered));
        let shorter = assembled(&world, &database, &answered, &["answer_interim"]).await;
        assert_eq!(why(&shorter, &keys), Some(SilenceError::Gap));
        // The end of another request in the place of its own.
        let last = other.entries.last().expect("an entry").clone();
        let mut mixed = SilenceFile { party: other.party.clone(), details: other.details.clone(), ..whole.clone() };
        *mixed.entries.last_mut().expect("an entry") = last.clone();
        assert_eq!(why(&mixed, &keys), Some(SilenceError::Gap));
        mixed.entries.truncate(1);
        mixed.entries.push(last);
        assert_eq!(why(&mixed, &keys), Some(SilenceError::Gap));
        let told = SilenceFile { details: whole.details.clone(), ..other.clone() };
        assert_eq!(why(&told, &keys), Some(SilenceError::WrongDetails));
        // The own words of a hub that does not sign: a leaf that it never entered.
        let mut forged = other.clone();
        forged.entries[0].leaf.clone_from(&whole.entries[0].leaf);
        assert!(matches!(why(&forged, &keys), Some(SilenceError::Entry(_))));
        world.end(&database).await;
    }

    async fn the_program_keeps_it_and_both_verifiers_say_the_same_of_it(database) {
        let (mut desk, (silent, answered)) = Desk::open_after(&database, Vec::new(), 1, async |ledger| {
            let silent = ledger.open(&Order::land(), "nobody-answers").await;
            let answered = ledger.open(&Order::land(), "somebody-answers").await;
            ledger.done(answered.step("the-answer", Action::AnswerFinal, final_answer(&answered.kind))).await;
            ledger.clock.advance_micros(30 * 86_400 * 1_000_000);
            let app = ledger.app().await;
            let now = ledger.clock.now();
            while app.fire_timers(now).await.expect("fired").more {}
            (silent.id.to_string(), answered.id.to_string())
        })
        .await;
        let none = desk.run(THADS, &["evidence", "silence", &answered]).await;
        assert_eq!(none.status, 1, "{}", none.stderr);
        assert!(none.stderr.contains("REQUEST_ANSWERED"), "{}", none.stderr);
        desk.text(THADS, &["evidence", "silence", &silent, "-O", "silence.json", "--page", "silence.html"]).await;
        let keys = desk.text(THADS, &["evidence", "keys"]).await;
        desk.write("hub.keys", &keys);
        desk.stop_hub().await;
        let page = std::fs::read_to_string(desk.path("silence.html")).expect("a page");
        assert!(page.contains("Xác nhận quá thời hạn không trả lời") && page.contains(&silent));
        let again = desk.bare(&["verify", "silence", "silence.json", "--hub-keys", "hub.keys", "--page", "again.html"]).await;
        assert!(again.status == 0 && again.stdout.starts_with("ĐÚNG: "), "{}{}", again.stdout, again.stderr);
        assert_eq!(std::fs::read_to_string(desk.path("again.html")).expect("a page"), page);

        let text = std::fs::read_to_string(desk.path("silence.json")).expect("a certificate");
        let file = SilenceFile::read(text.as_bytes()).expect("a certificate");
        let written = |change: &dyn Fn(&mut SilenceFile)| {
            let mut changed = file.clone();
            change(&mut changed);
            String::from_utf8(changed.bytes().expect("bytes")).expect("UTF-8")
        };
        let cases = [
            (text.clone(), 0, "HELD"),
            (text.trim_end().to_owned(), 1, "SILENCE_MALFORMED"),
            (written(&|file| file.schema.push('0')), 1, "SILENCE_MALFORMED"),
            (written(&|file| drop(file.entries.pop())), 1, "ENTRIES_MISSING"),
            (written(&|file| drop(file.entries.remove(0))), 1, "ENTRIES_MISSING"),
            (written(&|file| file.entries.clear()), 1, "ENTRIES_MISSING"),
            (written(&|file| file.entries.swap(0, 1)), 1, "ENTRIES_MISSING"),
            (written(&|file| file.details.push(' ')), 1, "DETAILS_WRONG"),
            (written(&|file| file.party = None), 1, "DETAILS_WRONG"),
            (written(&|file| file.party = Some("SENDER".to_owned())), 1, "DETAILS_WRONG"),
            (written(&|file| drop(file.entries[0].inclusion_proof.pop())), 1, "PROOF_WRONG"),
            (written(&|file| file.entries[0].leaf = file.entries[1].leaf.clone()), 1, "PROOF_WRONG"),
            (written(&|file| file.entries[0].leaf = "AAAA".to_owned()), 1, "LEAF_WRONG"),
            (written(&|file| file.checkpoint = file.checkpoint.replacen("hub-time 2", "hub-time 3", 1)), 1, "SIGNATURE_WRONG"),
            (written(&|file| file.checkpoint.clear()), 1, "CHECKPOINT_MALFORMED"),
        ];
        let at = desk.path("");
        for (number, (text, status, code)) in cases.into_iter().enumerate() {
            desk.write("changed.json", &text);
            let asked = ["silence", "changed.json", "--hub-keys", "hub.keys"];
            let ours = desk.bare(&[&["verify"], &asked[..], &["-o", "json"]].concat()).await;
            assert!(ours.status == status && ours.stdout.contains(code), "{number} {code}: {}{}", ours.stdout, ours.stderr);
            let (theirs, said) = ask_second(&at, &asked);
            assert!(theirs == Some(status) && said.contains(code), "{number} {code}: {said}");
        }
        desk.close().await;
    }
}
