//! The import of agencies: what is wrong is told and changes nothing, what is new is entered, what differs is changed, and the same
//! files again do nothing.

use serde_json::Value;

use super::Desk;
use crate::harness::agencies::{OPERATOR, THADS};

/// The lines of a synthetic file about one province or the whole country; the heading stays.
fn part(desk: &Desk, file: &str, wanted: impl Fn(&str) -> bool) {
    let text = std::fs::read_to_string(desk.path(file)).expect("a file");
    let lines = text
        .lines()
        .enumerate()
        .filter(|(index, line)| *index == 0 || wanted(line));
    let text: Vec<&str> = lines.map(|(_, line)| line).collect();
    desk.write(file, &(text.join("\r\n") + "\r\n"));
}

/// The synthetic set of province 33, with what stands above it.
async fn province(desk: &Desk) {
    let made = desk.bare(&["agency", "synthetic", "set"]).await;
    assert_eq!(made.status, 0, "{}", made.stderr);
    part(desk, "set/agencies.csv", |line| {
        let code = line.split(',').next().unwrap_or_default();
        code.contains(".33") || ["TANDTC", "NHNN", "NH.01"].iter().any(|end| code.ends_with(end))
    });
    part(desk, "set/units.csv", |line| line.starts_with("GIA-LAP.THADS.33,"));
}

fn counts(told: &Value) -> [u64; 3] {
    ["new", "changed", "unchanged"].map(|member| told[member].as_u64().expect("a count"))
}

