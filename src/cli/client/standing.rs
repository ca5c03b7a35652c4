//! `lienthong standing`: enquiries that are asked again and again as long as a case is alive. Every order is signed by its agency, so it
//! is the agency's own program that asks; the hub keeps what was asked, and its keys make a second run of a day harmless.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::ToSpan as _;
use jiff::civil::Date;
use lienthong_proto::v1;
use serde::Deserialize;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::content::{Content, oneof};
use super::print::{OutputArgs, Table};
use super::session::{Session, ask, incomplete};
use super::{help, view};
use crate::cli::args::read_text;
use crate::cli::failure::Failure;
use crate::client::call::Refusal;
use crate::domain::enforcement_case::CaseStatus;
use crate::grpc::convert::instant;

/// A debtor's accounts are not asked for more often, days.
const LEAST_DAYS: u32 = 14;
/// The most times that one enquiry is asked: a year of fortnights.
const MOST_TIMES: u32 = 26;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Standing {
    /// Hỏi theo kỳ: sends what is due today of a file of standing enquiries. Safe to run every day, and twice a day.
    #[command(after_help = help::STANDING)]
    Run(Due),
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Due {
    /// Tệp yêu cầu theo kỳ: TOML, one `[[enquiry]]` for each: name, order, from, every_days, times, until, stop_on.
    file: PathBuf,
    /// Chỉ xem: says what would be sent, and sends nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "enquiry")]
    enquiries: Vec<Enquiry>,
}

/// One enquiry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Enquiry {
    /// Part of the keys under which it is asked: never to be changed.
    name: String,
    /// The order, beside the file: one recipient, and the case.
    order: PathBuf,
    /// The day on which it is asked first.
    from: Date,
    /// How far one asking is from the next.
    every_days: u32,
    /// How often at most.
    times: u32,
    /// The last day.
    until: Date,
    /// Outcomes after which it is not asked any more.
    #[serde(default)]
    stop_on: Vec<String>,
}

/// What is done with an enquiry today.
enum Fate {
    /// Sent, or to be sent; the request if it was.
    Asked(Option<String>),
    /// Nothing today, or never again: why.
    Rests(&'static str, &'static str),
    /// The hub would refuse it.
    Refused(String),
}

/// An enquiry with its order.
struct Planned {
    enquiry: Enquiry,
    order: Value,
    recipient: String,
    case_id: String,
}

impl Standing {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Run(command) => command.run().await,
        }
    }
}

impl Due {
    async fn run(self) -> Result<(), Failure> {
        let mut planned = read(&self.file)?;
        // What goes to one holder goes together.
        planned.sort_by(|left, right| left.recipient.cmp(&right.recipient));
        let session = self.connection.connect().await?;
        let info = ask!(async || session.admin().get_server_info(v1::GetServerInfoRequest {}).await)?;
        let today = instant(&info.hub_time.ok_or_else(|| incomplete("hub_time"))?);
        let today = today.ok_or_else(|| incomplete("hub_time"))?.date();
        let mut fates = Vec::with_capacity(planned.len());
        for one in &planned {
            let fate = one.today(&session, today, self.dry_run).await;
            // The others are asked all the same, and what was asked is told.
            fates.push(fate.unwrap_or_else(|failure| {
                let (vi, en) = failure.texts();
                Fate::Refused(format!("{vi} / {en}"))
            }));
        }
        let told = || planned.iter().zip(&fates);
        self.output.print(|| told().map(object).collect(), || table(told()));
        let refused = fates.iter().filter(|fate| matches!(fate, Fate::Refused(_))).count();
        if refused == 0 {
            return Ok(());
        }
        Err(Failure::failed(
            format!("{refused} yêu cầu bị từ chối."),
            format!("{refused} enquiries were refused."),
        ))
    }
}

