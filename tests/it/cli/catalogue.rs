//! A catalogue of one's own, before a hub is started with it: is it sound, what changes, and which requests that touches.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Desk;
use crate::harness::agencies::{LAND_OFFICE, THADS};
use crate::harness::commands::{CATALOGUE, write_catalogue};

const REGULATION: &str = r#"
title_vi = "Quy chế phối hợp (giả lập)"
title_en = "Regulation (synthetic)"
basis = "Quy chế số 02/QCPH-GIA-LAP"
effective_from = "2026-09-01"

[applies]
kinds = ["land-information"]
sender_province = "37"

[[shorten]]
clock = "answer"
limit = { amount = 1, unit = "working_days" }
basis = "Khoản 2 Điều 5 Quy chế số 02/QCPH-GIA-LAP"
nature = "policy"
certainty = "V"
"#;

/// Puts other words into a file.
fn edit(file: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(file).expect("a file");
    assert!(text.contains(old), "{} has no {old}", file.display());
    fs::write(file, text.replace(old, new)).expect("written");
}

backends! {
    async fn a_folder_is_checked_compared_and_held_against_the_requests_of_a_hub(database) {
        let mut desk = Desk::open(&database).await;
        desk.order("land-information", THADS, LAND_OFFICE, "land.json").await;
        desk.stop_hub().await;
        let folder = desk.path("danh-muc");
        write_catalogue(&folder);
        let url = database.url();
        let counts = ["catalogue", "diff", "binary", "danh-muc", "--database", &url, "-o", "json"];

        let same = desk.bare(&["catalogue", "diff", "binary", "danh-muc"]).await;
        assert!(same.status == 0 && same.stdout.contains("Hai danh mục như nhau"), "{} {}", same.stdout, same.stderr);
        let none = desk.bare(&["catalogue", "regulations", "--catalogue", "danh-muc"]).await;
        assert!(none.status == 0 && none.stdout.contains("không có quy chế"), "{} {}", none.stdout, none.stderr);

        fs::create_dir(folder.join("regulations")).expect("a folder");
        let regulation = folder.join("regulations/dat-dai-37.toml");
        fs::write(&regulation, REGULATION).expect("written");
        let sound = desk.bare(&["catalogue", "check", "danh-muc"]).await;
        let kinds = format!("{} kinds, 1 regulations", CATALOGUE.kinds().count());
        assert!(sound.status == 0 && sound.stdout.contains(&kinds), "{} {}", sound.stdout, sound.stderr);
        let listed = desk.bare(&["catalogue", "regulations", "--catalogue", "danh-muc"]).await;
        assert!(listed.status == 0 && listed.stdout.starts_with("dat-dai-37\t"), "{} {}", listed.stdout, listed.stderr);
        let told = desk.bare(&["catalogue", "diff", "binary", "danh-muc"]).await;
        assert!(told.status == 0 && told.stdout.contains("dat-dai-37"), "{} {}", told.stdout, told.stderr);

        edit(&regulation, "amount = 1", "amount = 4");
        let longer = desk.bare(&["catalogue", "check", "danh-muc"]).await;
        assert_eq!(longer.status, 2, "{}", longer.stdout);
        assert!(longer.stderr.contains("regulations/dat-dai-37.toml"), "{}", longer.stderr);
        fs::remove_file(&regulation).expect("removed");

        let land = folder.join("kinds/land-information/kind.toml");
        edit(&land, "limit = { amount = 3, unit = \"working_days\" }", "limit = { amount = 2, unit = \"working_days\" }");
        let shorter = desk.bare(&counts).await;
        assert_eq!(shorter.status, 0, "{}", shorter.stderr);
        let told: Value = serde_json::from_str(&shorter.stdout).expect("JSON");
        let changes = told["changes"].as_array().expect("changes");
        assert!(!changes.is_empty());
        for change in changes {
            assert_eq!(change["kind"], "land-information", "{change}");
            assert_eq!((&change["open_requests"], &change["kept_requests"]), (&1.into(), &1.into()), "{change}");
        }
        let words = desk.bare(&["catalogue", "diff", "binary", "danh-muc", "--database", &url]).await;
        assert!(words.stdout.contains("đang mở (open): 1, đang lưu (kept): 1"), "{}", words.stdout);

        fs::remove_dir_all(folder.join("kinds/residence-information")).expect("removed");
        let unused = desk.bare(&counts).await;
        assert_eq!(unused.status, 0, "no request is of that kind: {}", unused.stderr);
        fs::remove_dir_all(folder.join("kinds/land-information")).expect("removed");
        let orphans = desk.bare(&counts).await;
        assert_eq!(orphans.status, 1, "{}", orphans.stdout);
        assert!(orphans.stderr.contains("the hub would not start with it"), "{}", orphans.stderr);
        assert!(orphans.stdout.contains("ORPHANS"), "{}", orphans.stdout);
        desk.close().await;
    }
}
