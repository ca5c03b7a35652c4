//! What the log says of papers and catalogues is what stands in them: a hub that says something else of them is found by both verifiers.

use bytes::Bytes;
use lienthong::app::ledger::catalogue::{StatedKind, catalogue_subject};
use lienthong::app::ledger::command::{CatalogueStatement, TrustPaper};
use lienthong::app::ledger::{Command, Operation};
use lienthong::domain::time::Clock as _;
use lienthong::domain::trust::TrustKind;
use lienthong::verify::What;

use super::second::{agree, second};
use super::story::trust::{papers, relied};
use crate::harness::audit::verdict;
use crate::harness::commands::CATALOGUE;
use crate::harness::{Backend, TestDatabase, TestLedger, block_on_for};

const LIMIT: std::time::Duration = std::time::Duration::from_mins(5);

fn entered((paper, der): (TrustPaper, Bytes)) -> Command {
    relied(paper.kind.media_type(), der, Operation::Trust(paper))
}

/// The hub's real catalogue, of which it says that these are the kinds.
fn stated(kinds: Vec<StatedKind>) -> Command {
    let files = serde_json::to_vec(CATALOGUE.files()).expect("JSON");
    let stated = CatalogueStatement {
        subject: catalogue_subject(CATALOGUE.revision()),
        kinds,
    };
    relied("application/json", files.into(), Operation::Catalogue(stated))
}

fn kinds() -> Vec<StatedKind> {
    let kinds = CATALOGUE.kinds().map(|kind| StatedKind {
        code: kind.code().clone(),
        revision: kind.revision(),
    });
    kinds.collect()
}

/// Both say of a log that ends with this entry whether it follows.
async fn is_sound(before: Vec<Command>, last: Command, about: &str) -> bool {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let hub = TestLedger::start(&database).await;
    for command in before {
        hub.done(command).await;
    }
    hub.done(last).await;
    hub.stop().await;
    let ours = verdict(&database).await;
    agree(&ours, &second(&database, None), about);
    let first = ours.faults.list().first().map(|fault| fault.what);
    assert!(
        first.is_none_or(|what| what == What::DoesNotFollow),
        "{about}: {first:?}"
    );
    first.is_none()
}

#[test]
fn what_a_paper_says_of_itself_is_what_the_log_says_of_it() {
    block_on_for(LIMIT, async {
        let now = crate::harness::ids::clock().now();
        let all = papers(now);
        let [first, other, list, _] = all.try_into().expect("two authorities, two lists");
        let known = || vec![entered(first.clone()), entered(other.clone())];
        assert!(is_sound(known(), entered(list.clone()), "as they are").await);
        let of_other = |paper: &TrustPaper| TrustPaper {
            authority_key: other.0.authority_key,
            ..paper.clone()
        };
        let wrong = |(paper, der): &(TrustPaper, Bytes)| {
            let earlier = TrustPaper {
                valid_from: paper.valid_from.plus_hours(-1),
                ..paper.clone()
            };
            let longer = TrustPaper {
                valid_to: paper.valid_to.plus_hours(1),
                ..paper.clone()
            };
            let all = [("earlier", earlier), ("longer", longer), ("another's", of_other(paper))];
            all.map(|(about, paper)| (about, entered((paper, der.clone()))))
        };
        for (about, command) in wrong(&list) {
            assert!(!is_sound(known(), command, &format!("a list, {about}")).await);
        }
        for (about, command) in wrong(&first) {
            assert!(!is_sound(Vec::new(), command, &format!("an authority, {about}")).await);
        }
        let called_a_list = TrustPaper {
            kind: TrustKind::RevocationList,
            ..of_other(&first.0)
        };
        let command = entered((called_a_list, first.1.clone()));
        assert!(!is_sound(vec![entered(other.clone())], command, "a certificate called a list").await);
        assert!(!is_sound(Vec::new(), entered(list), "a list of an authority that is not there").await);
    });
}

#[test]
fn the_kinds_of_a_catalogue_are_those_of_its_files() {
    block_on_for(LIMIT, async {
        assert!(is_sound(Vec::new(), stated(kinds()), "as they are").await);
        let fewer = kinds().split_off(1);
        let mut another = kinds();
        another[0].revision += 1;
        for (about, kinds) in [("fewer", fewer), ("another revision", another)] {
            assert!(!is_sound(Vec::new(), stated(kinds), about).await);
        }
    });
}