fn read(file: &Path) -> Result<Vec<Planned>, Failure> {
    let wrong = |what: &str, why: &str| Failure::configuration(format!("{what}: {why}"), format!("{what}: {why}"));
    let text = read_text("FILE", file)?;
    let read: File = toml::from_str(&text).map_err(|error| wrong("FILE", error.message()))?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut planned: Vec<Planned> = Vec::with_capacity(read.enquiries.len());
    for enquiry in read.enquiries {
        let name = format!("enquiry {}", enquiry.name);
        if planned.iter().any(|other| other.enquiry.name == enquiry.name) {
            return Err(wrong(&name, "tên trùng / the name stands twice"));
        }
        if enquiry.every_days < LEAST_DAYS {
            return Err(wrong(
                &name,
                &format!("every_days: ít nhất {LEAST_DAYS} / at least {LEAST_DAYS}"),
            ));
        }
        if !(1..=MOST_TIMES).contains(&enquiry.times) {
            return Err(wrong(&name, &format!("times: 1–{MOST_TIMES}")));
        }
        let text = read_text("order", &folder.join(&enquiry.order))?;
        let order: Value = serde_json::from_str(&text).map_err(|error| wrong(&name, &error.to_string()))?;
        let [recipient] = order
            .get("recipients")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
        else {
            return Err(wrong(&name, "recipients: cần đúng một nơi nhận / exactly one"));
        };
        let (Some(recipient), Some(case_id)) = (
            recipient.as_str(),
            order.pointer("/case/case_id").and_then(Value::as_str),
        ) else {
            return Err(wrong(
                &name,
                "case.case_id: phải nêu việc thi hành án / the order must name its case",
            ));
        };
        planned.push(Planned {
            recipient: recipient.to_owned(),
            case_id: case_id.to_owned(),
            enquiry,
            order,
        });
    }
    Ok(planned)
}

impl Planned {
    async fn today(&self, session: &Session, today: Date, dry_run: bool) -> Result<Fate, Failure> {
        let Enquiry { from, until, times, .. } = self.enquiry;
        if today < from {
            return Ok(Fate::Rests("chưa đến ngày đầu", "its first day has not come"));
        }
        if today > until {
            return Ok(Fate::Rests("đã hết thời hạn", "its last day is over"));
        }
        let days = from.until(today).map_or(0, |span| span.get_days());
        let number = u32::try_from(days).unwrap_or(0) / self.enquiry.every_days;
        if number >= times {
            return Ok(Fate::Rests("đã hết số lần", "it was asked as often as it may be"));
        }
        if !is_alive(session, &self.case_id).await? {
            return Ok(Fate::Rests("việc không còn thi hành", "its case is not being enforced"));
        }
        if let Some(rests) = self.last_answer(session, number).await? {
            return Ok(rests);
        }
        let document = self.document(number);
        let checked = check(session, &document).await?;
        if sent_before(&checked).is_some() {
            return Ok(Fate::Rests("đã hỏi trong kỳ này", "asked already in this period"));
        }
        if let Some(refusal) = checked.refusals.first() {
            return Ok(Fate::Refused(refusal.reason.clone()));
        }
        if dry_run {
            return Ok(Fate::Asked(None));
        }
        let content = session.signed(Content::Document(document), None).await?;
        let message = v1::SubmitRequest {
            content: oneof!(submit_request, content),
        };
        let sent: Result<_, Refusal> = crate::client::call::call(super::session::tell_wait, async || {
            session.requests().submit(message.clone()).await
        })
        .await;
        Ok(match sent {
            Ok(sent) => Fate::Asked(
                sent.receipts
                    .first()
                    .map(|receipt| receipt.enforcement_request_id.clone()),
            ),
            Err(refusal) => Fate::Refused(refusal.reason),
        })
    }

