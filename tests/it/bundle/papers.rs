//! The papers of authorities in bundles: what each signer's certificate was judged by as its document was accepted.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use lienthong::client::pki::{Authority, Validity};
use lienthong::domain::agency::Purpose;
use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong::evidence::digest::{hex, sha256};
use lienthong::server::clock::SystemClock;
use lienthong::server::run::Hub;
use lienthong::server::settings::{HubSettings, SignerPlace};
use lienthong::verify::bundle::Names;
use rcgen::{
    CertificateRevocationListParams, CrlDistributionPoint, CrlIssuingDistributionPoint, KeyIdMethod, SerialNumber,
    date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use super::forger::Forgery;
use super::{Judgement, both, export, files, open_with_list, with_list};
use crate::cli::Desk;
use crate::harness::agencies::{BANK, THADS};
use crate::harness::audit::audit;
use crate::harness::ids::SeededIds;
use crate::harness::{Backend, TestDatabase, block_on_for, seals};

const LIMIT: std::time::Duration = std::time::Duration::from_mins(10);

fn der(list: &str) -> Vec<u8> {
    CertificateRevocationListDer::from_pem_slice(list.as_bytes())
        .expect("a list")
        .to_vec()
}

/// The digests of the lists in a bundle's folder.
fn lists(folder: &Path, request: &str) -> Vec<String> {
    let bundle = Forgery::of(folder, request);
    let taken = bundle
        .entries
        .values()
        .filter(|entry| entry.leaf.action == "take_revocation_list");
    taken.map(|entry| entry.leaf.subject.clone()).collect()
}

/// Sends an order that must be signed; gives the request's id.
async fn order(desk: &Desk, file: &str) -> String {
    desk.order("account-freeze", THADS, BANK, file).await
}

/// Waits until the hub judges by the new list: until it refuses a seal that this revokes.
async fn refused(desk: &Desk, file: &str) {
    for number in 0..100 {
        let to = BANK.code_text();
        let file = format!("{number}-{file}");
        desk.text(THADS, &["template", "account-freeze", "order", "--to", to, "-O", &file])
            .await;
        let done = desk.run(THADS, &["send", &file]).await;
        if done.status != 0 {
            assert!(done.stderr.contains("SIGNATURE_INVALID"), "{}", done.stderr);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("the list is never taken");
}

backends! {
    async fn a_bundle_brings_the_list_by_which_each_signer_was_judged(database) {
        let mut desk = Desk::open(&database).await;
        let now = SystemClock.now();
        let bare = order(&desk, "bare.json").await;
        // A list larger than a client takes in one message.
        let strangers: Vec<Vec<u8>> = (1_u32..130_000).map(|number| [&[1], number.to_be_bytes().as_slice()].concat()).collect();
        let first = seals::list_of(&strangers, 1, Validity::days(now, 20));
        assert!(der(&first).len() > 4 * 1024 * 1024);
        desk.write("seals.crl", &first);
        desk.stop_hub().await;
        let settings = with_list(&desk, "seals.crl");
        desk.start_hub(settings, 41).await;
        let listed = order(&desk, "listed.json").await;
        let (before, keys) = export(&desk, &listed, "before").await;
        let (unlisted, _) = export(&desk, &bare, "unlisted").await;
        // The seal is revoked: what was accepted before stays good, by the list of that time.
        let seal = seals::of_code(THADS.code_text()).seal;
        let second = seals::list(&[&seal], 2, Validity::days(now, 30));
        desk.write("seals.crl", &second);
        refused(&desk, "late.json").await;
        let (after, _) = export(&desk, &listed, "after").await;
        // A hub that starts with the older list remembers no newer one; the newest in the log is not the one that is asked.
        desk.write("seals.crl", &first);
        desk.stop_hub().await;
        let settings = with_list(&desk, "seals.crl");
        desk.start_hub(settings, 42).await;
        let again = order(&desk, "again.json").await;
        let (rolled_back, _) = export(&desk, &again, "rolled-back").await;
        desk.stop_hub().await;

        for (folder, request) in [(&before, &listed), (&after, &listed), (&rolled_back, &again)] {
            let said = both(folder, Some(&keys), "with a list");
            assert!(said.held && said.counts[4..6] == [1, 0], "{said:?}");
            assert_eq!(lists(folder, request), [hex(&sha256(&der(&first)))], "that very one");
        }
        let said = both(&unlisted, Some(&keys), "without a list");
        assert!(said.held && said.counts[4..6] == [0, 1], "{said:?}");
        assert_eq!(lists(&unlisted, &bare), [""; 0]);
        assert!(files(&unlisted).iter().any(|file| file.ends_with(".paper.der")), "its authority is there");
        desk.close().await;
        audit(&database).await;
    }
}

#[test]
fn of_two_hubs_each_step_names_the_list_of_the_one_that_took_it() {
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(Backend::Postgres).await;
        let mut desk = open_with_list(&database).await;
        let newer = seals::list(&[], 2, Validity::days(SystemClock.now(), 40));
        desk.write("newer.crl", &newer);
        let second = HubSettings {
            listen: ([127, 0, 0, 1], 0).into(),
            signer: SignerPlace {
                folder: database.fresh_signer(),
                may_be_new: true,
            },
            ..with_list(&desk, "newer.crl")
        };
        let second = Hub::start(second, Arc::new(SystemClock), SeededIds::new(55)).await;
        let second = second.expect("the second hub starts");
        let profile = format!("{}.toml", THADS.code_text());
        let own = fs::read_to_string(desk.path(&profile)).expect("a profile");
        let at = |port: u16| format!("localhost:{port}");
        let other = own.replace(&at(desk.listens_at().port()), &at(second.address().port()));
        assert_ne!(own, other);

        desk.write(&profile, &other);
        let by_second = order(&desk, "second.json").await;
        desk.write(&profile, &own);
        let by_first = order(&desk, "first.json").await;
        let (of_second, keys) = export(&desk, &by_second, "of-second").await;
        let (of_first, _) = export(&desk, &by_first, "of-first").await;
        second.stop().await;
        desk.stop_hub().await;
        let older = fs::read_to_string(desk.path("seals.crl")).expect("a list");
        for (folder, request, list) in [(&of_second, &by_second, &newer), (&of_first, &by_first, &older)] {
            let said = both(folder, Some(&keys), request);
            assert!(said.held && said.counts[4..6] == [1, 0], "{said:?}");
            assert_eq!(lists(folder, request), [hex(&sha256(&der(list)))]);
        }
        desk.close().await;
        audit(&database).await;
    });
}

/// What a forger with the hub's keys makes of a good bundle.
struct Forge {
    good: std::path::PathBuf,
    request: String,
    scratch: tempfile::TempDir,
}

impl Forge {
    /// What both say of a bundle after `change`.
    fn judged(&self, about: &str, change: impl FnOnce(&mut Forgery)) -> Judgement {
        let copy = self.scratch.path().join("copy");
        for file in files(&self.good) {
            let target = copy.join(&file);
            fs::create_dir_all(target.parent().expect("a folder")).expect("made");
            fs::copy(self.good.join(&file), target).expect("copied");
        }
        let mut forgery = Forgery::of(&self.good, &self.request);
        change(&mut forgery);
        let keys = forgery.write(&copy);
        let said = both(&copy, Some(&keys), about);
        fs::remove_dir_all(copy).expect("removed");
        said
    }

    fn refused(&self, file: &str, code: &str, about: &str, change: impl FnOnce(&mut Forgery)) {
        let said = self.judged(about, change);
        assert_eq!(said.first, Some((file.to_owned(), code.to_owned())), "{about}");
    }

    fn held(&self, lists: [u64; 2], about: &str, change: impl FnOnce(&mut Forgery)) {
        let said = self.judged(about, change);
        assert!(said.held && said.counts[4..6] == lists, "{about}: {said:?}");
    }
}

#[test]
fn who_owns_the_hubs_keys_cannot_make_a_list_say_what_its_authority_did_not() {
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(Backend::Sqlite).await;
        let desk = open_with_list(&database).await;
        let request = order(&desk, "order.json").await;
        let (good, _) = export(&desk, &request, "good").await;
        let forge = Forge {
            good,
            request,
            scratch: tempfile::tempdir().expect("a folder"),
        };
        judge(&forge);
        desk.close().await;
    });
}

