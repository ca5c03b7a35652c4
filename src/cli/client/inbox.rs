//! `lienthong inbox`: what is new for the agency. The mailbox is the whole agency's: for officers whose scope is ALL.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use lienthong_proto::v1;
use lienthong_proto::v1::subscribe_response::Content;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::print::{Format, OutputArgs, Table};
use super::session::{Session, ask, broken};
use super::{view, words};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::serve::StopSignals;
use crate::client::call::Refusal;

/// How long the hub is asked to wait, in seconds: the longest that it does.
const WAIT_SECONDS: i32 = 30;
/// Entries that were followed are passed in one go after so long without a new one.
const QUIET: Duration = Duration::from_millis(500);
/// At most so many entries are printed before they are passed.
const MOST_PENDING: usize = 100;

/// See the command's help.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(in crate::cli) struct Inbox {
    /// Chờ: if there is nothing, wait up to 30 seconds for something.
    #[arg(long)]
    wait: bool,
    /// Theo dõi: keep printing what comes until Ctrl-C; with `-o json` one object a line.
    #[arg(long)]
    follow: bool,
    /// Từ đầu: everything from the beginning, not only what is after the cursor.
    #[arg(long)]
    from_start: bool,
    /// Đánh dấu đã đến: after printing, move the cursor; with `intake` that makes the entries delivered.
    #[arg(long)]
    advance: bool,
    /// Con trỏ: name of the cursor.
    #[arg(long, env = "LIENTHONG_CURSOR", value_name = "NAME", default_value = "intake")]
    cursor: String,
    /// Số mục nhiều nhất: most entries to print without --follow, 1 to 1000.
    #[arg(long, env = "LIENTHONG_MAX", value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(i32).range(1..=1000))]
    max: i32,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Inbox {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        if self.follow {
            self.follow(&session).await
        } else if self.from_start {
            let (entries, passed) = self.everything(&session).await?;
            self.tell(&session, &entries, passed, false).await
        } else {
            let asked = v1::PullRequest {
                cursor: self.cursor.clone(),
                max_entries: self.max,
                wait_seconds: if self.wait { WAIT_SECONDS } else { 0 },
                include_documents: false,
            };
            let pulled = ask!(async || session.mailbox().pull(asked.clone()).await)?;
            self.tell(&session, &pulled.entries, pulled.advance_to, pulled.more)
                .await
        }
    }

    async fn tell(
        &self,
        session: &Session,
        entries: &[v1::MailboxEntry],
        passed: Vec<v1::LanePosition>,
        more: bool,
    ) -> Result<(), Failure> {
        self.output.print(
            || {
                json!({
                    "entries": entries.iter().map(view::entry).collect::<Value>(),
                    "advance_to": passed.iter().map(position).collect::<Value>(),
                    "more": more,
                })
            },
            || text(entries, more),
        );
        if self.advance {
            self.pass(session, passed).await?;
        }
        Ok(())
    }

    async fn pass(&self, session: &Session, positions: Vec<v1::LanePosition>) -> Result<(), Failure> {
        if positions.is_empty() {
            return Ok(());
        }
        let asked = v1::AdvanceRequest {
            cursor: self.cursor.clone(),
            positions,
        };
        ask!(async || session.mailbox().advance(asked.clone()).await)?;
        Ok(())
    }

    fn subscription(&self) -> v1::SubscribeRequest {
        let start = |lane: v1::Lane| v1::LanePosition {
            lane: lane.into(),
            position: 0,
        };
        v1::SubscribeRequest {
            cursor: self.cursor.clone(),
            start_after: if self.from_start {
                vec![start(v1::Lane::Urgent), start(v1::Lane::Normal)]
            } else {
                Vec::new()
            },
            include_documents: false,
        }
    }

    /// Every entry from the beginning to what the mailbox ends with now, at most --max.
    async fn everything(&self, session: &Session) -> Result<(Vec<v1::MailboxEntry>, Vec<v1::LanePosition>), Failure> {
        let asked = self.subscription();
        let mut stream = ask!(async || session.mailbox().subscribe(asked.clone()).await)?;
        let mut entries = Vec::new();
        let (mut passed, mut last) = (Passed::default(), None);
        loop {
            match stream
                .message()
                .await
                .map_err(broken)?
                .and_then(|message| message.content)
            {
                Some(Content::Entry(entry)) => {
                    passed.note(&entry);
                    entries.push(entry);
                }
                Some(Content::Heartbeat(heartbeat)) => last = Some(heartbeat.last_positions),
                None => break,
            }
            let is_full = i32::try_from(entries.len()).is_ok_and(|count| count >= self.max);
            if is_full || last.as_ref().is_some_and(|last| passed.has_reached(last)) {
                break;
            }
        }
        Ok((entries, passed.positions()))
    }

    async fn follow(&self, session: &Session) -> Result<(), Failure> {
        let mut signals = StopSignals::new()?;
        let mut asked = self.subscription();
        let mut breaks = 0;
        loop {
            let mut pending = Passed::default();
            let ended = tokio::select! {
                ended = self.read_stream(session, &asked, &mut pending) => ended,
                () = signals.next() => Ok(()),
            };
            if self.advance {
                self.pass(session, pending.positions()).await?;
            }
            let Err(refusal) = ended else { return Ok(()) };
            // The stream broke: go on behind what was printed.
            breaks = if pending.count > 0 { 1 } else { breaks + 1 };
            let Some(wait) = refusal.wait(breaks) else {
                return Err(super::session::refused(refusal));
            };
            super::session::tell_wait(&refusal, wait);
            asked
                .start_after
                .retain(|start| pending.seen.keys().all(|lane| *lane != start.lane));
            asked.start_after.extend(pending.seen_positions());
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = signals.next() => return Ok(()),
            }
        }
    }

    /// Prints entries until the stream breaks.
    async fn read_stream(
        &self,
        session: &Session,
        asked: &v1::SubscribeRequest,
        pending: &mut Passed,
    ) -> Result<(), Refusal> {
        let mut stream = session.mailbox().subscribe(asked.clone()).await?.into_inner();
        loop {
            let message = tokio::select! {
                message = stream.message() => message?,
                () = tokio::time::sleep(QUIET), if self.advance && pending.count > 0 => {
                    self.pass_now(session, pending).await?;
                    continue;
                }
            };
            let Some(message) = message else { return Ok(()) };
            if let Some(Content::Entry(entry)) = message.content {
                match self.output.output {
                    Format::Json => output::line(&view::entry(&entry).to_string()),
                    Format::Table => output::line(&line(&entry)),
                }
                pending.note(&entry);
            }
            if self.advance && pending.count >= MOST_PENDING {
                self.pass_now(session, pending).await?;
            }
        }
    }

    async fn pass_now(&self, session: &Session, pending: &mut Passed) -> Result<(), Refusal> {
        let asked = v1::AdvanceRequest {
            cursor: self.cursor.clone(),
            positions: pending.positions(),
        };
        session.mailbox().advance(asked).await?;
        pending.count = 0;
        Ok(())
    }
}