    /// Why the last asking before this one keeps it from being asked.
    async fn last_answer(&self, session: &Session, number: u32) -> Result<Option<Fate>, Failure> {
        for earlier in (0..number).rev() {
            let checked = check(session, &self.document(earlier)).await?;
            let Some(id) = sent_before(&checked) else {
                // Whether it was sent cannot be told then: rather not asked than asked too often.
                match checked.refusals.first() {
                    Some(refusal) => return Ok(Some(Fate::Refused(refusal.reason.clone()))),
                    None => continue,
                }
            };
            let asked = v1::GetRequest {
                enforcement_request_id: id,
                include_documents: false,
            };
            let told = ask!(async || session.requests().get(asked.clone()).await)?;
            let request = told
                .enforcement_request
                .ok_or_else(|| incomplete("enforcement_request"))?;
            let is_answered = !request.outcome.is_empty();
            let waits =
                !is_answered && request.state() != v1::State::Returned && request.state() != v1::State::Withdrawn;
            return Ok(if waits {
                Some(Fate::Rests("lần trước chưa trả lời", "the last one is not answered"))
            } else if self.enquiry.stop_on.contains(&request.outcome) {
                Some(Fate::Rests(
                    "đã có kết quả cần tìm",
                    "it has brought what was looked for",
                ))
            } else {
                None
            });
        }
        Ok(None)
    }

    /// The order as it is asked for the time `number`, from 0: dated by the first day of that period, under a key of its own.
    fn document(&self, number: u32) -> String {
        let mut order = self.order.clone();
        let days = i64::from(number) * i64::from(self.enquiry.every_days);
        let day = self.enquiry.from.saturating_add(days.days());
        view::set(
            &mut order,
            "idempotency_key",
            format!("standing:{}:{number}", self.enquiry.name),
        );
        if let Some(head) = order.get_mut("head") {
            view::set(head, "date", day.to_string());
        }
        format!("{order:#}\n")
    }
}

async fn is_alive(session: &Session, case_id: &str) -> Result<bool, Failure> {
    let asked = v1::GetCaseRequest {
        case_id: case_id.to_owned(),
    };
    let told = ask!(async || session.cases().get_case(asked.clone()).await)?;
    let status = told.case.ok_or_else(|| incomplete("case"))?.status;
    Ok(status.parse().is_ok_and(CaseStatus::takes_orders))
}

async fn check(session: &Session, document: &str) -> Result<v1::CheckOrderResponse, Failure> {
    let asked = v1::CheckOrderRequest {
        content: Some(v1::check_order_request::Content::Document(document.to_owned())),
    };
    ask!(async || session.requests().check_order(asked.clone()).await)
}

/// The request that was opened by these very bytes, if there is one.
fn sent_before(checked: &v1::CheckOrderResponse) -> Option<String> {
    let mut advice = checked.advice.iter();
    let before = advice.find(|advice| advice.reason() == v1::AdviceReason::SentBefore)?;
    Some(before.enforcement_request_id.clone())
}

fn object((planned, fate): (&Planned, &Fate)) -> Value {
    let (what, request, why) = match fate {
        Fate::Asked(request) => ("ASKED", request.clone(), None),
        Fate::Rests(vi, en) => ("RESTS", None, Some(json!({ "vi": vi, "en": en }))),
        Fate::Refused(reason) => ("REFUSED", None, Some(json!(reason))),
    };
    json!({
        "name": planned.enquiry.name,
        "recipient_agency_code": planned.recipient,
        "result": what,
        "enforcement_request_id": request,
        "reason": why,
    })
}

fn table<'p>(told: impl Iterator<Item = (&'p Planned, &'p Fate)>) -> String {
    let mut table = Table::new(&["Tên", "Nơi nhận", "Kết quả"]);
    for (planned, fate) in told {
        let result = match fate {
            Fate::Asked(Some(id)) => format!("đã hỏi / asked: {id}"),
            Fate::Asked(None) => "sẽ hỏi / to be asked".to_owned(),
            Fate::Rests(vi, en) => format!("{vi} / {en}"),
            Fate::Refused(reason) => format!("bị từ chối / refused: {reason}"),
        };
        table.row(&[planned.enquiry.name.clone(), planned.recipient.clone(), result]);
    }
    table.text("")
}
