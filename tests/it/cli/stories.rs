//! `lienthong demo --story NAME` as programs: every story holds, and one holds again in the folder that it kept.

use std::process::{Command, Output, Stdio};

fn lienthong(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lienthong"))
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
}

/// Plays a story; gives all that it told, and its last line.
fn told(arguments: &[&str]) -> (String, String) {
    let output = lienthong(arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}\n{text}\n{error}");
    let last = text.lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with("Every step was checked and held: "), "{last}");
    assert!(text.contains("Cổng từ chối") && text.contains("Căn cứ: "), "{text}");
    (text, last)
}

macro_rules! stories {
    ($($test:ident: $name:literal, $part:literal;)+) => {
        const NAMES: &[&str] = &[$($name),+];

        $(
            #[test]
            fn $test() {
                let (text, _) = told(&["demo", "--story", $name, "--exit"]);
                assert!(text.contains($part), "{text}");
            }
        )+
    };
}

stories! {
    a_judgment_reaches_the_banks: "court-to-bank", "biện pháp đã hết hiệu lực";
    a_debtor_is_made_public_and_no_longer: "debtor-publication", "Đã chấm dứt niêm yết";
    a_directive_is_reported_on: "directive-and-report", "Quá hạn";
    another_province_is_entrusted: "entrustment", "WRONG_OFFICE";
    a_parcel_is_sold_and_registered: "land-sale-and-title", "Đã đăng ký, chuyển quyền";
    the_police_protect_a_coercion: "police-coercion", "Đã phê duyệt kế hoạch";
    the_procuracy_protests: "procuracy-protest", "Rút kháng nghị";
    a_bank_keeps_silent: "silent-bank", "Xác nhận đúng";
}

#[test]
fn a_story_holds_again_in_the_folder_that_it_kept_and_another_goes_on_there() {
    let parent = tempfile::tempdir().expect("a folder");
    let data = parent.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let play = |name: &str| told(&["demo", "--story", name, "--exit", "--data", data]).1;
    assert_eq!(play("silent-bank"), play("silent-bank"), "the same promises");
    play("procuracy-protest");
}

#[test]
fn the_stories_are_listed_and_an_unknown_one_names_them() {
    let listed = lienthong(&["demo", "--story"]);
    let help = lienthong(&["demo", "--help"]);
    let unknown = lienthong(&["demo", "--story", "no-such-story", "--exit"]);
    assert!(listed.status.success() && help.status.success() && !unknown.status.success());
    for name in NAMES {
        for text in [&listed.stdout, &help.stdout, &unknown.stderr] {
            let text = String::from_utf8_lossy(text);
            assert!(text.contains(name), "{name}: {text}");
        }
    }
}
