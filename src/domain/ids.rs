//! Identifiers. Ids that the hub makes are a prefix and a UUID version 7 (RFC 9562) in 32 hex digits, so they sort by
//! time and carry 74 random bits; ids that others make (agency codes, officer ids, keys) are checked text.

use super::macros::checked_text;
use super::time::Timestamp;

/// A text that does not have the form of the identifier it is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expects}")]
pub struct MalformedId {
    /// What a valid value looks like.
    pub expects: &'static str,
}

/// The only source of randomness for ids, salts and nonces. Tests give a seeded one.
pub trait IdSource: Send + Sync {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// A fresh UUID version 7 for the instant `now`, as 32 hex digits.
fn uuid_v7(source: &dyn IdSource, now: Timestamp) -> String {
    let mut random = [0_u8; 10];
    source.fill(&mut random);
    let millis = u64::try_from(now.micros() / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random)
        .into_uuid()
        .simple()
        .to_string()
}

/// Hex digits of a UUID version 7 that are its instant, in milliseconds.
const MILLIS_DIGITS: usize = 12;

/// 32 random bytes that hide the content behind a digest (kept and erased with the body).
pub fn salt(source: &dyn IdSource) -> [u8; 32] {
    let mut salt = [0_u8; 32];
    source.fill(&mut salt);
    salt
}

fn is_hub_id(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

macro_rules! hub_id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal, $check:ident) => {
        fn $check(text: &str) -> bool {
            is_hub_id($prefix, text)
        }
        checked_text! {
            $(#[$meta])*
            pub struct $name($check, "an id made by the hub, a prefix and 32 hex digits");
        }
        impl $name {
            /// A fresh id for the instant `now`.
            pub fn generate(source: &dyn IdSource, now: Timestamp) -> Self {
                Self(format!(concat!($prefix, "{}"), uuid_v7(source, now)).into())
            }

            /// The instant for which it was made, to the millisecond. None: it is no UUID version 7.
            pub fn made_at(&self) -> Option<Timestamp> {
                let digits = self.0.get($prefix.len()..)?;
                if digits.get(MILLIS_DIGITS..=MILLIS_DIGITS)? != "7" {
                    return None;
                }
                let millis = i64::from_str_radix(digits.get(..MILLIS_DIGITS)?, 16).ok()?;
                Some(Timestamp::from_micros(millis.saturating_mul(1_000)))
            }
        }
    };
}

hub_id! {
    /// One order at one recipient (yêu cầu): `req_…`.
    RequestId, "req_", is_request_id
}
hub_id! {
    /// One order to several recipients (gửi nhiều nơi nhận): `brd_…`.
    BroadcastId, "brd_", is_broadcast_id
}
hub_id! {
    /// A measure in force at a holder (biện pháp đang có hiệu lực): `mea_…`.
    MeasureId, "mea_", is_measure_id
}
hub_id! {
    /// A stretch in which the clocks of many requests stand still: `sus_…`.
    SuspensionId, "sus_", is_suspension_id
}

hub_id! {
    /// An uploaded document (tài liệu kèm theo): `doc_…`.
    DocumentId, "doc_", is_document_id
}

hub_id! {
    /// A case of an enforcement agency (việc thi hành án): `cas_…`.
    CaseId, "cas_", is_case_id
}

hub_id! {
    /// Something that an operator did beside the API: `op_…`.
    OperatorActionId, "op_", is_operator_action_id
}

hub_id! {
    /// An address that the hub calls for an agency: `whe_…`.
    WebhookId, "whe_", is_webhook_id
}

/// What an order relates to: an earlier request, or a measure from before or outside the hub.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(untagged)]
pub enum RelatedId {
    /// An earlier request.
    Request(RequestId),
    /// A measure.
    Measure(MeasureId),
}

impl RelatedId {
    /// The text, whose prefix says which.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Request(id) => id.as_str(),
            Self::Measure(id) => id.as_str(),
        }
    }

    /// The request, if it is one.
    pub fn request(&self) -> Option<&RequestId> {
        match self {
            Self::Request(id) => Some(id),
            Self::Measure(_) => None,
        }
    }

    /// The measure, if it is one.
    pub fn measure(&self) -> Option<&MeasureId> {
        match self {
            Self::Request(_) => None,
            Self::Measure(id) => Some(id),
        }
    }
}

impl std::str::FromStr for RelatedId {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        MeasureId::parse(text)
            .map(Self::Measure)
            .or_else(|_not_a_measure| RequestId::parse(text).map(Self::Request))
    }
}

