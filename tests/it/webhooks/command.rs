//! `lienthong webhook` as people and scripts use it, against a receiver.

use lienthong::server::settings::HubSettings;

use super::world::{Partners, url};
use crate::cli::Desk;
use crate::harness::agencies::{LAND_OFFICE, THADS};

backends! {
    async fn a_partner_registers_tests_checks_replays_and_removes_an_address(database) {
        let (mut desk, partners) = (Desk::open(&database).await, Partners::new());
        let off = desk.run(LAND_OFFICE, &["webhook", "add", "https://hooks.example.vn/x"]).await;
        assert!(off.status == 1 && off.stderr.contains("WEBHOOKS_OFF"), "{}", off.stderr);
        desk.stop_hub().await;
        let settings = HubSettings { webhooks: partners.settings(), ..desk.settings().clone() };
        desk.start_hub(settings, 11).await;
        let receiver = partners.receiver().await;

        let added = desk.ask(LAND_OFFICE, &["webhook", "add", &url(&receiver), "--hmac", "--action", "submit"]).await;
        let (id, secret) = (added["endpoint_id"].as_str().expect("an id"), added["secret"].as_str().expect("a secret"));
        assert_eq!((&added["state"], &added["actions"][0]), (&"ENABLED".into(), &"SUBMIT".into()));
        let tested = desk.ask(LAND_OFFICE, &["webhook", "test", id]).await;
        assert_eq!((&tested["outcome"], &tested["status_code"]), (&"DELIVERED".into(), &204.into()));
        desk.order("land-information", THADS, LAND_OFFICE, "land.json").await;
        let got = receiver.wait_for(2).await.remove(1);
        assert_eq!(got.json()["type"], "lienthong.mailbox.submit");

        std::fs::write(desk.path("body"), &got.body).expect("a file");
        let headers = got.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let headers = headers.collect::<Vec<_>>().concat();
        std::fs::write(desk.path("headers"), headers).expect("a file");
        std::fs::write(desk.path("secret"), format!("{secret}\n")).expect("a file");
        // It asks no hub, so it takes no profile.
        let verify = || {
            let arguments = ["webhook", "verify", "body", "--headers", "headers", "--secret-file", "secret"];
            let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_lienthong"));
            let output = program.args(arguments).current_dir(desk.path(".")).output().expect("the program runs");
            let said = [output.stdout, output.stderr].concat();
            (output.status.code(), String::from_utf8(said).expect("UTF-8"))
        };
        let (status, said) = verify();
        assert!(status == Some(0) && said.starts_with("Chữ ký đúng"), "{said}");
        std::fs::write(desk.path("body"), b"{}").expect("a file");
        let (status, said) = verify();
        assert!(status == Some(1) && said.contains("từng byte"), "{said}");

        super::until("it is kept", || async {
            desk.ask(LAND_OFFICE, &["webhook", "deliveries", id]).await["deliveries"][0]["delivered"] == true
        }).await;
        let one = desk.ask(LAND_OFFICE, &["webhook", "replay", id, "--lane", "normal", "--only", "1"]).await;
        assert_eq!(one["outcome"], "DELIVERED");
        desk.ask(LAND_OFFICE, &["webhook", "replay", id, "--lane", "normal", "--after", "0"]).await;
        let again = receiver.wait_for(4).await;
        assert!(again[2..].iter().all(|again| again.id() == got.id()));
        let rotated = desk.ask(LAND_OFFICE, &["webhook", "rotate", id, "--overlap-hours", "1"]).await;
        assert!(rotated["secret"].as_str().expect("a secret") != secret && rotated["keys"][1]["end_time"].is_string());
        let listed = desk.text(LAND_OFFICE, &["webhook", "list"]).await;
        assert!(listed.contains(id) && listed.contains("Đang gọi"), "{listed}");
        desk.ask(LAND_OFFICE, &["webhook", "disable", id]).await;
        assert!(desk.text(LAND_OFFICE, &["webhook", "list"]).await.contains("cơ quan tự tắt"));
        desk.ask(LAND_OFFICE, &["webhook", "enable", id]).await;
        desk.ask(LAND_OFFICE, &["webhook", "remove", id]).await;
        assert!(desk.text(LAND_OFFICE, &["webhook", "list"]).await.starts_with("Chưa đăng ký"));
        desk.close().await;
    }
}
