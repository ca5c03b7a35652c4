//! `lienthong evidence operator`: what operators did with the hub beside its API.

use clap::Args;
use lienthong_proto::v1;
use serde_json::{Map, Value, json};

use super::connection::ConnectionArgs;
use super::print::{OutputArgs, Table};
use super::session::ask;
use super::{view, words};
use crate::cli::failure::Failure;
use crate::domain::operator::OperatorAction;

/// Entries that are asked for at once.
const PAGE: i32 = 200;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct OperatorCommand {
    /// Tất cả: every page; without it the newest ones only.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl OperatorCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut asked = v1::ListOperatorActionsRequest {
            page_size: PAGE,
            ..Default::default()
        };
        let session = self.connection.connect().await?;
        let mut actions = Vec::new();
        loop {
            let page = ask!(async || session.admin().list_operator_actions(asked.clone()).await)?;
            actions.extend(page.actions);
            asked.page_token = page.next_page_token;
            if !self.all || asked.page_token.is_empty() {
                break;
            }
        }
        let more = !asked.page_token.is_empty();
        self.output.print(
            || json!({ "actions": actions.iter().map(value).collect::<Value>(), "more": more }),
            || text(&actions, more),
        );
        Ok(())
    }
}

/// The action in Vietnamese; one of a later version by its own name.
fn action_vi(action: &str) -> &str {
    match action.parse() {
        Ok(OperatorAction::HubStart) => "khởi động cổng",
        Ok(OperatorAction::HubStop) => "dừng cổng",
        Ok(OperatorAction::Backup) => "sao lưu",
        Ok(OperatorAction::Restore) => "phục hồi",
        Ok(OperatorAction::CopyIn) => "chép vào",
        Ok(OperatorAction::CopyOut) => "chép ra",
        Ok(OperatorAction::Migrate) => "nâng cấp cấu trúc",
        Err(_) => action,
    }
}

/// An account for people: its name, else its number; and the one behind it, if another.
fn user_text(user: &v1::OperatingSystemUser) -> String {
    let account = |uid: u32, name: &str| {
        if name.is_empty() {
            uid.to_string()
        } else {
            name.to_owned()
        }
    };
    let runs = account(user.uid, &user.name);
    match user.login_uid {
        Some(login) if login != user.uid => format!("{} ({runs})", account(login, &user.login_name)),
        Some(_) | None => runs,
    }
}

fn text(actions: &[v1::OperatorAction], more: bool) -> String {
    let mut table = Table::new(&[
        "Mục / entry",
        "Đã làm lúc / done",
        "Ghi nhật ký lúc / entered",
        "Việc / action",
        "Tài khoản / account",
        "Bản / version",
        "Chi tiết / facts",
    ]);
    for action in actions {
        let facts = action.facts.iter().map(|fact| format!("{}={}", fact.name, fact.value));
        let vi = action_vi(&action.action);
        let name = if vi == action.action {
            action.action.clone()
        } else {
            format!("{vi} / {}", action.action)
        };
        table.row(&[
            action.log_index.to_string(),
            words::clock(action.done_time),
            words::clock(action.enter_time),
            name,
            action.user.as_ref().map(user_text).unwrap_or_default(),
            action.program_version.clone(),
            facts.collect::<Vec<_>>().join(" "),
        ]);
    }
    if table.is_empty() {
        return "Nhật ký chưa có việc nào của đơn vị vận hành. / The log has no action of an operator yet.\n"
            .to_owned();
    }
    let mut text = table.text("");
    if more {
        text.push_str("… còn nữa; thêm --all. / more; add --all.\n");
    }
    text
}

fn value(action: &v1::OperatorAction) -> Value {
    let facts: Map<String, Value> = action
        .facts
        .iter()
        .map(|fact| (fact.name.clone(), fact.value.clone().into()))
        .collect();
    json!({
        "log_index": action.log_index,
        "id": action.id,
        "action": action.action,
        "done_time": view::time(action.done_time),
        "enter_time": view::time(action.enter_time),
        "user": action.user.as_ref().map(|user| json!({
            "uid": user.uid,
            "name": view::text(&user.name),
            "login_uid": user.login_uid,
            "login_name": view::text(&user.login_name),
        })),
        "program_version": action.program_version,
        "facts": facts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_words_and_one_of_a_later_version_its_own_name() {
        for action in OperatorAction::ALL {
            assert_ne!(action_vi(action.as_str()), action.as_str(), "{action}");
        }
        assert_eq!(action_vi("hub_pause"), "hub_pause");
    }

    #[test]
    fn whoever_became_another_is_named_first() {
        let user = |uid: u32, name: &str, login_uid: Option<u32>, login_name: &str| v1::OperatingSystemUser {
            uid,
            name: name.to_owned(),
            login_uid,
            login_name: login_name.to_owned(),
        };
        assert_eq!(user_text(&user(998, "hub", None, "")), "hub");
        assert_eq!(user_text(&user(998, "", None, "")), "998");
        assert_eq!(user_text(&user(0, "root", Some(1_001), "van.hanh")), "van.hanh (root)");
        assert_eq!(user_text(&user(5, "a", Some(5), "a")), "a");
    }
}