/// A desk whose enforcement agency has a seal of an authority below another one, both with a list; and both authorities.
async fn open_with_two(database: &TestDatabase) -> (Desk, Authority, Authority) {
    let validity = Validity::days(SystemClock.now(), 20);
    let root = Authority::new("Gốc giả lập", validity).expect("an authority");
    let below = root.subordinate("CA giả lập bên dưới", validity).expect("an authority");
    let seal = below.issue_client("dấu", validity).expect("a certificate");
    let mut desk = Desk::open_with(database, vec![seals::credential(THADS, Purpose::Seal, &seal)]).await;
    let code = THADS.code_text();
    desk.write(&format!("{code}.seal.pem"), &seal.certificate);
    desk.write(&format!("{code}.seal.key"), &seal.key);
    let believed = fs::read_to_string(desk.path("ca.pem")).expect("the authorities");
    desk.write(
        "ca.pem",
        &(believed + &below.certificate_pem() + &root.certificate_pem()),
    );
    let lists = [&below, &root].map(|authority| authority.revocation_list(&[], 1, validity).expect("a list"));
    desk.write("two.crl", &lists.concat());
    desk.stop_hub().await;
    let settings = with_list(&desk, "two.crl");
    desk.start_hub(settings, 61).await;
    (desk, below, root)
}

