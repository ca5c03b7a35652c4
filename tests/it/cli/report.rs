//! Reports as people and scripts see them.

use super::Desk;
use crate::harness::agencies::{LAND_OFFICE, THADS};

backends! {
    async fn reports_are_listed_run_and_kept_and_a_file_is_not_overwritten(database) {
        let desk = Desk::open(&database).await;
        desk.order("land-information", THADS, LAND_OFFICE, "land.json").await;
        let listed = desk.text(THADS, &["report", "list"]).await;
        assert!(listed.contains("partner-scorecards") && listed.contains("results-money"), "{listed}");

        let run = ["report", "run", "partner-scorecards"];
        let told = desk.text(THADS, &run).await;
        assert!(told.contains(LAND_OFFICE.code_text()), "{told}");
        let page = [&run[..], &["--format", "html", "-O", "scorecards.html"]].concat();
        desk.text(THADS, &page).await;
        let again = desk.run(THADS, &page).await;
        assert!(again.status != 0 && again.stderr.contains("--overwrite"), "{}", again.stderr);
        desk.text(THADS, &[&page[..], &["--overwrite"]].concat()).await;

        let unknown = desk.run(THADS, &["report", "run", "nonesuch"]).await;
        assert!(unknown.status != 0 && unknown.stderr.contains("nonesuch"), "{}", unknown.stderr);
        let wrong = desk.run(THADS, &["report", "run", "results-cases", "--period", "2026-13"]).await;
        assert!(wrong.status != 0 && wrong.stderr.contains("period"), "{}", wrong.stderr);
        let seen = desk.text(THADS, &["report", "close", "TK2026", "--look"]).await;
        for title in ["Kết quả thi hành án dân sự tính bằng việc", "Kết quả thi hành án dân sự tính bằng tiền"] {
            assert!(seen.contains(title), "{title} is looked at before it is signed off: {seen}");
        }
        let told = desk.ask(THADS, &["report", "close", "TK2026", "--look"]).await;
        assert!(seen.contains(told["figures_digest"].as_str().expect("a digest")), "{seen}");
        assert_eq!(told["closed"], serde_json::Value::Null, "a look closes nothing");
        let none = desk.run(THADS, &["report"]).await;
        assert!(none.status == 2 && none.stderr.contains("FILE"), "{}", none.stderr);
        desk.close().await;
    }
}
