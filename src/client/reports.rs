//! Receiving a report: its head, then its file in pieces.

use lienthong_proto::v1;
use lienthong_proto::v1::report_service_client::ReportServiceClient;
use lienthong_proto::v1::run_report_response::Part;
use tonic::{Response, Status};

use super::channel::HubChannel;

/// Runs a report; `received` hears how many bytes of its file have come.
///
/// # Errors
/// What the hub refuses; UNAVAILABLE if the stream ended before the whole file was there.
pub async fn run(
    mut reports: ReportServiceClient<HubChannel>,
    asked: v1::RunReportRequest,
    mut received: impl FnMut(u64),
) -> Result<Response<(v1::ReportHead, Vec<u8>)>, Status> {
    let mut stream = reports.run_report(asked).await?.into_inner();
    let (mut head, mut file) = (None, Vec::new());
    while let Some(message) = stream.message().await? {
        match message.part {
            Some(Part::Head(told)) => head = Some(told),
            Some(Part::Piece(piece)) => {
                file.extend_from_slice(&piece);
                received(u64::try_from(file.len()).unwrap_or(u64::MAX));
            }
            None => {}
        }
    }
    let is_whole = |head: &v1::ReportHead| u64::try_from(head.size).ok() == u64::try_from(file.len()).ok();
    let head = head.filter(is_whole);
    let head = head.ok_or_else(|| Status::unavailable("the stream ended before the whole report was there"))?;
    Ok(Response::new((head, file)))
}