impl<'de> serde::Deserialize<'de> for RelatedId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// `text` is 1 to `max` characters of ASCII letters, digits and the marks in `extra`, starting with a letter or digit.
fn is_slug(text: &str, max: usize, extra: &[u8]) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= max
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || extra.contains(b))
}

fn is_agency_code(text: &str) -> bool {
    is_slug(text, 35, b".-")
}

fn is_officer_id(text: &str) -> bool {
    is_slug(text, 64, b"._-@")
}

fn is_unit_id(text: &str) -> bool {
    is_slug(text, 64, b"._-")
}

fn is_kind_code(text: &str) -> bool {
    is_slug(text, 64, b"-") && text.bytes().all(|b| !b.is_ascii_uppercase())
}

fn is_idempotency_key(text: &str) -> bool {
    (8..=128).contains(&text.len()) && is_slug(text, 128, b"._:-/")
}

fn is_cursor_name(text: &str) -> bool {
    is_slug(text, 64, b"._-")
}

checked_text! {
    /// The official code of an agency (mã định danh điện tử; QĐ 20/2020/QĐ-TTg: groups with dots, at most 35 characters).
    pub struct AgencyCode(is_agency_code, "an agency code: 1 to 35 letters, digits, dots or hyphens");
}
checked_text! {
    /// An officer's id, unique within the agency and chosen by it.
    pub struct OfficerId(is_officer_id, "an officer id: 1 to 64 letters, digits, dots, hyphens, underscores or @");
}
checked_text! {
    /// A unit's id, unique within the agency and chosen by it.
    pub struct UnitId(is_unit_id, "a unit id: 1 to 64 letters, digits, dots, hyphens or underscores");
}
checked_text! {
    /// The code of a kind, for example `account-freeze`.
    pub struct KindCode(is_kind_code, "a kind code: 1 to 64 lower-case letters, digits or hyphens");
}
checked_text! {
    /// The sender's key that makes a command safe to retry, for ever (DESIGN: promise 2).
    pub struct IdempotencyKey(is_idempotency_key, "a key of 8 to 128 letters, digits or . _ : - / that starts with a letter or digit");
}
checked_text! {
    /// The name of a mailbox cursor; `intake` is the one that decides delivery.
    pub struct CursorName(is_cursor_name, "a cursor name: 1 to 64 letters, digits, dots, hyphens or underscores");
}

impl AgencyCode {
    /// The hub itself, as the actor of its own work (calendar, timers, succession). No agency can have this code.
    pub fn hub() -> Self {
        Self("HUB".into())
    }
}

impl OfficerId {
    /// The hub itself.
    pub fn hub() -> Self {
        Self("hub".into())
    }
}

impl KindCode {
    /// The kind of copies that the procuracy gets by right.
    pub fn decision_copy() -> Self {
        Self("decision-copy".into())
    }
}

impl CursorName {
    /// The cursor whose passing means delivered.
    pub const INTAKE: &'static str = "intake";

    /// The delivery cursor.
    pub fn intake() -> Self {
        Self(Self::INTAKE.into())
    }

    /// Whether this is the delivery cursor.
    pub fn is_intake(&self) -> bool {
        self.as_str() == Self::INTAKE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zero;
    impl IdSource for Zero {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    #[test]
    fn hub_ids_round_trip_and_sort_by_time() {
        let earlier = RequestId::generate(&Zero, Timestamp::from_micros(1_000_000));
        let later = RequestId::generate(&Zero, Timestamp::from_micros(2_000_000));
        assert!(earlier < later);
        assert_eq!(earlier.made_at(), Some(Timestamp::from_micros(1_000_000)));
        let foreign = RequestId::parse("req_00000000000000000000000000000000").unwrap();
        assert_eq!(foreign.made_at(), None);
        assert_eq!(RequestId::parse(earlier.as_str()), Ok(earlier));
    }

    #[test]
    fn malformed_ids_are_refused() {
        for text in [
            "",
            "req_",
            "req_xyz",
            "brd_0193",
            "req_0193AAAA0193000001930000019300AA",
        ] {
            assert!(RequestId::parse(text).is_err(), "{text}");
        }
        for text in ["", ".a", "a b", "á", "a'--", "123456789012345678901234567890123456"] {
            assert!(AgencyCode::parse(text).is_err(), "{text}");
        }
        assert!(IdempotencyKey::parse("short").is_err());
        assert!(KindCode::parse("Account-Freeze").is_err());
    }
}
