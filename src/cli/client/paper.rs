//! `lienthong print`: a document of a request as a page to print.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use lienthong_proto::v1;

use super::connection::ConnectionArgs;
use super::session::{Session, ask, incomplete};
use super::upload::write_whole;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::domain::document::{
    self, AnswerDocument, CorrectDocument, Document, OrderDocument, RecordAnswerDocument, ReportDocument, ServeDocument,
};
use crate::domain::ids::AgencyCode;
use crate::domain::print::{self, AgencyName, AnswerPaper, Form, Proof, Sheet};
use crate::evidence::jws::document_in;
use crate::grpc::convert::print as convert;

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Văn bản yêu cầu.
    Order,
    /// Văn bản trả lời: the newest answer, report or correction.
    Answer,
    /// Biên bản giao, nhận văn bản: of the hand-over, or to fill in.
    Minutes,
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Print {
    /// Mã yêu cầu: id of the request, `req_…`.
    id: String,
    /// Văn bản nào: which paper.
    paper: Which,
    /// Tệp kết quả: where to write the HTML page; without it stdout.
    #[arg(short = 'O', long, env = "LIENTHONG_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Print {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let session = self.connection.connect().await?;
        let asked = v1::GetRequest {
            enforcement_request_id: self.id.clone(),
            include_documents: true,
        };
        let answer = ask!(async || session.requests().get(asked.clone()).await)?;
        let request = answer
            .enforcement_request
            .ok_or_else(|| incomplete("enforcement_request"))?;
        let paper = page(&session, self.paper, &request, &answer.documents).await?;
        let page = print::of_hub(session.hub_id(), paper);
        if let Some(path) = &self.out {
            return write_whole(path, page.as_bytes());
        }
        output::text(&page);
        Ok(())
    }
}

async fn page(
    session: &Session,
    which: Which,
    request: &v1::EnforcementRequest,
    documents: &[v1::Document],
) -> Result<String, Failure> {
    if request.content_erased {
        return Err(Failure::failed(
            "Nội dung của yêu cầu này đã được xóa sau thời hạn lưu, không còn gì để in.",
            "The content of this request was erased after its retention: there is nothing left to print.",
        ));
    }
    let newest = |actions: &[v1::Action]| {
        documents
            .iter()
            .rev()
            .find(|document| actions.contains(&document.action()))
    };
    let source = newest(&[v1::Action::Submit]).ok_or_else(|| missing("văn bản yêu cầu", "order"))?;
    let order: OrderDocument = parsed(source)?;
    let form = form(session, request).await?;
    let mut codes: BTreeSet<&str> = order.recipients.iter().map(AgencyCode::as_str).collect();
    codes.insert(&request.recipient_agency_code);
    codes.insert(&request.sender_agency_code);
    let agencies = agencies(session, &codes).await?;
    let proof = |document: &v1::Document| Proof {
        request_id: request.enforcement_request_id.clone(),
        log_index: Some(document.log_index),
    };
    let recipient = AgencyCode::parse(&request.recipient_agency_code).map_err(|_error| incomplete("recipient"))?;
    let make = |document: &v1::Document, draw: &dyn Fn(&Sheet<'_>) -> String| {
        draw(&Sheet {
            form: &form,
            agencies: &agencies,
            proof: &proof(document),
        })
    };
    match which {
        Which::Order => Ok(make(source, &|sheet| print::order(&order, sheet))),
        Which::Minutes => {
            let served = newest(&[v1::Action::Serve]);
            let document = served.map(parsed::<ServeDocument>).transpose()?;
            Ok(make(served.unwrap_or(source), &|sheet| {
                print::service_minutes(&order, &recipient, document.as_ref(), sheet)
            }))
        }
        Which::Answer => {
            let answer = newest(&[
                v1::Action::AnswerInterim,
                v1::Action::AnswerFinal,
                v1::Action::RecordAnswer,
                v1::Action::Report,
                v1::Action::Correct,
            ]);
            let answer = answer.ok_or_else(|| missing("văn bản trả lời", "answer"))?;
            let drawn = |paper: AnswerPaper<'_>| make(answer, &|sheet| print::answer(paper, &order.agency, sheet));
            #[expect(clippy::wildcard_enum_match_arm, reason = "the other actions were left out above")]
            Ok(match answer.action() {
                v1::Action::Report => drawn((&parsed::<ReportDocument>(answer)?).into()),
                v1::Action::Correct => drawn((&parsed::<CorrectDocument>(answer)?).into()),
                v1::Action::RecordAnswer => drawn(AnswerPaper::recorded(
                    &parsed::<RecordAnswerDocument>(answer)?,
                    &recipient,
                )),
                _ => drawn((&parsed::<AnswerDocument>(answer)?).into()),
            })
        }
    }
}

fn missing(vi: &str, en: &str) -> Failure {
    Failure::failed(
        format!("Yêu cầu này không có {vi} để in."),
        format!("The request has no {en} to print."),
    )
}

fn parsed<D: Document>(document: &v1::Document) -> Result<D, Failure> {
    let stated = document_in(&document.media_type, &document.content).map_err(|fault| {
        Failure::failed(
            format!("Không đọc được văn bản đã ký: {}", fault.text_vi()),
            format!("The signed document cannot be read: {fault}"),
        )
    })?;
    document::parse(&stated).map_err(Failure::from)
}

async fn form(session: &Session, request: &v1::EnforcementRequest) -> Result<Form, Failure> {
    let asked = v1::GetKindRequest {
        code: request.kind.clone(),
        revision: request.kind_revision,
    };
    let kind = ask!(async || session.catalogue().get_kind(asked.clone()).await)?.kind;
    let kind = kind.ok_or_else(|| incomplete("kind"))?;
    convert::form(&kind).map_err(|_error| incomplete("schema"))
}

/// What the agencies are called, and what stands above each.
async fn agencies(session: &Session, codes: &BTreeSet<&str>) -> Result<BTreeMap<String, AgencyName>, Failure> {
    let mut names = BTreeMap::new();
    for code in codes {
        let agency = agency(session, code).await?;
        let superior = if agency.parent_code.is_empty() {
            String::new()
        } else {
            self::agency(session, &agency.parent_code).await?.name
        };
        let name = AgencyName {
            name: agency.name,
            superior,
        };
        names.insert((*code).to_owned(), name);
    }
    Ok(names)
}

async fn agency(session: &Session, code: &str) -> Result<v1::Agency, Failure> {
    let asked = v1::GetAgencyRequest { code: code.to_owned() };
    let answer = ask!(async || session.agencies().get_agency(asked.clone()).await)?;
    answer.agency.ok_or_else(|| incomplete("agency"))
}
