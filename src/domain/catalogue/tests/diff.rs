//! What changed from one catalogue to another is told in words, and whom it touches.

use super::broken::{FREEZE, Files, files, replace};
use super::*;
use crate::domain::catalogue::diff::{Change, Touches, diff};

fn loaded(files: Files) -> Catalogue {
    let files = files.into_iter().map(|(path, text)| (path, text.into_bytes()));
    Catalogue::load(files).unwrap()
}

fn changed(change: impl Fn(&mut Files)) -> Vec<Change> {
    let mut new = files();
    change(&mut new);
    diff(&loaded(files()), &loaded(new))
}

/// The only change: what it says and whom it touches.
fn only(change: impl Fn(&mut Files)) -> (String, Touches) {
    let changes = changed(change);
    assert_eq!(changes.len(), 1, "{changes:?}");
    (changes[0].vi.clone(), changes[0].touches)
}

#[test]
fn the_same_catalogue_has_no_changes() {
    assert_eq!(changed(|_| {}), []);
}

#[test]
fn each_change_is_told_by_its_part_with_old_and_new() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "limit = { amount = 24, unit = \"hours\" }",
            "limit = { amount = 12, unit = \"hours\" }",
            &["thời hạn `report`", "24 giờ", "12 giờ"],
        ),
        (
            "title_vi = \"Đã phong tỏa đủ nghĩa vụ và chi phí thi hành án\"",
            "title_vi = \"Đã giữ đủ\"",
            &["kết quả `HELD_FULL`", "Đã giữ đủ"],
        ),
        ("lane = \"NORMAL\"", "lane = \"URGENT\"", &["mục Làn", "Thường", "Khẩn"]),
        (
            "quiet_period_days = 30",
            "quiet_period_days = 60",
            &["mục Tự đóng sau", "30 ngày", "60 ngày"],
        ),
        (
            "signer_positions = [\"Chấp hành viên\", ",
            "signer_positions = [\"Chấp hành viên\", \"Thẩm phán\", ",
            &["mục Người ký", "Thẩm phán"],
        ),
        (
            "code = \"OTHER_LAW\"",
            "code = \"OTHER_LAWS\"",
            &["lý do từ chối `OTHER_LAW`"],
        ),
    ];
    for (from, to, words) in cases {
        let changes = changed(|files| replace(files, FREEZE, from, to));
        for word in *words {
            assert!(
                changes.iter().any(|change| change.vi.contains(word)),
                "{word}: {changes:?}"
            );
        }
        for change in &changes {
            let (code, revision) = change.kind.clone().unwrap();
            assert_eq!(
                (code.as_str(), revision, change.touches),
                ("account-freeze", 1, Touches::Open)
            );
            assert!(!change.en.is_empty());
        }
    }
}

#[test]
fn a_field_that_must_be_there_from_now_on_is_told() {
    let schema = "kinds/account-freeze/order.schema.json";
    let (vi, touches) = only(|files| {
        let text = files.get_mut(schema).unwrap();
        let mut schema: Value = serde_json::from_str(text).unwrap();
        let required = schema["required"].as_array_mut().unwrap();
        required.retain(|name| name != "amounts");
        *text = schema.to_string();
    });
    assert!(
        vi.starts_with("trường của yêu cầu `/amounts`") && vi.contains("không bắt buộc"),
        "{vi}"
    );
    assert_eq!(touches, Touches::Open);
}

#[test]
fn a_new_revision_is_for_new_requests_and_one_that_is_gone_leaves_orphans() {
    let old = loaded(files());
    let mut new = files();
    let folder: Vec<(String, String)> = files()
        .into_iter()
        .filter(|(path, _)| path.starts_with("kinds/account-freeze/"))
        .collect();
    for (path, text) in folder {
        let former = path.replace("kinds/account-freeze/", "kinds/account-freeze@1/");
        let ended = text.replacen(
            "effective_from = \"2020-01-01\"",
            "effective_from = \"2020-01-01\"\neffective_to = \"2026-12-31\"",
            1,
        );
        new.insert(former, ended);
    }
    replace(&mut new, FREEZE, "revision = 1\n", "revision = 2\n");
    replace(
        &mut new,
        FREEZE,
        "effective_from = \"2020-01-01\"",
        "effective_from = \"2027-01-01\"",
    );
    replace(
        &mut new,
        FREEZE,
        "limit = { amount = 24, unit = \"hours\" }",
        "limit = { amount = 12, unit = \"hours\" }",
    );
    let new = loaded(new);
    let changes = diff(&old, &new);
    let of = |revision: u32| {
        changes
            .iter()
            .filter(move |change| change.kind.as_ref().is_some_and(|(_, own)| *own == revision))
    };
    assert!(of(1).all(|change| change.touches == Touches::Open && change.vi.contains("2026-12-31")));
    assert!(of(2).all(|change| change.touches == Touches::New));
    assert!(
        of(2).any(|change| change.vi.starts_with("thêm bản 2")) && of(2).any(|change| change.vi.contains("12 giờ"))
    );
    let back = diff(&new, &old);
    let orphans: Vec<&Change> = back
        .iter()
        .filter(|change| change.touches == Touches::Orphans)
        .collect();
    assert_eq!(orphans.len(), 1, "{back:?}");
    assert_eq!(orphans[0].kind.as_ref().unwrap().1, 2);
}

#[test]
fn rungs_and_regulations_are_told_too() {
    let (vi, touches) = only(|files| replace(files, "escalation/banks.toml", "amount = 5", "amount = 3"));
    assert!(
        vi.starts_with("bậc nhắc việc escalation/banks.toml: state_bank") && vi.contains("3 ngày làm việc"),
        "{vi}"
    );
    assert_eq!(touches, Touches::Open);
    let regulation = "title_vi = \"Quy chế (giả lập)\"\ntitle_en = \"Regulation\"\nbasis = \"Số 01\"\neffective_from = \"2026-07-01\"\n\
        [applies]\nkinds = [\"land-information\"]\nsender_province = \"37\"\n[[shorten]]\nclock = \"answer\"\n\
        limit = { amount = 1, unit = \"working_days\" }\nbasis = \"Điều 5\"\nnature = \"policy\"\ncertainty = \"V\"\n";
    let (vi, touches) = only(|files| {
        files.insert("regulations/tinh-37.toml".to_owned(), regulation.to_owned());
    });
    assert!(
        vi.starts_with("thêm quy chế phối hợp tinh-37") && vi.contains("bên gửi thuộc tỉnh 37"),
        "{vi}"
    );
    assert_eq!(touches, Touches::New);
}
