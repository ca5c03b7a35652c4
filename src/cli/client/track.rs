//! `lienthong track`: what happened to a request, who has it, since when, and what is due; with a word behind it, across requests.

use clap::{Args, Subcommand};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::{Lines, OutputArgs, Table};
use super::session::{Session, ask, incomplete};
use super::track_deadlines::Deadlines;
use super::track_figures::{ResponseTimes, Scorecard};
use super::track_timeline::Timeline;
use super::{help, show, view, words};
use crate::cli::failure::Failure;

/// See the command's help.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(in crate::cli) struct Track {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    one: One,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Thời hạn: what we owe or are owed, soonest first.
    #[command(after_help = help::TRACK_DEADLINES)]
    Deadlines(Deadlines),
    /// Bảng đánh giá: how agencies keep their times, over months.
    #[command(after_help = help::TRACK_SCORECARD)]
    Scorecard(Scorecard),
    /// Thời gian trả lời: by agency, unit, kind, province or month.
    #[command(after_help = help::TRACK_RESPONSE_TIMES)]
    ResponseTimes(Box<ResponseTimes>),
    /// Diễn biến một yêu cầu: every event, and what it did to the deadlines.
    #[command(after_help = help::TRACK_TIMELINE)]
    Timeline(Timeline),
}

impl Track {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.what {
            Some(What::Deadlines(command)) => command.run().await,
            Some(What::Scorecard(command)) => command.run().await,
            Some(What::ResponseTimes(command)) => command.run().await,
            Some(What::Timeline(command)) => command.run().await,
            None => self.one.run().await,
        }
    }
}

/// One request.
#[derive(Debug, Args)]
struct One {
    /// Mã yêu cầu: id of the request, `req_…`.
    #[arg(required = true)]
    id: Option<String>,
    /// Cách tính thời hạn: why each deadline is due then, day by day.
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl One {
    async fn run(self) -> Result<(), Failure> {
        // clap has asked for it.
        let id = self.id.unwrap_or_default();
        let session = self.connection.connect().await?;
        let asked = v1::GetRequest {
            enforcement_request_id: id.clone(),
            include_documents: false,
        };
        let request = ask!(async || session.requests().get(asked.clone()).await)?.enforcement_request;
        let request = request.ok_or_else(|| incomplete("enforcement_request"))?;
        let events = events(&session, &id).await?;
        let holder = holder(&request, &events);
        self.output.print(
            || {
                json!({
                    "enforcement_request": view::whole(&request),
                    "holder": {
                        "party": holder.party.map(|party| words::party(party.into())),
                        "agency_code": holder.agency,
                        "since": view::time(holder.since),
                    },
                    "events": events.iter().map(view::event).collect::<Value>(),
                })
            },
            || text(&request, &events, &holder, self.why),
        );
        Ok(())
    }
}

async fn events(session: &Session, id: &str) -> Result<Vec<v1::Event>, Failure> {
    let mut asked = v1::ListEventsRequest {
        enforcement_request_id: id.to_owned(),
        page_size: 200,
        ..Default::default()
    };
    let mut events = Vec::new();
    loop {
        let page = ask!(async || session.requests().list_events(asked.clone()).await)?;
        events.extend(page.events);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(events);
        }
    }
}

/// Who has to act.
struct Holder<'a> {
    party: Option<v1::Party>,
    agency: Option<&'a str>,
    since: Option<prost_types::Timestamp>,
}

fn holder<'a>(request: &'a v1::EnforcementRequest, events: &[v1::Event]) -> Holder<'a> {
    let party = match request.state() {
        v1::State::Submitted | v1::State::Acknowledged | v1::State::WithdrawalPending => Some(v1::Party::Recipient),
        v1::State::Clarifying | v1::State::Answered | v1::State::Returned => Some(v1::Party::Sender),
        v1::State::Withdrawn | v1::State::Closed | v1::State::Unspecified => None,
    };
    let agency = match party {
        Some(v1::Party::Recipient) => Some(request.recipient_agency_code.as_str()),
        Some(v1::Party::Sender) => Some(request.sender_agency_code.as_str()),
        Some(v1::Party::Hub | v1::Party::Unspecified) | None => None,
    };
    let moved = events.iter().rev().find(|event| event.from_state != event.to_state);
    Holder {
        party,
        agency,
        since: moved.and_then(|event| event.hub_time),
    }
}

fn text(request: &v1::EnforcementRequest, events: &[v1::Event], holder: &Holder<'_>, why: bool) -> String {
    let mut lines = Lines::default();
    lines.text(&show::envelope(request));
    if let (Some(party), Some(agency)) = (holder.party, holder.agency) {
        lines.add(
            "Đang ở / with",
            &format!(
                "{agency} ({}), từ {}",
                words::party_vi(party.into()),
                words::clock(holder.since)
            ),
        );
    }
    lines.text(&show::deadlines(&request.deadlines, why));
    lines.heading("Diễn biến / timeline");
    let mut table = Table::new(&["Lúc", "Việc", "Trạng thái", "Cơ quan", "Cán bộ", "Phiên bản"]);
    for event in events {
        table.row(&[
            words::clock(event.hub_time),
            words::action_vi(event.action),
            words::state_vi(event.to_state),
            event.actor_agency_code.clone(),
            event.actor_officer_id.clone(),
            event.version.to_string(),
        ]);
    }
    lines.text(&table.text("  "));
    let said: Vec<&v1::Event> = events.iter().filter(|event| !event.text.is_empty()).collect();
    if !said.is_empty() {
        lines.heading("Nội dung nêu / what was said");
        for event in said {
            let when = format!("{} {}", words::clock(event.hub_time), words::action_vi(event.action));
            lines.add(&when, &event.text);
        }
    }
    lines.finish()
}
