//! What a refusal says, to be held against another one.

use std::collections::BTreeMap;

use prost::Message as _;
use tonic::{Code, Status};
use tonic_types::pb;

/// All that a refusal says: its code, its words and its details. The facts of an `ErrorInfo` are a map, which stands on the wire in
/// any order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    code: Code,
    words: String,
    facts: BTreeMap<String, String>,
    details: Vec<Vec<u8>>,
}

impl Refusal {
    pub(crate) fn of(status: &Status) -> Self {
        let details = pb::Status::decode(status.details()).expect("google.rpc.Status").details;
        let mut facts = BTreeMap::new();
        let details = details.into_iter().map(|mut detail| {
            if detail.type_url.ends_with("/google.rpc.ErrorInfo") {
                let mut info = pb::ErrorInfo::decode(detail.value.as_slice()).expect("an ErrorInfo");
                facts.extend(std::mem::take(&mut info.metadata));
                detail.value = info.encode_to_vec();
            }
            detail.encode_to_vec()
        });
        let details = details.collect();
        Self {
            code: status.code(),
            words: status.message().to_owned(),
            facts,
            details,
        }
    }
}
