//! The evidence of a request whose content two persons erased: exported after it, it holds and says so. Content that is just missing
//! is refused as ever.

use std::path::Path;

use lienthong::app::ledger::command::{Statement, Upload};
use lienthong::app::ledger::{Command, Operation};
use lienthong::domain::ids::{DocumentId, IdempotencyKey};
use lienthong::domain::time::Clock as _;
use lienthong::domain::workflow::{Action, Party};
use lienthong::evidence::digest::sha256;
use lienthong::sealing::DataKey;
use lienthong::verify::bundle::{Attachments, Folder, Manifest};

use super::{both, export, files};
use crate::cli::Desk;
use crate::harness::agencies::THADS;
use crate::harness::audit::audit;
use crate::harness::erasing::{SECOND, register_second};
use crate::harness::ids::SeededIds;
use crate::harness::ledger::targets;
use crate::harness::{Order, TestLedger};

/// An order with a document, taken back eleven years ago; its request.
async fn withdrawn(hub: &TestLedger) -> String {
    hub.done(register_second(THADS)).await;
    let id = DocumentId::generate(&*SeededIds::new(4_711), hub.clock.now());
    let upload = Upload {
        id: id.clone(),
        name: "Văn bản cũ.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        size: 4_096,
        sha256: sha256(b"old"),
        data_key: DataKey::new(sha256(b"a key")),
    };
    let command = Command::new(
        THADS.actor(),
        IdempotencyKey::parse("old-upload").expect("a key"),
        "application/protobuf",
        "old".into(),
        Operation::Upload(Box::new(upload)),
    );
    hub.done(command).await;
    let order = Order::land();
    let mut command = order.submit("old-order", "to be erased");
    if let Operation::Submit(submit) = &mut command.operation {
        submit.attachments = vec![id];
    }
    let receipts = hub.done(command).await;
    let [target] = targets(&order, &receipts).try_into().expect("one");
    hub.done(target.step_by(Party::Sender, "old-withdraw", Action::Withdraw, Statement::default()))
        .await;
    target.id.to_string()
}

/// Copies a bundle and changes the copy; its manifest is made to fit.
fn changed(from: &Path, to: &Path, request: &str, change: impl FnOnce(&Path)) {
    for name in files(from) {
        let target = to.join(&name);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        std::fs::copy(from.join(&name), target).expect("a copy");
    }
    change(to);
    let folder = Folder::open(to).expect("a folder");
    let manifest = Manifest::of(&folder, request, Attachments::Included).expect("it can be read");
    std::fs::write(to.join("manifest.json"), manifest.text()).expect("a manifest");
}

fn remove(folder: &Path, ending: &str) {
    let found: Vec<String> = files(folder)
        .into_iter()
        .filter(|name| name.ends_with(ending))
        .collect();
    assert!(!found.is_empty(), "{ending}");
    for name in found {
        std::fs::remove_file(folder.join(name)).expect("a file");
    }
}

/// The names of the entry of this action, without their endings.
fn entry_of(folder: &Path, action: &str) -> String {
    let is_it = |name: &String| {
        let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        name.ends_with(".event.json") && text.contains(&format!("\"action\": \"{action}\""))
    };
    let found = files(folder).into_iter().find(is_it).expect("the entry");
    found.trim_end_matches(".event.json").to_owned()
}

backends! {
    async fn two_persons_erase_at_their_desks_and_the_evidence_holds(database) {
        let (desk, id) = Desk::open_after(&database, Vec::new(), 11, withdrawn).await;
        let profile = std::fs::read_to_string(desk.path(&format!("{}.toml", THADS.code_text()))).expect("a profile");
        desk.write("second.toml", &profile.replace(THADS.officer_text(), SECOND));
        let due = desk.ask(THADS, &["erase", "due"]).await;
        assert_eq!(due["requests"][0]["enforcement_request_id"], id.as_str());
        assert!(due["requests"][0]["hindrances"].as_array().expect("a list").is_empty());
        let proposed = desk.ask(THADS, &["erase", "propose", &id, "--reason", "Hết thời hạn lưu"]).await;
        assert_eq!((proposed["state"].as_str(), proposed["receipt"]["action"].as_str()), (Some("PROPOSED"), Some("PROPOSE_ERASURE")));
        let number = proposed["proposal_index"].as_i64().expect("a number").to_string();
        let alone = desk.run(THADS, &["erase", "confirm", &number, "--yes"]).await;
        assert!(alone.status == 1 && alone.stderr.contains("SECOND_PERSON_REQUIRED"), "{}", alone.stderr);
        // Without the number typed again nothing happens; what will be lost is named.
        let asked = desk.bare(&["erase", "confirm", &number, "--profile", "second.toml"]).await;
        assert_eq!(asked.status, 1);
        assert!(asked.stderr.contains(&id) && asked.stderr.contains("Chưa xóa gì"), "{}", asked.stderr);
        let listed = desk.ask(THADS, &["erase", "list", "--pending"]).await;
        assert_eq!(listed["erasures"].as_array().expect("a list").len(), 1);
        let done = desk.bare(&["erase", "confirm", &number, "--yes", "--profile", "second.toml", "-o", "json"]).await;
        assert_eq!(done.status, 0, "{}", done.stderr);
        let shown = desk.text(THADS, &["get", &id]).await;
        assert!(shown.contains("đã xóa sau thời hạn lưu"), "{shown}");
        let listed = desk.text(THADS, &["erase", "list"]).await;
        assert!(listed.contains("Đã xóa") && listed.contains(SECOND), "{listed}");

        let (folder, keys) = export(&desk, &id, "erased").await;
        let held = both(&folder, Some(&keys), "what is left");
        // Submit, withdraw, the upload, the proposal and the erasure; both bodies and the document are gone.
        assert_eq!((held.held, held.counts[0] >= 5, held.counts[1], held.counts[3], held.counts[6]), (true, true, 0, 0, 3));

        let scratch = tempfile::tempdir().expect("a folder");
        let refused = |name: &str, change: &dyn Fn(&Path)| {
            let copy = scratch.path().join(name);
            changed(&folder, &copy, &id, change);
            let said = both(&copy, Some(&keys), name);
            assert!(!said.held, "{name}");
            said.first.expect("a fault")
        };
        let erasure = entry_of(&folder, "erase");
        let proposal = entry_of(&folder, "propose_erasure");
        let list = format!("{erasure}.erased.txt");
        assert_eq!(refused("no-list", &|copy| remove(copy, ".erased.txt")), (list.clone(), "MISSING".to_owned()));
        let shorter = refused("shorter", &|copy| {
            let text = std::fs::read_to_string(copy.join(&list)).expect("a list");
            let rest = text.split_once('\n').expect("lines").1;
            std::fs::write(copy.join(&list), rest).expect("a list");
        });
        assert_eq!(shorter, (list, "CONTENT".to_owned()));
        let alone = refused("no-proposal", &|copy| {
            for ending in ["event.json", "receipt.json"] {
                std::fs::remove_file(copy.join(format!("{proposal}.{ending}"))).expect("a file");
            }
        });
        assert_eq!(alone, (format!("{erasure}.event.json"), "ERASURE".to_owned()));
        let missing = refused("no-erasure", &|copy| {
            for ending in ["event.json", "receipt.json", "erased.txt"] {
                std::fs::remove_file(copy.join(format!("{erasure}.{ending}"))).expect("a file");
            }
        });
        assert_eq!(missing.1, "MISSING");
        desk.close().await;
        audit(&database).await;
    }
}