/// How far each lane has been printed.
#[derive(Debug, Default)]
struct Passed {
    seen: BTreeMap<i32, i64>,
    /// Entries printed and not yet passed.
    count: usize,
}

impl Passed {
    fn note(&mut self, entry: &v1::MailboxEntry) {
        self.seen.insert(entry.lane, entry.position);
        self.count += 1;
    }

    /// What to pass; nothing if nothing was printed since.
    fn positions(&self) -> Vec<v1::LanePosition> {
        if self.count == 0 {
            Vec::new()
        } else {
            self.seen_positions()
        }
    }

    fn seen_positions(&self) -> Vec<v1::LanePosition> {
        let positions = self.seen.iter();
        positions
            .map(|(lane, position)| v1::LanePosition {
                lane: *lane,
                position: *position,
            })
            .collect()
    }

    fn has_reached(&self, last: &[v1::LanePosition]) -> bool {
        let seen = |lane| self.seen.get(&lane).copied().unwrap_or(0);
        last.iter().all(|last| seen(last.lane) >= last.position)
    }
}

fn position(position: &v1::LanePosition) -> Value {
    json!({ "lane": words::lane(position.lane), "position": position.position })
}

fn marks(entry: &v1::MailboxEntry) -> String {
    let mut marks = Vec::new();
    if entry.lifted {
        marks.push("ĐÃ CHẤM DỨT: không thực hiện".to_owned());
    }
    if entry.withdrawn {
        marks.push("ĐÃ LẤY LẠI: không thực hiện".to_owned());
    }
    marks.extend(entry.notice.as_ref().map(notice_vi));
    marks.join("; ")
}

/// What is told of a clock, on one line.
fn notice_vi(notice: &v1::Notice) -> String {
    let text = notice.text.clone().unwrap_or_default().vi;
    let late = match notice.late_working_days {
        0 => String::new(),
        days => format!(", chậm {days} ngày làm việc"),
    };
    let missing = if notice.addressee_missing {
        "; CHƯA CÓ CƠ QUAN NHẬN trên cổng: gửi bằng văn bản giấy"
    } else {
        ""
    };
    format!(
        "{text}: thời hạn “{}”{late} ({}){missing}",
        notice.clock, notice.article
    )
}

fn text(entries: &[v1::MailboxEntry], more: bool) -> String {
    if entries.is_empty() {
        return "Không có gì mới. / Nothing new.\n".to_owned();
    }
    let mut table = Table::new(&[
        "Luồng",
        "Vị trí",
        "Lúc",
        "Việc",
        "Loại",
        "Nơi gửi",
        "Nơi nhận",
        "Hạn chót",
        "Mã yêu cầu",
        "Lưu ý",
    ]);
    for entry in entries {
        table.row(&cells(entry));
    }
    let mut text = table.text("");
    if more {
        text.push_str("Còn nữa; --advance rồi đọc tiếp. / There is more; --advance and read on.\n");
    }
    text
}

fn cells(entry: &v1::MailboxEntry) -> [String; 10] {
    let request = entry.enforcement_request.clone().unwrap_or_else(|| told_alone(entry));
    [
        words::lane_vi(entry.lane),
        entry.position.to_string(),
        words::clock(entry.hub_time),
        words::action_vi(entry.action),
        request.kind,
        request.sender_agency_code,
        request.recipient_agency_code,
        words::clock(request.due_time),
        entry.enforcement_request_id.clone(),
        marks(entry),
    ]
}

/// As much of the envelope as a notice tells whoever is no party.
fn told_alone(entry: &v1::MailboxEntry) -> v1::EnforcementRequest {
    let notice = entry.notice.clone().unwrap_or_default();
    v1::EnforcementRequest {
        kind: notice.kind,
        sender_agency_code: notice.sender_agency_code,
        recipient_agency_code: notice.recipient_agency_code,
        due_time: notice.due_time,
        ..Default::default()
    }
}

/// An entry on one line, for a list without an end.
fn line(entry: &v1::MailboxEntry) -> String {
    let cells = cells(entry).map(|cell| super::print::plain(&cell));
    cells.join("  ").trim_end().to_owned()
}
