//! `lienthong verify database` as a program of its own: the verdict, in both languages and for programs, and the status.

use std::path::Path;
use std::process::{Command, Stdio};

use lienthong::signing::Signer;
use serde_json::Value;

use super::{kept, newest, note, story};
use crate::harness::audit::verdict;
use crate::harness::ledger::HUB;
use crate::harness::{Backend, Order, TestDatabase, TestLedger, run};

struct Done {
    status: i32,
    stdout: String,
    stderr: String,
}

fn verify(arguments: &[&str]) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lienthong"));
    let output = command
        .args(["verify", "database"])
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Done {
        status: output.status.code().expect("an exit status"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

backends! {
    async fn a_sound_database_is_called_so_and_a_damaged_one_named_in_both_languages(database) {
        story::live(&database, 0).await;
        let (url, root) = (database.url(), newest(&verdict(&database).await).root);
        let done = verify(&[&url]);
        assert_eq!((done.status, done.stderr.as_str()), (0, ""), "{}", done.stdout);
        let root = lienthong::evidence::digest::hex(&root);
        assert!(done.stdout.starts_with("NGUYÊN VẸN: cổng hub.lienthong.test, "), "{}", done.stdout);
        assert!(done.stdout.contains("SOUND: hub hub.lienthong.test, ") && done.stdout.contains(&root), "{}", done.stdout);
        assert!(done.stdout.contains("Chưa nêu --checkpoint"), "{}", done.stdout);

        let raw = database.raw().await;
        raw.execute("UPDATE officer SET full_name = 'Kẻ Giả Mạo' WHERE id = 'nh.vu.thi.thu'").await.expect("changed");
        let done = verify(&[&url]);
        assert_eq!(done.status, 1);
        assert_eq!(
            done.stdout,
            "  officer agency=GIA-LAP.NH.970999, id=nh.vu.thi.thu [full_name]: dòng này khác với nhật ký / this row is not what the \
             log says\n"
        );
        assert!(done.stderr.starts_with("Lỗi: Cơ sở dữ liệu có 1 chỗ hư hại"), "{}", done.stderr);
        let done = verify(&[&url, "-o", "json"]);
        let said: Value = serde_json::from_str(&done.stdout).expect("JSON");
        assert_eq!((done.status, &said["verdict"], &said["fault_count"]), (1, &"DAMAGED".into(), &1.into()));
        let fault = &said["faults"][0];
        assert_eq!((&fault["table"], &fault["code"]), (&"officer".into(), &"DIFFERS".into()));
        assert_eq!(fault["columns"], serde_json::json!(["full_name"]));
    }

    async fn it_reads_beside_a_hub_that_writes_and_is_held_by_a_checkpoint(database) {
        let hub = TestLedger::start(&database).await;
        hub.open(&Order::land(), "verify-order-1").await;
        let known = newest(&verdict(&database).await);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("kept.note");
        let url = database.url();
        for (known, status, word) in [
            (known.clone(), 0, "Nhật ký có điểm kiểm tra"),
            (kept(known.size + 5, [9; 32]), 1, "nhật ký bị cắt"),
            (kept(known.size, [9; 32]), 1, "viết lại"),
        ] {
            std::fs::write(&file, note(&known)).expect("written");
            let done = verify(&[&url, "--checkpoint", plain(&file)]);
            assert!(done.status == status && done.stdout.contains(word), "{} {}", done.stdout, done.stderr);
        }
        std::fs::write(&file, "no checkpoint\n").expect("written");
        assert_eq!(verify(&[&url, "--checkpoint", plain(&file)]).status, 2);
        hub.stop().await;
    }

    async fn with_published_keys_no_other_key_and_no_unsigned_checkpoint_is_believed(database) {
        story::live(&database, 0).await;
        let folder = tempfile::tempdir().expect("a folder");
        let (keys, others, checkpoint) = (folder.path().join("hub.keys"), folder.path().join("others"), folder.path().join("kept.note"));
        let rows = database.raw().await.table("hub_key").await;
        let published: Vec<&str> = rows.iter().map(|row| row["public_keys"].text()).collect();
        std::fs::write(&keys, format!("# published\n{}\n", published.join("\n"))).expect("written");
        let stranger = Signer::create(&folder.path().join("stranger"), HUB).expect("keys");
        std::fs::write(&others, stranger.key().to_string()).expect("written");
        let signed = database.store().await.checkpoint_covering(0).await.expect("a query").expect("a checkpoint");
        std::fs::write(&checkpoint, signed.note().expect("signed")).expect("written");
        let url = database.url();
        let done = verify(&[&url, "--hub-keys", plain(&keys), "--checkpoint", plain(&checkpoint)]);
        assert_eq!(done.status, 0, "{}", done.stderr);
        let done = verify(&[&url, "--hub-keys", plain(&others)]);
        assert_eq!((done.status, done.stdout.as_str()), (1, ""));
        assert!(done.stderr.contains("không có trong --hub-keys"), "{}", done.stderr);
        std::fs::write(&checkpoint, note(&newest(&verdict(&database).await))).expect("written");
        let done = verify(&[&url, "--hub-keys", plain(&keys), "--checkpoint", plain(&checkpoint)]);
        assert_eq!(done.status, 1, "nobody signed it");
        std::fs::write(&keys, "no keys\n").expect("written");
        assert_eq!(verify(&[&url, "--hub-keys", plain(&keys)]).status, 2);
    }
}

#[test]
fn what_cannot_be_read_ends_with_status_2_and_says_why() {
    run(Backend::Sqlite, |_database: TestDatabase| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let nothing = folder.path().join("none.db");
        let other = folder.path().join("other.db");
        std::fs::write(&other, "this is no database, however long it is").expect("written");
        let empty = folder.path().join("empty.db");
        std::fs::write(&empty, "").expect("written");
        for (place, word) in [
            (plain(&nothing), "không có tệp"),
            (plain(&other), "Không đọc được cơ sở dữ liệu"),
            (plain(&empty), "đây không phải là cơ sở dữ liệu của cổng"),
            ("mysql://x/y", "PATH-OR-URL: cần đường dẫn"),
            ("postgres://nobody@127.0.0.1:9/none", "Không đọc được cơ sở dữ liệu"),
        ] {
            let done = verify(&[place]);
            assert_eq!((done.status, done.stdout.as_str()), (2, ""), "{place}: {}", done.stderr);
            assert!(done.stderr.contains(word), "{place}: {}", done.stderr);
        }
        assert!(!nothing.exists(), "nothing is made");
        assert_eq!(verify(&[]).status, 2);
    });
}
