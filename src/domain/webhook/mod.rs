//! Webhooks: addresses that the hub calls when there is something in an agency's mailbox
//! ([decision 0031](../../../docs/decisions/0031-webhooks.md)). Pure: which addresses may be called, what is said, when it is tried again.

pub mod address;
mod event;
mod schedule;
mod url;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ids::{AgencyCode, WebhookId};
use super::macros::text_enum;
use super::mailbox::Lane;
use super::time::Timestamp;
use super::workflow::Action;

pub use event::{Told, ToldRequest, message_name, test_event};
pub use schedule::{Attempt, Next, Outcome, next};
pub use url::{MalformedUrl, WebhookUrl};

/// Most endpoints of an agency that are not removed.
pub const MOST_ENDPOINTS: usize = 5;

text_enum! {
    /// How calls are signed.
    pub enum Signing {
        /// Ed25519, `v1a`: the receiver keeps a public key.
        Ed25519 => "ED25519",
        /// HMAC-SHA256, `v1`: the receiver keeps a secret.
        Hmac => "HMAC",
    }
}

text_enum! {
    /// Whether an endpoint is called.
    pub enum EndpointState {
        /// Đang gọi.
        Enabled => "ENABLED",
        /// Đã tắt.
        Disabled => "DISABLED",
        /// Đã gỡ, for good.
        Removed => "REMOVED",
    }
}

text_enum! {
    /// Why an endpoint is disabled.
    pub enum DisabledReason {
        /// The agency says so.
        ByAgency => "BY_AGENCY",
        /// It answered 410 Gone.
        Gone => "GONE",
        /// The last attempt failed.
        Failed => "FAILED",
    }
}

text_enum! {
    /// What is entered about an endpoint.
    pub enum WebhookAction {
        /// Đăng ký.
        Register => "register_webhook",
        /// Thay đổi.
        Update => "update_webhook",
        /// Đổi khóa.
        Rotate => "rotate_webhook_key",
        /// Gỡ.
        Remove => "remove_webhook",
        /// Tắt, by the hub itself.
        Disable => "disable_webhook",
    }
}

/// A signing key as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointKey {
    /// Its number, from 1.
    pub number: i64,
    /// `whpk_…`; none for HMAC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<String>,
    /// When it was made.
    pub made: Timestamp,
    /// Until when it signs beside the newer one; none for the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
}

impl EndpointKey {
    /// Whether it signs at `now`.
    pub fn signs_at(&self, now: Timestamp) -> bool {
        self.ends.is_none_or(|ends| now < ends)
    }
}

/// An address that the hub calls for an agency. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Which.
    pub id: WebhookId,
    /// Whose.
    pub agency: AgencyCode,
    /// Where.
    pub url: WebhookUrl,
    /// Entries of these lanes; never empty.
    pub lanes: BTreeSet<Lane>,
    /// Entries about these actions; empty: about all.
    pub actions: BTreeSet<Action>,
    /// How calls are signed.
    pub signing: Signing,
    /// The newest key, and the one before it.
    pub keys: Vec<EndpointKey>,
    /// Whether it is called.
    pub state: EndpointState,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<DisabledReason>,
    /// When it was registered.
    pub registered: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// How many entries there are about it.
    pub version: i64,
}

impl Endpoint {
    /// Whether it wants to be told of an entry.
    pub fn wants(&self, lane: Lane, action: &str) -> bool {
        let is_wanted = |wanted: &Action| wanted.as_str() == action;
        self.lanes.contains(&lane) && (self.actions.is_empty() || self.actions.iter().any(is_wanted))
    }

    /// The number of its newest key.
    pub fn newest_key(&self) -> i64 {
        self.keys.first().map_or(0, |key| key.number)
    }

    /// Puts a key before the others; the one before it signs until `ends`, the rest no more.
    pub fn rotate(&mut self, public: Option<String>, now: Timestamp, ends: Timestamp) {
        let number = self.newest_key() + 1;
        self.keys.truncate(1);
        for key in &mut self.keys {
            key.ends = Some(ends);
        }
        let newest = EndpointKey {
            number,
            public,
            made: now,
            ends: None,
        };
        self.keys.insert(0, newest);
    }
}

/// What the secret key of an endpoint is wrapped for.
pub fn key_place(id: &WebhookId, number: i64) -> String {
    format!("webhook {id} {number}")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn endpoint() -> Endpoint {
        Endpoint {
            id: WebhookId::parse("whe_019aa9c0a1007000800000000000abcd").unwrap(),
            agency: AgencyCode::parse("GIA-LAP.NH.970901").unwrap(),
            url: "https://hooks.example.vn/lienthong".parse().unwrap(),
            lanes: BTreeSet::from([Lane::Urgent]),
            actions: BTreeSet::new(),
            signing: Signing::Ed25519,
            keys: Vec::new(),
            state: EndpointState::Enabled,
            reason: None,
            registered: Timestamp::from_micros(1),
            updated: Timestamp::from_micros(1),
            version: 1,
        }
    }

    #[test]
    fn lanes_and_actions_say_what_is_wanted() {
        let mut endpoint = endpoint();
        assert!(endpoint.wants(Lane::Urgent, "submit") && !endpoint.wants(Lane::Normal, "submit"));
        endpoint.actions.insert(Action::Withdraw);
        assert!(endpoint.wants(Lane::Urgent, "withdraw") && !endpoint.wants(Lane::Urgent, "submit"));
    }

    #[test]
    fn two_keys_sign_for_a_time_and_never_three() {
        let (mut endpoint, now) = (endpoint(), Timestamp::from_micros(10));
        endpoint.rotate(None, now, now);
        endpoint.rotate(None, now, now.plus_hours(24));
        let signing = |endpoint: &Endpoint, at: Timestamp| -> Vec<i64> {
            let keys = endpoint.keys.iter().filter(|key| key.signs_at(at));
            keys.map(|key| key.number).collect()
        };
        assert_eq!(signing(&endpoint, now), [2, 1]);
        assert_eq!(signing(&endpoint, now.plus_hours(24)), [2]);
        endpoint.rotate(None, now, now.plus_hours(1));
        assert_eq!(signing(&endpoint, now), [3, 2]);
    }
}
