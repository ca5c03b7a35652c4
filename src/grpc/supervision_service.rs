//! SupervisionService: looking by right, and who looked.

use bytes::Bytes;
use lienthong_proto::v1;
use prost::Message;
use tonic::{Request, Response, Status};

use super::caller::{caller, reply, viewer};
use super::convert::fields::Fields;
use super::convert::supervision as convert;
use super::page::Tokens;
use crate::app::App;
use crate::app::requests::filter::Filter;
use crate::app::requests::list::Page;
use crate::app::supervision::{Asked, Days, ReadView};
use crate::domain::error::Result;
use crate::domain::ids::{AgencyCode, OfficerId, RequestId};
use crate::domain::supervision::Look;
use crate::domain::viewer::Viewer;
use crate::store::ReadFilter;

/// Entries per page when the caller names no number, and at most.
const REQUESTS: (i32, i32) = (50, 200);
const EVENTS: (i32, i32) = (50, 500);
const READS: (i32, i32) = (50, 200);
const READS_WITH_IDS: (i32, i32) = (50, 50);
const LINES: (i32, i32) = (100, 500);
/// The longest purpose, in characters.
const PURPOSE: usize = 200;

/// The service.
#[derive(Debug, Clone)]
pub struct SupervisionService {
    app: App,
}

/// A message of a supervisor who looks.
trait Looks: Message {
    const LOOK: Look;
    fn purpose(&self) -> &str;
}

macro_rules! looks {
    ($($message:ident: $look:ident;)+) => {$(
        impl Looks for v1::$message {
            const LOOK: Look = Look::$look;
            fn purpose(&self) -> &str {
                &self.purpose
            }
        }
    )+};
}

looks! {
    GetSupervisedRequest: Request;
    ListSupervisedRequest: List;
    ListSupervisedEventsRequest: Events;
    GetSupervisedTimelineRequest: Events;
}

/// What is kept of a message that looks.
fn asked<M: Looks>(fields: &mut Fields, message: &M) -> Asked {
    fields.line("purpose", message.purpose(), 0..=PURPOSE);
    Asked {
        message: Bytes::from(message.encode_to_vec()),
        look: M::LOOK,
        is_cited: !message.purpose().is_empty(),
    }
}

impl SupervisionService {
    /// Over the use cases of `app`.
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn request(&self, viewer: Viewer, message: v1::GetSupervisedRequest) -> Result<v1::GetSupervisedResponse> {
        let mut fields = Fields::default();
        let asked = asked(&mut fields, &message);
        let id = fields.id("enforcement_request_id", &message.enforcement_request_id);
        let id: RequestId = fields.finish(id)?;
        let shown = self
            .app
            .supervise_request(&viewer, &id, message.include_documents, asked);
        convert::detail(shown.await?)
    }

    async fn list(&self, viewer: Viewer, message: v1::ListSupervisedRequest) -> Result<v1::ListSupervisedResponse> {
        let mut fields = Fields::default();
        let asked = asked(&mut fields, &message);
        let limit = fields.page_size("page_size", message.page_size, REQUESTS.0, REQUESTS.1);
        let limit = fields.finish(Some(limit))?;
        let filter = Filter::parse(&message.filter)?;
        let tokens = Tokens::of(&["supervised", viewer.agency.as_str(), &message.filter]);
        let after: Option<RequestId> = tokens.position(&message.page_token)?;
        let shown = self
            .app
            .supervise_list(&viewer, &filter, after.as_ref(), limit, asked)
            .await?;
        let next = next_page(&tokens, &shown.page, |view| view.request.id.to_string());
        convert::page(shown, next)
    }

    async fn events(
        &self,
        viewer: Viewer,
        message: v1::ListSupervisedEventsRequest,
    ) -> Result<v1::ListSupervisedEventsResponse> {
        let mut fields = Fields::default();
        let asked = asked(&mut fields, &message);
        let limit = fields.page_size("page_size", message.page_size, EVENTS.0, EVENTS.1);
        let id = fields.id("enforcement_request_id", &message.enforcement_request_id);
        let id: RequestId = fields.finish(id)?;
        let tokens = Tokens::of(&["supervised-events", viewer.agency.as_str(), id.as_str()]);
        let after: i64 = tokens.position(&message.page_token)?.unwrap_or(0);
        let shown = self.app.supervise_events(&viewer, &id, after, limit, asked).await?;
        let next = next_page(&tokens, &shown.page, |view| view.event.version.to_string());
        convert::events(shown, next)
    }

    async fn timeline(
        &self,
        viewer: Viewer,
        message: v1::GetSupervisedTimelineRequest,
    ) -> Result<v1::GetSupervisedTimelineResponse> {
        let mut fields = Fields::default();
        let asked = asked(&mut fields, &message);
        let limit = fields.page_size("page_size", message.page_size, EVENTS.0, EVENTS.1);
        let id = fields.id("enforcement_request_id", &message.enforcement_request_id);
        let id: RequestId = fields.finish(id)?;
        let tokens = Tokens::of(&["supervised-timeline", viewer.agency.as_str(), id.as_str()]);
        let after: i64 = tokens.position(&message.page_token)?.unwrap_or(0);
        let shown = self.app.supervise_timeline(&viewer, &id, after, limit, asked).await?;
        let next = next_page(&tokens, &shown.timeline.page, |entry| entry.event.version.to_string());
        convert::timeline(shown, next)
    }