#[test]
fn an_authority_that_the_one_above_it_had_revoked_stands_behind_nothing() {
    block_on_for(LIMIT, async {
        let database = TestDatabase::create(Backend::Sqlite).await;
        let (desk, below, root) = open_with_two(&database).await;
        let request = order(&desk, "order.json").await;
        let (good, _) = export(&desk, &request, "good").await;
        let forge = Forge {
            good,
            request,
            scratch: tempfile::tempdir().expect("a folder"),
        };
        let good = Forgery::of(&forge.good, &forge.request);
        let submit = good.with_action("submit");
        let step = Timestamp::from_micros(good.entries[&submit].leaf.hub_time / SECOND * SECOND);
        let of_root = |revoked: &[&Authority], validity| {
            let revoked: Vec<_> = revoked.iter().map(|authority| authority.keyed_certificate()).collect();
            let revoked: Vec<_> = revoked.iter().collect();
            der(&root.revocation_list(&revoked, 7, validity).expect("a list"))
        };
        let details = &good.entries[&submit].details;
        let is_upper = |index: &u64| {
            let digest = &good.entries[index].leaf.subject;
            details.find(digest.as_str()) > details.find(&hex(&sha256(&authority_der(&root))))
        };
        let mut lists = good
            .entries
            .keys()
            .copied()
            .filter(|index| good.entries[index].leaf.action == "take_revocation_list" && is_upper(index));
        let upper = lists.next().expect("the list of the upper authority");
        let event = Names::event(submit);
        forge.held([1, 0], "nothing is changed", |_| {});
        forge.held(
            [1, 0],
            "of the upper one the last list counts until another comes",
            |forged| {
                forged.put(upper, &of_root(&[], lasting(step, -600, -300)));
            },
        );
        forge.refused(&event, "CHAIN_REVOKED", "it names the authority below", |forged| {
            forged.put(upper, &of_root(&[&below], lasting(step, -600, 600)));
        });
        forge.refused(&event, "CHAIN_UNKNOWN", "it is from later", |forged| {
            forged.put(upper, &of_root(&[], lasting(step, 600, 1_200)));
        });
        desk.close().await;
    });
}

fn authority_der(authority: &Authority) -> Vec<u8> {
    let pem = authority.certificate_pem();
    CertificateDer::from_pem_slice(pem.as_bytes())
        .expect("a certificate")
        .to_vec()
}

const SECOND: i64 = 1_000_000;

/// Of a list from `from` to `to` seconds after the step.
fn lasting(step: Timestamp, from: i64, to: i64) -> Validity {
    Validity {
        not_before: step.plus_micros(from * SECOND),
        not_after: step.plus_micros(to * SECOND),
    }
}

