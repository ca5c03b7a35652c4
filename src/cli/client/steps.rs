//! The steps that carry a document: answer, report, correct, send back, clarify, withdraw, serve on paper, enter a paper
//! answer; and `ack`, whose document is made from options.

use clap::Args;
use lienthong_proto::v1;
use lienthong_proto::v1::validate_request::Document;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::content::{Content, DocumentArgs, Draft, oneof};
use super::print::OutputArgs;
use super::session::{Session, ask, fresh_key, incomplete};
use super::{show, view};
use crate::cli::failure::Failure;
use crate::cli::output;

/// A step that carries a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Acknowledge,
    Answer,
    Report,
    Correct,
    SendBack,
    Clarify,
    Withdraw,
    Serve,
    RecordAnswer,
}

impl Step {
    /// The actions that it may come to.
    pub(super) const fn actions(self) -> &'static [v1::Action] {
        match self {
            Self::Acknowledge => &[v1::Action::Acknowledge],
            Self::Answer => &[v1::Action::AnswerInterim, v1::Action::AnswerFinal],
            Self::Report => &[v1::Action::Report],
            Self::Correct => &[v1::Action::Correct],
            Self::SendBack => &[v1::Action::SendBack],
            Self::Clarify => &[v1::Action::Clarify],
            Self::Withdraw => &[v1::Action::Withdraw],
            Self::Serve => &[v1::Action::Serve],
            Self::RecordAnswer => &[v1::Action::RecordAnswer],
        }
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct StepCommand {
    #[command(flatten)]
    document: DocumentArgs,
    #[command(flatten)]
    version: VersionArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckedStepCommand {
    /// Chỉ kiểm tra: tells everything that is wrong with the document, sends nothing; status 1 if anything is.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    step: StepCommand,
}

/// Which version the caller has seen.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct VersionArgs {
    /// Phiên bản đã xem: write only if nothing has happened since this version of the request; 0 does not check.
    #[arg(long, env = "LIENTHONG_EXPECTED_VERSION", value_name = "N", default_value_t = 0)]
    pub(super) expected_version: i64,
}

impl StepCommand {
    pub(super) async fn run(self, step: Step) -> Result<(), Failure> {
        let draft = self.document.read()?;
        let session = self.connection.connect().await?;
        let content = draft.uploaded(&session).await?;
        let receipt = take(&session, step, content, self.version.expected_version).await?;
        finish(&session, self.output, &receipt, None).await
    }
}

impl CheckedStepCommand {
    pub(super) async fn run(self, step: Step) -> Result<(), Failure> {
        if !self.check {
            return self.step.run(step).await;
        }
        let draft = self.step.document.read()?;
        let session = self.step.connection.connect().await?;
        check(&session, step, &draft, self.step.output).await
    }
}

/// Prints the receipt of a write, then holds it against what is remembered of the log; `key` is one that this program made.
pub(super) async fn finish(
    session: &Session,
    output: OutputArgs,
    receipt: &v1::Receipt,
    key: Option<&str>,
) -> Result<(), Failure> {
    output.print(
        || {
            let mut value = json!({ "receipt": view::receipt(receipt) });
            if let Some(key) = key {
                view::set(&mut value, "idempotency_key", key);
            }
            value
        },
        || show::receipt(receipt),
    );
    session.hold(receipt.checkpoint.as_ref()).await
}

/// Says on stderr which key a command goes under, before it goes: whoever must try again gives it with --key.
pub(super) fn key_or_fresh(key: Option<String>) -> String {
    key.unwrap_or_else(|| {
        let key = fresh_key();
        output::error(&format!("Khóa / key: {key} (gửi lại / to try again: --key {key})\n"));
        key
    })
}

/// Takes the step.
pub(super) async fn take(
    session: &Session,
    step: Step,
    content: Content,
    expected_version: i64,
) -> Result<v1::Receipt, Failure> {
    let content = session.signed(content, Some(step)).await?;
    macro_rules! send {
        ($method:ident, $message:ident, $module:ident) => {{
            let message = v1::$message {
                content: oneof!($module, content),
                expected_version,
            };
            ask!(async || session.requests().$method(message.clone()).await)?.receipt
        }};
    }
    let receipt = match step {
        Step::Acknowledge => send!(acknowledge, AcknowledgeRequest, acknowledge_request),
        Step::Answer => send!(answer, AnswerRequest, answer_request),
        Step::Report => send!(report, ReportRequest, report_request),
        Step::Correct => send!(correct, CorrectRequest, correct_request),
        Step::SendBack => send!(send_back, SendBackRequest, send_back_request),
        Step::Clarify => send!(clarify, ClarifyRequest, clarify_request),
        Step::Withdraw => send!(withdraw, WithdrawRequest, withdraw_request),
        Step::Serve => send!(serve, ServeRequest, serve_request),
        Step::RecordAnswer => send!(record_answer, RecordAnswerRequest, record_answer_request),
    };
    receipt.ok_or_else(|| incomplete("receipt"))
}

/// `--check` of a step.
async fn check(session: &Session, step: Step, draft: &Draft, output: OutputArgs) -> Result<(), Failure> {
    let (text, value) = draft.json()?;
    let id = value
        .get("enforcement_request_id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let asked = v1::GetRequest {
        enforcement_request_id: id.to_owned(),
        include_documents: false,
    };
    let request = ask!(async || session.requests().get(asked.clone()).await)?.enforcement_request;
    let request = request.ok_or_else(|| incomplete("enforcement_request"))?;
    let document = match step {
        Step::Answer => Document::Answer(text),
        Step::Report => Document::Report(text),
        Step::SendBack => Document::SendBack(text),
        Step::Clarify => Document::Clarify(text),
        Step::Withdraw => Document::Withdraw(text),
        Step::Acknowledge | Step::Correct | Step::Serve | Step::RecordAnswer => return Err(incomplete("Validate")),
    };
    let asked = v1::ValidateRequest {
        kind: request.kind,
        kind_revision: request.kind_revision,
        document: Some(document),
    };
    validate(session, asked, output).await
}

/// Asks the hub for everything that is wrong and prints it; fails if anything is.
pub(super) async fn validate(session: &Session, asked: v1::ValidateRequest, output: OutputArgs) -> Result<(), Failure> {
    let found = ask!(async || session.catalogue().validate(asked.clone()).await)?;
    let violation = |violation: &v1::Violation| {
        let message = violation.message.clone().unwrap_or_default();
        json!({
            "field": violation.field,
            "reason": violation.reason,
            "message": { "vi": message.vi, "en": message.en },
        })
    };
    output.print(
        || {
            json!({
                "valid": found.violations.is_empty(),
                "kind": view::text(&found.kind),
                "kind_revision": found.kind_revision,
                "violations": found.violations.iter().map(violation).collect::<Value>(),
            })
        },
        || {
            if found.violations.is_empty() {
                return format!(
                    "Hợp lệ theo {0} bản {1}. / Valid by {0} revision {1}.\n",
                    found.kind, found.kind_revision
                );
            }
            let lines = found.violations.iter().map(|violation| {
                let message = violation.message.clone().unwrap_or_default();
                format!(
                    "{} [{}]: {}\n    {}\n",
                    violation.field, violation.reason, message.vi, message.en
                )
            });
            lines.collect()
        },
    );
    match found.violations.len() {
        0 => Ok(()),
        count => Err(Failure::failed(
            format!("Văn bản có {count} lỗi."),
            format!("{count} things are wrong with the document."),
        )),
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Ack {
    /// Mã yêu cầu: id of the request, `req_…`.
    id: String,
    /// Cán bộ xử lý: the officer in charge; without it the one who acts (--as-officer).
    #[arg(long, env = "LIENTHONG_OFFICER", value_name = "ID")]
    officer: Option<String>,
    /// Đơn vị xử lý: the unit in charge.
    #[arg(long, env = "LIENTHONG_UNIT", value_name = "ID")]
    unit: Option<String>,
    /// Số vào sổ: the registry number; without it the hub gives the next one of the year.
    #[arg(long, env = "LIENTHONG_NUMBER", value_name = "N")]
    number: Option<String>,
    /// Khóa: makes the retry safe; without it a fresh one is made and told.
    #[arg(long, env = "LIENTHONG_KEY", value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    version: VersionArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Ack {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let key = key_or_fresh(self.key);
        let mut document = json!({
            "schema": "lienthong/acknowledge/1",
            "idempotency_key": key,
            "agency": session.agency(),
            "enforcement_request_id": self.id,
            "officer_id": self.officer.as_deref().unwrap_or(session.officer()),
        });
        if let Some(unit) = self.unit {
            view::set(&mut document, "unit", unit);
        }
        if let Some(number) = self.number {
            view::set(&mut document, "registry_number", number);
        }
        let content = Content::Document(document.to_string());
        let receipt = take(&session, Step::Acknowledge, content, self.version.expected_version).await?;
        finish(&session, self.output, &receipt, Some(&key)).await
    }
}