    async fn reads(&self, viewer: Viewer, message: v1::ListReadsRequest) -> Result<v1::ListReadsResponse> {
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, READS.0, READS.1);
        let id = fields.id("enforcement_request_id", &message.enforcement_request_id);
        let id: RequestId = fields.finish(id)?;
        let tokens = Tokens::of(&["reads", viewer.agency.as_str(), id.as_str()]);
        let before: Option<i64> = tokens.position(&message.page_token)?;
        let page = self.app.reads_of_request(&viewer, &id, before, limit).await?;
        Ok(v1::ListReadsResponse {
            next_page_token: next_page(&tokens, &page, index_of),
            reads: page.items.iter().map(convert::read_of_request).collect(),
        })
    }

    async fn agency_reads(
        &self,
        viewer: Viewer,
        message: v1::ListAgencyReadsRequest,
    ) -> Result<v1::ListAgencyReadsResponse> {
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, READS_WITH_IDS.0, READS_WITH_IDS.1);
        let agency = fields.optional_id("agency_code", &message.agency_code);
        let officer = fields.optional_id("officer_id", &message.officer_id);
        let request = fields.optional_id("enforcement_request_id", &message.enforcement_request_id);
        fields.finish(Some(()))?;
        let agency = agency.unwrap_or_else(|| viewer.agency.clone());
        let asked_for = [&message.officer_id, &message.enforcement_request_id].map(String::as_str);
        let tokens = Tokens::of(&[
            "agency-reads",
            viewer.agency.as_str(),
            agency.as_str(),
            asked_for[0],
            asked_for[1],
        ]);
        let before: Option<i64> = tokens.position(&message.page_token)?;
        let filter = ReadFilter { officer, request };
        let page = self
            .app
            .reads_of_agency(&viewer, &agency, &filter, before, limit)
            .await?;
        Ok(v1::ListAgencyReadsResponse {
            next_page_token: next_page(&tokens, &page, index_of),
            reads: page.items.iter().map(convert::read_of_agency).collect(),
        })
    }

    async fn statistics(
        &self,
        viewer: Viewer,
        message: v1::GetReadStatisticsRequest,
    ) -> Result<v1::GetReadStatisticsResponse> {
        let mut fields = Fields::default();
        let limit = fields.page_size("page_size", message.page_size, LINES.0, LINES.1);
        let agency: Option<AgencyCode> = fields.optional_id("agency_code", &message.agency_code);
        let first = fields.date("from_date", &message.from_date);
        let last = fields.date("to_date", &message.to_date);
        let (first, last) = fields.finish(first.zip(last))?;
        let days = Days::new(first, last)?;
        let agency = agency.unwrap_or_else(|| viewer.agency.clone());
        let tokens = Tokens::of(&[
            "read-statistics",
            viewer.agency.as_str(),
            agency.as_str(),
            &message.from_date,
            &message.to_date,
        ]);
        let after: Option<Line> = tokens.position(&message.page_token)?;
        let after = after.map(|line| (line.day, line.officer));
        let page = self.app.read_statistics(&viewer, &agency, days, after, limit).await?;
        Ok(v1::GetReadStatisticsResponse {
            next_page_token: next_page(&tokens, &page, |count| format!("{}/{}", count.day, count.officer)),
            lines: page.items.iter().map(convert::count).collect(),
        })
    }
}

fn index_of(view: &ReadView) -> String {
    view.read.log_index.to_string()
}

/// The token of the page after this one; empty if there is none.
fn next_page<T>(tokens: &Tokens, page: &Page<T>, position: impl Fn(&T) -> String) -> String {
    let last = page.items.last().filter(|_| page.more);
    last.map(|last| tokens.after(&position(last))).unwrap_or_default()
}

/// Where a page of statistics ends.
struct Line {
    day: i64,
    officer: OfficerId,
}

impl std::str::FromStr for Line {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (day, officer) = text.split_once('/').ok_or(())?;
        Ok(Self {
            day: day.parse().map_err(|_malformed| ())?,
            officer: officer.parse().map_err(|_malformed| ())?,
        })
    }
}

macro_rules! methods {
    ($($method:ident($asked:ident) -> $told:ident by $by:ident;)+) => {
        #[tonic::async_trait]
        impl v1::supervision_service_server::SupervisionService for SupervisionService {
            $(async fn $method(&self, request: Request<v1::$asked>) -> Result<Response<v1::$told>, Status> {
                let told = match caller(&request) {
                    Ok(caller) => self.$by(viewer(&caller), request.into_inner()).await,
                    Err(error) => Err(error),
                };
                reply(told)
            })+
        }
    };
}

methods! {
    get_supervised(GetSupervisedRequest) -> GetSupervisedResponse by request;
    list_supervised(ListSupervisedRequest) -> ListSupervisedResponse by list;
    list_supervised_events(ListSupervisedEventsRequest) -> ListSupervisedEventsResponse by events;
    get_supervised_timeline(GetSupervisedTimelineRequest) -> GetSupervisedTimelineResponse by timeline;
    list_reads(ListReadsRequest) -> ListReadsResponse by reads;
    list_agency_reads(ListAgencyReadsRequest) -> ListAgencyReadsResponse by agency_reads;
    get_read_statistics(GetReadStatisticsRequest) -> GetReadStatisticsResponse by statistics;
}
