//! `lienthong measures`: what binds, and the import of what was ordered before or outside the hub.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lienthong_proto::v1;
use serde_json::{Value, json};

use super::account_holds::OnAccount;
use super::connection::ConnectionArgs;
use super::help;
use super::measures_file::{self, Line, identity};
use super::print::OutputArgs;
use super::session::{Session, ask, refused, tell_wait};
use super::{show, view};
use crate::cli::args::read_text;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::client::call::{Refusal, call};
use crate::evidence::digest::{hex, sha256};

/// Measures that are registered in one call.
const BATCH: usize = 200;

/// See the command's help.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Measures {
    /// Liệt kê: measures that the agency holds or has ordered, newest entry first.
    #[command(after_help = help::MEASURES_LIST)]
    List(List),
    /// Tra cứu một tài khoản: all that is known to hold it, as far as you may see it, with authority, decision and time.
    #[command(after_help = help::MEASURES_ON_ACCOUNT)]
    OnAccount(OnAccount),
    /// Nhập: registers measures from before or outside the hub, so that they can be lifted here. Safe to run again: what is
    /// registered already is told and left out.
    #[command(after_help = help::MEASURES_IMPORT)]
    Import(Import),
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Loại yêu cầu: only this kind.
    #[arg(long, env = "LIENTHONG_KIND", value_name = "KIND")]
    kind: Option<String>,
    /// Cơ quan phía bên kia: only those with this other agency.
    #[arg(long, env = "LIENTHONG_WITH_AGENCY", value_name = "CODE")]
    with_agency: Option<String>,
    /// Còn hiệu lực: only those that still bind.
    #[arg(long)]
    in_force: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// Tệp CSV: the measures, a heading and one line each.
    file: PathBuf,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Measures {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run().await,
            Self::OnAccount(asked) => asked.run().await,
            Self::Import(import) => import.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let asked = v1::ListMeasuresRequest {
            kind: self.kind.unwrap_or_default(),
            counterparty_agency_code: self.with_agency.unwrap_or_default(),
            in_force_only: self.in_force,
            ..Default::default()
        };
        let measures = all(&session, asked).await?;
        self.output.print(
            || json!({ "measures": measures.iter().map(view::measure).collect::<Value>() }),
            || show::measures(&measures),
        );
        Ok(())
    }
}

async fn all(session: &Session, mut asked: v1::ListMeasuresRequest) -> Result<Vec<v1::Measure>, Failure> {
    asked.page_size = 500;
    let mut measures = Vec::new();
    loop {
        let page = ask!(async || session.requests().list_measures(asked.clone()).await)?;
        measures.extend(page.measures);
        asked.page_token = page.next_page_token;
        if asked.page_token.is_empty() {
            return Ok(measures);
        }
    }
}

impl Import {
    async fn run(self) -> Result<(), Failure> {
        let lines = measures_file::parse(&read_text("FILE", &self.file)?)?;
        let session = self.connection.connect().await?;
        let known = all(&session, v1::ListMeasuresRequest::default()).await?;
        let known: std::collections::BTreeSet<_> = known
            .iter()
            .map(|measure| {
                let (holder, number) = (&measure.holder_agency_code, &measure.decision_number);
                identity(holder, number, &measure.decision_date, &measure.issuer_agency_code)
            })
            .collect();
        let (skipped, new): (Vec<Line>, Vec<Line>) =
            lines.into_iter().partition(|line| known.contains(&line.identity()));
        for line in &skipped {
            output::error(&format!(
                "Dòng {0}: đã đăng ký, bỏ qua. / Line {0}: registered already, left out.\n",
                line.number
            ));
        }
        let mut registered = Vec::new();
        for batch in new.chunks(BATCH) {
            let ids = register(&session, batch).await?;
            registered.extend(batch.iter().map(|line| line.number).zip(ids));
            output::error(&format!("{}/{}…\n", registered.len(), new.len()));
        }
        self.output.print(
            || {
                let registered = registered
                    .iter()
                    .map(|(line, id)| json!({ "line": line, "measure_id": id }));
                json!({
                    "registered": registered.collect::<Value>(),
                    "skipped_lines": skipped.iter().map(|line| line.number).collect::<Vec<_>>(),
                })
            },
            || {
                format!(
                    "Đã đăng ký {0} biện pháp, bỏ qua {1} đã có. / {0} measures registered, {1} left out as known.\n",
                    registered.len(),
                    skipped.len()
                )
            },
        );
        Ok(())
    }
}

/// Registers lines; the key follows from what they say, so that an import that broke off can be run again.
async fn register(session: &Session, batch: &[Line]) -> Result<Vec<String>, Failure> {
    let content = format!("{:?}", batch.iter().map(|line| &line.measure).collect::<Vec<_>>());
    let asked = v1::RegisterMeasuresRequest {
        idempotency_key: format!("measures-{}", hex(&sha256(content.as_bytes()))),
        measures: batch.iter().map(|line| line.measure.clone()).collect(),
    };
    let answer = call(tell_wait, async || {
        session.requests().register_measures(asked.clone()).await
    })
    .await;
    Ok(answer.map_err(|refusal| refused(at_lines(refusal, batch)))?.measure_ids)
}

/// The refusal with the file's lines in place of the message's indexes.
fn at_lines(mut refusal: Refusal, batch: &[Line]) -> Refusal {
    for field in &mut refusal.fields {
        let place = field
            .field
            .strip_prefix("measures[")
            .and_then(|rest| rest.split_once(']'));
        let line = place.and_then(|(index, _)| batch.get(index.parse::<usize>().ok()?));
        if let (Some(line), Some((_, rest))) = (line, place) {
            let column = measures_file::column_of(rest.trim_start_matches('.'));
            field.field = format!("dòng/line {}, {column}", line.number);
        }
    }
    refusal
}
