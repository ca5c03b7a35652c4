//! Calls below the generated clients: any path, any bytes; and what a refusal says.

use std::collections::HashMap;
use std::time::Duration;

use bytes::{Buf as _, BufMut as _};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

use super::hub::authorized;

/// A stream that has nothing to say is given up after this time.
const FIRST_REPLY: Duration = Duration::from_secs(20);

/// Messages as they are.
#[derive(Debug, Default)]
struct RawCodec;

impl Codec for RawCodec {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for RawCodec {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, destination: &mut EncodeBuf<'_>) -> Result<(), Status> {
        destination.put_slice(&item);
        Ok(())
    }
}

impl Decoder for RawCodec {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, source: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut bytes = vec![0; source.remaining()];
        source.copy_to_slice(&mut bytes);
        Ok(Some(bytes))
    }
}

/// Sends one message to a method of any shape; gives the first message of the reply (empty if there is none).
pub(crate) async fn call(
    channel: Channel,
    path: &'static str,
    authorization: Option<&str>,
    message: Vec<u8>,
) -> Result<Vec<u8>, Status> {
    let mut client = tonic::client::Grpc::new(channel);
    client
        .ready()
        .await
        .map_err(|error| Status::unavailable(error.to_string()))?;
    let request = authorized(tokio_stream::iter([message]), authorization);
    let reply = client.streaming(request, http::uri::PathAndQuery::from_static(path), RawCodec);
    let mut replies = reply.await?.into_inner();
    let first = tokio::time::timeout(FIRST_REPLY, replies.message())
        .await
        .expect("a reply in time")?;
    Ok(first.unwrap_or_default())
}

/// All that came back of a call.
#[derive(Debug)]
pub(crate) struct Heard {
    /// The messages of the reply, at most as many as were waited for.
    pub(crate) messages: Vec<Vec<u8>>,
    /// Headers and trailers.
    pub(crate) metadata: Vec<MetadataMap>,
    /// How it ended; good if it was given up while it was open.
    pub(crate) end: Result<(), Status>,
}

/// Sends messages to a method of any shape; hears at most `most` messages of the reply, and the trailers if it ends before.
pub(crate) async fn hear(channel: Channel, path: &str, request: Request<Vec<Vec<u8>>>, most: usize) -> Heard {
    let mut heard = Heard {
        messages: Vec::new(),
        metadata: Vec::new(),
        end: Ok(()),
    };
    heard.end = hear_into(&mut heard, channel, path, request, most).await;
    if let Err(status) = &heard.end {
        heard.metadata.push(status.metadata().clone());
    }
    heard
}

async fn hear_into(
    heard: &mut Heard,
    channel: Channel,
    path: &str,
    request: Request<Vec<Vec<u8>>>,
    most: usize,
) -> Result<(), Status> {
    let mut client = tonic::client::Grpc::new(channel);
    client
        .ready()
        .await
        .map_err(|error| Status::unavailable(error.to_string()))?;
    let path = http::uri::PathAndQuery::try_from(path).expect("a path");
    let reply = client
        .streaming(request.map(tokio_stream::iter), path, RawCodec)
        .await?;
    heard.metadata.push(reply.metadata().clone());
    let mut replies = reply.into_inner();
    while heard.messages.len() < most {
        let next = tokio::time::timeout(FIRST_REPLY, replies.message()).await;
        let Some(message) = next.expect("a reply in time")? else {
            heard.metadata.extend(replies.trailers().await?);
            break;
        };
        heard.messages.push(message);
    }
    Ok(())
}

/// The stable code of a refusal; empty if it is not one of ours.
pub(crate) fn reason(status: &Status) -> String {
    status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_default()
}

/// The fields that a refusal names.
pub(crate) fn fields(status: &Status) -> Vec<String> {
    let violations = status
        .get_details_bad_request()
        .map(|request| request.field_violations)
        .unwrap_or_default();
    violations.into_iter().map(|violation| violation.field).collect()
}

/// The Vietnamese text of a refusal.
pub(crate) fn text_vi(status: &Status) -> String {
    let text = status
        .get_details_localized_message()
        .filter(|text| text.locale == "vi");
    text.map(|text| text.message).unwrap_or_default()
}

/// The machine-readable facts of a refusal.
pub(crate) fn metadata(status: &Status) -> HashMap<String, String> {
    let details = status.get_error_details();
    details
        .error_info()
        .map(|info| info.metadata.clone())
        .unwrap_or_default()
}
