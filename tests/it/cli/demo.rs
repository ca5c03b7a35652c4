//! `lienthong demo` as a program: the whole story, and once more in the folder that it kept.

use std::process::{Command, Stdio};

#[test]
fn the_story_holds_and_holds_again_in_the_folder_that_it_kept() {
    let parent = tempfile::tempdir().expect("a folder");
    let data = parent.path().join("data");
    let mut held = Vec::new();
    for _ in 0..2 {
        let told = Command::new(env!("CARGO_BIN_EXE_lienthong"))
            .args(["demo", "--exit", "--data"])
            .arg(&data)
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .expect("the program runs");
        let (text, error) = (
            String::from_utf8_lossy(&told.stdout),
            String::from_utf8_lossy(&told.stderr),
        );
        assert!(told.status.success(), "{text}\n{error}");
        let last = text.lines().last().unwrap_or_default().to_owned();
        assert!(last.starts_with("Every step was checked and held: "), "{last}");
        for part in [
            "Nhắc trước hạn",
            "Quá hạn",
            "Báo cáo Ban Chỉ đạo",
            "Xác nhận quá thời hạn",
            "Im lặng",
        ] {
            assert!(text.contains(part), "{part}");
        }
        held.push(last);
    }
    assert_eq!(held[0], held[1], "the same promises");
    let files: Vec<String> = std::fs::read_dir(&data)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    let certificates = files.iter().filter(|name| name.starts_with("im-lang-"));
    assert_eq!(certificates.count(), 2 * 2, "each with its page: {files:?}");
}
