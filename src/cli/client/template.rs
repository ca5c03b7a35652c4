//! `lienthong template`: a document to start from, the kind's example with the agency's own codes and a fresh key.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::connection::ConnectionArgs;
use super::content::write_new;
use super::session::{Session, ask, fresh_key, incomplete};
use super::view;
use crate::cli::failure::Failure;
use crate::cli::output;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Template {
    /// Mã loại yêu cầu: code of the kind, for example `account-freeze`.
    kind: String,
    #[command(subcommand)]
    document: Which,
}

/// Which document.
#[derive(Debug, Subcommand)]
enum Which {
    /// Văn bản yêu cầu: an order.
    Order(Order),
    /// Văn bản trả lời: an answer (or, for outcomes of reports alone, a report).
    Answer(Answer),
}

/// See the command's help.
#[derive(Debug, Args)]
struct Order {
    /// Nơi nhận: code of a recipient; may be given several times. Without it the example's.
    #[arg(long, env = "LIENTHONG_TO", value_name = "CODE")]
    to: Vec<String>,
    #[command(flatten)]
    common: Common,
}

/// See the command's help.
#[derive(Debug, Args)]
struct Answer {
    /// Mã kết quả: code of the outcome, for example `HELD_FULL`.
    outcome: String,
    /// Mã yêu cầu: id of the request that is answered.
    #[arg(long, env = "LIENTHONG_REQUEST", value_name = "ID")]
    request: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    /// Tệp kết quả: a new file for it, instead of stdout.
    #[arg(short = 'O', long, env = "LIENTHONG_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Template {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let common = match &self.document {
            Which::Order(order) => &order.common,
            Which::Answer(answer) => &answer.common,
        };
        let session = common.connection.connect().await?;
        let asked = v1::GetKindRequest {
            code: self.kind.clone(),
            revision: 0,
        };
        let kind = ask!(async || session.catalogue().get_kind(asked.clone()).await)?.kind;
        let kind = kind.ok_or_else(|| incomplete("kind"))?;
        let mut document = match &self.document {
            Which::Order(order) => {
                let mut document = example(&kind.order_example)?;
                if !order.to.is_empty() {
                    view::set(&mut document, "recipients", json!(order.to));
                }
                document
            }
            Which::Answer(answer) => {
                let mut document = example(answer_example(&kind, &answer.outcome)?)?;
                if let Some(request) = &answer.request {
                    view::set(&mut document, "enforcement_request_id", request.as_str());
                }
                document
            }
        };
        own(&session, &mut document).await?;
        let text = format!("{document:#}\n");
        if let Some(path) = &common.out {
            return write_new(path, &text);
        }
        output::text(&text);
        Ok(())
    }
}

fn example(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|_error| incomplete("example"))
}

fn answer_example<'a>(kind: &'a v1::Kind, outcome: &str) -> Result<&'a str, Failure> {
    let found = kind.answer_examples.iter().find(|example| example.outcome == outcome);
    found.map(|example| example.document.as_str()).ok_or_else(|| {
        let codes: Vec<&str> = kind
            .answer_examples
            .iter()
            .map(|example| example.outcome.as_str())
            .collect();
        let codes = codes.join(", ");
        Failure::configuration(
            format!("OUTCOME: loại này không có kết quả {outcome}; có: {codes}"),
            format!("OUTCOME: the kind has no outcome {outcome}; there are: {codes}"),
        )
    })
}

/// Fills in who states the document: agency, officer, unit, today, a fresh key.
async fn own(session: &Session, document: &mut Value) -> Result<(), Failure> {
    view::set(document, "idempotency_key", fresh_key());
    view::set(document, "agency", session.agency());
    // The example's attachments were never uploaded: --attach puts real ones in their place.
    if document.get("attachments").is_some() {
        view::set(document, "attachments", json!([]));
    }
    let is_order = document.get("recipients").is_some();
    let Some(head) = document.get_mut("head") else {
        return Ok(());
    };
    let asked = v1::GetAgencyRequest {
        code: session.agency().to_owned(),
    };
    let agency = ask!(async || session.agencies().get_agency(asked.clone()).await)?;
    view::set(head, "date", session.now().date().to_string());
    if let Some(officer) = agency
        .officers
        .iter()
        .find(|officer| officer.officer_id == session.officer())
    {
        let signer = json!({
            "officer_id": officer.officer_id,
            "full_name": officer.full_name,
            "position": officer.position,
        });
        view::set(head, "signer", signer);
        // The unit decides which office gets copies by right.
        if is_order && !officer.unit_id.is_empty() {
            view::set(document, "unit", officer.unit_id.as_str());
        }
    }
    Ok(())
}
