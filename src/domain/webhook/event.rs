//! What is said: that there is something in the mailbox, and where. Nothing personal, no document, no words.

use serde::Serialize;

use crate::domain::ids::{KindCode, RequestId, WebhookId};
use crate::domain::mailbox::Lane;
use crate::domain::time::Timestamp;
use crate::domain::workflow::State;

/// What every type begins with.
const PREFIX: &str = "lienthong";

/// An entry of a mailbox as a webhook tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The lane it stands in.
    pub lane: Lane,
    /// Its position in the lane.
    pub position: i64,
    /// The log entry that it tells of.
    pub log_index: i64,
    /// The request it is about.
    pub enforcement_request_id: RequestId,
    /// What was done.
    pub action: String,
    /// The request as it stands when this is sent; none to an agency that is no party to it.
    #[serde(flatten)]
    pub request: Option<ToldRequest>,
}

/// What is told of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldRequest {
    /// Its kind.
    pub kind: KindCode,
    /// Its state.
    pub state: State,
    /// When it is due, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_time: Option<String>,
}

#[derive(Serialize)]
struct Event<'a, T> {
    r#type: &'a str,
    timestamp: String,
    data: &'a T,
}

fn text<T: Serialize>(r#type: &str, timestamp: Timestamp, data: &T) -> String {
    let event = Event {
        r#type,
        timestamp: timestamp.to_rfc3339(),
        data,
    };
    serde_json::to_string(&event).unwrap_or_default()
}

impl Told {
    /// The body of a call; `time` is when the hub entered it.
    pub fn body(&self, time: Timestamp) -> String {
        text(&format!("{PREFIX}.mailbox.{}", self.action), time, self)
    }
}

/// The body of a test.
pub fn test_event(endpoint: &WebhookId, now: Timestamp) -> String {
    #[derive(Serialize)]
    struct Test<'a> {
        endpoint_id: &'a WebhookId,
    }
    text(&format!("{PREFIX}.test"), now, &Test { endpoint_id: endpoint })
}

/// The id of the message about an entry, before it is digested: the same for every attempt, another for every endpoint.
pub fn message_name(endpoint: &WebhookId, lane: Lane, position: i64) -> String {
    format!("{endpoint}/{lane}/{position}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Told {
        Told {
            lane: Lane::Urgent,
            position: 7,
            log_index: 42,
            enforcement_request_id: RequestId::parse("req_019aa9c0a1007000800000000000abcd").unwrap(),
            action: "submit".to_owned(),
            request: Some(ToldRequest {
                kind: KindCode::parse("account-freeze").unwrap(),
                state: State::Submitted,
                due_time: Some("2026-11-21T09:00:00+07:00".to_owned()),
            }),
        }
    }

    #[test]
    fn an_event_says_what_is_where_and_nothing_else() {
        let time = Timestamp::parse_rfc3339("2026-11-20T09:00:00+07:00").unwrap();
        assert_eq!(
            told().body(time),
            "{\"type\":\"lienthong.mailbox.submit\",\"timestamp\":\"2026-11-20T09:00:00+07:00\",\"data\":{\"lane\":\"URGENT\",\
             \"position\":7,\"log_index\":42,\"enforcement_request_id\":\"req_019aa9c0a1007000800000000000abcd\",\
             \"action\":\"submit\",\"kind\":\"account-freeze\",\"state\":\"SUBMITTED\",\"due_time\":\"2026-11-21T09:00:00+07:00\"}}"
        );
        let stranger = Told {
            request: None,
            ..told()
        };
        assert!(stranger.body(time).ends_with("\"action\":\"submit\"}}"));
    }
}
