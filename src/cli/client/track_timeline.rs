//! `lienthong track timeline`: every event of a request, and what it did to the deadlines.

use clap::Args;
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::{Lines, OutputArgs};
use super::session::{Session, ask, incomplete};
use super::{show, view, words};
use crate::cli::failure::Failure;

/// Entries that are asked for at once.
const PAGE: i32 = 500;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Timeline {
    /// Mã yêu cầu: id of the request, `req_…`.
    id: String,
    /// Giám sát, kiểm sát: as one who supervises a party. Each look is entered in the log.
    #[arg(long)]
    supervise: bool,
    /// Vụ việc, mục đích: the case or purpose of a look, kept in the log.
    #[arg(
        long,
        env = "LIENTHONG_PURPOSE",
        value_name = "TEXT",
        default_value = "",
        requires = "supervise"
    )]
    purpose: String,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Timeline {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let (mut entries, mut token) = (Vec::new(), String::new());
        let deadlines = loop {
            let page = self.page(&session, token).await?;
            entries.extend(page.entries);
            token = page.next_page_token;
            if token.is_empty() {
                break page.deadlines;
            }
        };
        self.output.print(
            || {
                json!({
                    "entries": entries.iter().map(object).collect::<Value>(),
                    "deadlines": deadlines.iter().map(view::deadline).collect::<Value>(),
                })
            },
            || text(&entries, &deadlines),
        );
        Ok(())
    }

    async fn page(&self, session: &Session, page_token: String) -> Result<v1::GetTimelineResponse, Failure> {
        if self.supervise {
            let asked = v1::GetSupervisedTimelineRequest {
                enforcement_request_id: self.id.clone(),
                purpose: self.purpose.clone(),
                page_size: PAGE,
                page_token,
            };
            let shown = ask!(async || session.supervision().get_supervised_timeline(asked.clone()).await)?;
            return shown.timeline.ok_or_else(|| incomplete("timeline"));
        }
        let asked = v1::GetTimelineRequest {
            enforcement_request_id: self.id.clone(),
            page_size: PAGE,
            page_token,
        };
        ask!(async || session.tracking().get_timeline(asked.clone()).await)
    }
}

fn object(entry: &v1::TimelineEntry) -> Value {
    let clocks = entry.clocks.iter().map(|clock| {
        let reason = clock.reason.clone().unwrap_or_default();
        json!({
            "changes": clock.changes.iter().map(|change| words::clock_change(*change)).collect::<Value>(),
            "deadline": clock.deadline.as_ref().map(view::deadline),
            "reason": { "vi": reason.vi, "en": reason.en },
        })
    });
    json!({
        "log_index": entry.log_index,
        "version": entry.version,
        "action": words::action(entry.action),
        "party": words::party(entry.party),
        "actor_agency_code": view::text(&entry.actor_agency_code),
        "actor_officer_id": view::text(&entry.actor_officer_id),
        "hub_time": view::time(entry.hub_time),
        "from_state": if entry.from_state == 0 { Value::Null } else { words::state(entry.from_state).into() },
        "to_state": words::state(entry.to_state),
        "reason_code": view::text(&entry.reason_code),
        "clocks": clocks.collect::<Value>(),
    })
}

fn text(entries: &[v1::TimelineEntry], deadlines: &[v1::Deadline]) -> String {
    let mut lines = Lines::default();
    for entry in entries {
        let when = format!("{} {}", words::clock(entry.hub_time), words::action_vi(entry.action));
        let who = if entry.party() == v1::Party::Hub {
            vec!["cổng tự làm"]
        } else {
            vec![entry.actor_agency_code.as_str(), entry.actor_officer_id.as_str()]
        };
        let who: Vec<&str> = who
            .into_iter()
            .chain([entry.reason_code.as_str()])
            .filter(|part| !part.is_empty())
            .collect();
        lines.add(
            &when,
            &format!("{} → {}", who.join(" · "), words::state_vi(entry.to_state)),
        );
        for clock in &entry.clocks {
            let name = clock.deadline.as_ref().map_or("", |deadline| deadline.name.as_str());
            let changes: Vec<String> = clock
                .changes
                .iter()
                .map(|change| words::clock_change_vi(*change))
                .collect();
            let reason = clock.reason.clone().unwrap_or_default();
            let told = if reason.vi.is_empty() {
                changes.join(", ")
            } else {
                reason.vi
            };
            lines.add(&format!("    {name}"), &told);
        }
    }
    lines.text(&show::deadlines(deadlines, false));
    lines.finish()
}