/// A list for one distribution point.
fn partial(step: Timestamp) -> CertificateRevocationListParams {
    let at = |seconds: i64| {
        let seconds = u64::try_from(step.seconds() + seconds).expect("a time");
        date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(seconds)
    };
    CertificateRevocationListParams {
        this_update: at(-600),
        next_update: at(600),
        crl_number: SerialNumber::from(7),
        issuing_distribution_point: Some(CrlIssuingDistributionPoint {
            distribution_point: CrlDistributionPoint {
                uris: vec!["http://crl.invalid/1".to_owned()],
            },
            scope: None,
        }),
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
}

fn judge(forge: &Forge) {
    let good = Forgery::of(&forge.good, &forge.request);
    let [submit, list, authority] =
        ["submit", "take_revocation_list", "trust_authority"].map(|action| good.with_action(action));
    let step = Timestamp::from_micros(good.entries[&submit].leaf.hub_time / SECOND * SECOND);
    let seal = seals::of_code(THADS.code_text()).seal;
    let (event, paper) = (Names::event(submit), Names::paper(list));
    let put = |validity: Validity| move |forged: &mut Forgery| forged.put(list, &der(&seals::list(&[], 7, validity)));

    forge.held([1, 0], "nothing is changed", |_| {});
    forge.held([1, 0], "a list that came at that second", put(lasting(step, 0, 60)));
    forge.held(
        [1, 0],
        "a clock that runs four minutes ahead",
        put(lasting(step, 4 * 60, 600)),
    );
    let after = put(lasting(step, 6 * 60, 600));
    forge.refused(&event, "CHAIN_UNKNOWN", "a list from after the step", after);
    let ended = put(lasting(step, -600, 0));
    forge.refused(&event, "CHAIN_UNKNOWN", "a list that said nothing any more", ended);
    forge.refused(&event, "CHAIN_REVOKED", "the list names the seal", |forged| {
        forged.put(list, &der(&seals::list(&[&seal], 7, lasting(step, -600, 600))));
    });
    forge.refused(
        &paper,
        "CHAIN",
        "the list of another authority of that name",
        |forged| {
            let other = seals::namesake().revocation_list(&[], 7, lasting(step, -600, 600));
            forged.put(list, &der(&other.expect("a list")));
        },
    );
    forge.refused(&paper, "MALFORMED", "a list of a part alone", |forged| {
        forged.put(list, &der(&seals::list_with(&partial(step))));
    });
    forge.refused(&paper, "MALFORMED", "no list", |forged| forged.put(list, b"no list"));
    forge.refused(&Names::paper(authority), "MALFORMED", "no certificate", |forged| {
        forged.put(authority, b"no certificate");
    });
    forge.refused(
        &event,
        "CHAIN_NOT_TRUSTED",
        "another authority of that name",
        |forged| {
            let other = seals::namesake().certificate_pem();
            let other = CertificateDer::from_pem_slice(other.as_bytes()).expect("a certificate");
            forged.put(authority, &other);
        },
    );
    forge.refused(&event, "CHAIN_NOT_TRUSTED", "the authority's days are over", |forged| {
        for entry in forged.entries.values_mut() {
            entry.leaf.hub_time += 50 * 365 * 86_400 * SECOND;
        }
    });
    let end = good.entries.keys().last().expect("entries") + 1;
    forge.refused(&event, "NOT_YET_KEPT", "the list came into the log later", |forged| {
        forged.move_to(list, end);
    });
    for (index, about) in [
        (list, "the list is taken away"),
        (authority, "the authority is taken away"),
    ] {
        forge.refused(&event, "MISSING", about, |forged| {
            forged.entries.remove(&index);
        });
    }
    forge.refused(&event, "MISSING", "an older list in its place", |forged| {
        let details = forged.entries[&submit].details.clone();
        forged.put(list, &der(&seals::list(&[], 1, lasting(step, -600, 600))));
        forged.entries.get_mut(&submit).expect("the step").details = details;
    });
    forge.refused(&Names::paper(end), "UNNEEDED", "a list that no step names", |forged| {
        let mut other = forged.clone();
        other.put(list, &der(&seals::list(&[], 8, lasting(step, -600, 600))));
        other.move_to(list, end);
        let entry = other.entries.remove(&end).expect("the list");
        forged.entries.insert(end, entry);
    });
    let told = |forged: &mut Forgery, change: &dyn Fn(&mut serde_json::Value)| {
        let details = &mut forged.entries.get_mut(&submit).expect("the step").details;
        let mut value = serde_json::from_str(details).expect("JSON");
        change(&mut value);
        *details = value.to_string();
    };
    forge.held([0, 1], "a step from before the log told of lists", |forged| {
        forged.entries.remove(&list);
        told(forged, &|details| {
            let seal = details["signed"]["seal"].as_object_mut().expect("a seal");
            assert!(seal.shift_remove("chain").is_some());
        });
    });
    forge.held([0, 1], "an authority without a list", |forged| {
        forged.entries.remove(&list);
        told(forged, &|details| {
            let link = details["signed"]["seal"]["chain"][0]
                .as_object_mut()
                .expect("an authority");
            assert!(link.shift_remove("revocation_list_sha256").is_some());
        });
    });
}
