//! Who watches over the operator reads what he did: by the API and by the client command.

use lienthong::domain::operator::OperatorLine;
use lienthong_proto::{Rpc, v1};
use prost::Message as _;

use super::{line, outbox, until_left};
use crate::cli::Desk;
use crate::harness::TestHub;
use crate::harness::agencies::{BANK, OPERATOR, PROCURACY};
use crate::harness::hub::Client;
use crate::harness::wire::reason;

async fn page(client: &Client, size: i32, token: &str) -> Result<v1::ListOperatorActionsResponse, tonic::Status> {
    let asked = v1::ListOperatorActionsRequest {
        page_size: size,
        page_token: token.to_owned(),
    };
    let bytes = client.send(Rpc::AdminServiceListOperatorActions, &asked).await?;
    Ok(v1::ListOperatorActionsResponse::decode(bytes.as_slice()).expect("a reply"))
}

async fn all(client: &Client, size: i32) -> Vec<v1::OperatorAction> {
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let reply = page(client, size, &token).await.expect("a page");
        assert!(reply.actions.len() <= usize::try_from(size).expect("a size"));
        found.extend(reply.actions);
        token = reply.next_page_token;
        if token.is_empty() {
            return found;
        }
    }
}

backends! {
    async fn what_was_done_is_read_newest_first_page_by_page_by_those_who_may(database) {
        let hub = TestHub::start(&database).await;
        let store = database.store().await;
        let lines: Vec<OperatorLine> = (1..8).map(line).collect();
        for line in &lines {
            store.note_operator_line(line).await.expect("noted");
        }
        until_left(&database, 0).await;
        let operator = hub.client(OPERATOR).await;
        let whole = all(&operator, 200).await;
        assert_eq!(whole.len(), lines.len() + 2, "the schema and the start before them");
        assert!(whole.is_sorted_by(|one, next| one.log_index > next.log_index));
        for size in [1, 2, 3, 9] {
            assert_eq!(all(&operator, size).await, whole, "pages of {size}");
        }
        assert_eq!(all(&hub.client(PROCURACY).await, 4).await, whole);
        let newest = &whole[0];
        assert_eq!(newest.action, "hub_stop");
        let told = |name: &str| newest.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.as_str());
        assert_eq!((told("drained"), told("none")), (Some("true"), None));
        let user = newest.user.as_ref().expect("an account");
        assert_eq!((user.uid, user.name.as_str(), user.login_uid), (1_001, "van-hanh", None));
        assert!(newest.done_time.is_some() && newest.enter_time == newest.done_time, "by one clock");

        let refused = page(&hub.client(BANK).await, 0, "").await.expect_err("a bank watches over nobody");
        assert_eq!(reason(&refused), "METHOD_NOT_ALLOWED");
        let token = page(&operator, 1, "").await.expect("a page").next_page_token;
        let refused = page(&hub.client(PROCURACY).await, 1, &token).await.expect_err("another's token");
        assert_eq!(reason(&refused), "FIELD_INVALID");
        for size in [-1, 201] {
            assert_eq!(reason(&page(&operator, size, "").await.expect_err("too many")), "FIELD_INVALID");
        }
        hub.stop().await;
    }

    async fn the_client_command_shows_what_was_done_in_both_languages(database) {
        let desk = Desk::open(&database).await;
        assert_eq!(outbox(&database).await, Vec::<String>::new());
        let text = desk.text(PROCURACY, &["evidence", "operator"]).await;
        for words in ["khởi động cổng / hub_start", "nâng cấp cấu trúc / migrate", "Mục / entry", "schema_version="] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let value = desk.ask(OPERATOR, &["evidence", "operator", "--all"]).await;
        let told = value["actions"].as_array().expect("a list");
        assert_eq!((told[0]["action"].as_str(), told[1]["action"].as_str()), (Some("hub_start"), Some("migrate")));
        assert_eq!((told.len(), value["more"].as_bool()), (2, Some(false)));
        assert_eq!(told[0]["user"]["uid"], rustix::process::geteuid().as_raw());
        let refused = desk.run(BANK, &["evidence", "operator"]).await;
        assert!(refused.status == 1 && refused.stderr.contains("METHOD_NOT_ALLOWED"), "{}", refused.stderr);
        desk.close().await;
    }
}