backends! {
    async fn a_province_is_entered_once_and_what_differs_is_changed(database) {
        let desk = Desk::open(&database).await;
        province(&desk).await;
        let agencies = desk.ask(OPERATOR, &["agency", "list"]).await;
        let before = agencies["agencies"].as_array().expect("a list").len();

        let dry = desk.ask(OPERATOR, &["agency", "import", "set", "--dry-run"]).await;
        let [new, changed, unchanged] = counts(&dry);
        assert!(new > 8 && (changed, unchanged) == (0, 0), "{dry:#}");
        let agencies = desk.ask(OPERATOR, &["agency", "list"]).await;
        assert_eq!(agencies["agencies"].as_array().expect("a list").len(), before, "a dry run changes nothing");

        let import = ["agency", "import", "set"];
        let done = desk.ask(OPERATOR, &import).await;
        assert_eq!((counts(&done), done["calls_done"].as_u64()), ([new, 0, 0], Some(new)), "{done:#}");
        let again = desk.ask(OPERATOR, &import).await;
        assert_eq!((counts(&again), again["calls_done"].as_u64()), ([0, 0, new], Some(0)), "{again:#}");
        let shown = desk.ask(OPERATOR, &["agency", "show", "GIA-LAP.THADS.33"]).await;
        assert_eq!(shown["agency"]["parent_code"], "GIA-LAP.CQLTHADS");
        assert_eq!(shown["agency"]["channel"], "PAPER");
        assert_eq!(shown["agency"]["units"][0]["unit_id"], "pkv.1");

        // There and back: each is a change of its own.
        let path = desk.path("set/agencies.csv");
        let text = std::fs::read_to_string(&path).expect("a file");
        let other = text.replace("Ngân hàng TMCP Thử Nghiệm 01", "Ngân hàng TMCP Đổi Tên");
        for (text, name) in [(&other, "Đổi Tên"), (&text, "Thử Nghiệm 01"), (&other, "Đổi Tên")] {
            desk.write("set/agencies.csv", text);
            let done = desk.ask(OPERATOR, &import).await;
            assert_eq!(counts(&done), [0, 1, new - 1], "{done:#}");
            assert_eq!(done["agencies"][0]["members"][0], "name");
            let shown = desk.text(OPERATOR, &["agency", "show", "GIA-LAP.NH.01"]).await;
            assert!(shown.contains(name), "{shown}");
        }
        desk.close().await;
    }

    async fn wrong_rows_are_told_in_both_languages_and_nothing_is_sent(database) {
        let desk = Desk::open(&database).await;
        desk.write("agencies.csv", "code;role;name;parent\nGIA-LAP.X;COURT;Tòa X;\nGIA-LAP.Y;COURTS;;GIA-LAP.NONE\n");
        let import = ["agency", "import", "agencies.csv"];
        let wrong = desk.run(OPERATOR, &import).await;
        assert_eq!(wrong.status, 2, "{}", wrong.stderr);
        for part in [
            "agencies.csv, dòng 3, cột role",
            "agencies.csv, row 3, column role",
            "agencies.csv, row 3, column name: must not be empty",
            "agencies.csv, row 3, column parent",
        ] {
            assert!(wrong.stderr.contains(part), "{part}: {}", wrong.stderr);
        }
        let none = desk.run(OPERATOR, &["agency", "show", "GIA-LAP.X"]).await;
        assert!(none.status == 1 && none.stderr.contains("AGENCY_NOT_FOUND"), "{}", none.stderr);
        let away = desk.bare(&import).await;
        assert!(away.status == 2 && away.stderr.contains("row 3"), "told without a hub: {}", away.stderr);
        desk.close().await;
    }

    async fn officers_and_certificates_are_entered_and_what_the_hub_refuses_is_told_by_row(database) {
        let desk = Desk::open(&database).await;
        std::fs::create_dir(desk.path("new")).expect("a folder");
        desk.write("new/agencies.csv", "code,role,name,channel\nGIA-LAP.X,BANK,Ngân hàng X (giả lập),DIGITAL\nGIA-LAP.Y,BANK,Ngân hàng Y (giả lập),\n");
        desk.write("new/officers.csv", "agency,id,full_name,position,scope,valid_from\nGIA-LAP.X,a,Nguyễn Thị Giả,Giám đốc,ALL,1/1/2026\nGIA-LAP.X,b,Trần Văn Lập,Nhân viên,OWN,2026-01-01\n");
        desk.write("new/credentials.csv", "agency,purposes,certificate_file\nGIA-LAP.X,TLS TOKEN,../x.pem\n");
        let made = desk.bare(&["certs", "dev", "--out", "dev"]).await;
        assert_eq!(made.status, 0, "{}", made.stderr);
        std::fs::copy(desk.path("dev/bank-a.pem"), desk.path("x.pem")).expect("a certificate");
        let done = desk.ask(OPERATOR, &["agency", "import", "new"]).await;
        assert_eq!((counts(&done), done["calls_done"].as_u64()), ([2, 0, 0], Some(3)), "{done:#}");
        let shown = desk.ask(OPERATOR, &["agency", "show", "GIA-LAP.X"]).await;
        assert_eq!(shown["officers"].as_array().expect("officers").len(), 2);
        assert_eq!(shown["credentials"].as_array().expect("certificates").len(), 2);
        let again = desk.ask(OPERATOR, &["agency", "import", "new"]).await;
        assert_eq!(counts(&again), [0, 0, 2], "{again:#}");

        // The certificate is another agency's: only the hub can know. The other row is entered all the same.
        desk.write("new/agencies.csv", "code,role,name\nGIA-LAP.Y,BANK,Ngân hàng Y đổi tên (giả lập)\n");
        desk.write("new/officers.csv", "agency,id,full_name,position,scope,valid_from\n");
        desk.write("new/credentials.csv", "agency,purposes,certificate_file\nGIA-LAP.Y,TLS,../x.pem\n");
        let refused = desk.run(OPERATOR, &["agency", "import", "new"]).await;
        assert_eq!(refused.status, 1, "{}", refused.stderr);
        assert!(refused.stderr.contains("credentials.csv, dòng 2 (GIA-LAP.Y)"), "{}", refused.stderr);
        assert!(refused.stderr.contains("ALREADY_REGISTERED"), "{}", refused.stderr);
        let shown = desk.text(OPERATOR, &["agency", "show", "GIA-LAP.Y"]).await;
        assert!(shown.contains("đổi tên"), "{shown}");

        let stranger = desk.run(THADS, &["agency", "import", "new"]).await;
        assert!(stranger.status != 0, "{}", stranger.stderr);
        desk.close().await;
    }
}
