//! Every field of every message that can hold a text, read in the descriptors, so that a new one is tried too.

use std::collections::BTreeMap;

use lienthong_proto::{FILE_DESCRIPTOR_SET, Rpc};
use prost::Message as _;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorSet};

/// Messages by their full name.
type Messages = BTreeMap<String, DescriptorProto>;

/// The way to a field: the numbers of the fields that lead there, its own last.
type Way = Vec<i32>;

/// A message with nothing but `text` in one field, for each field of each method's input that can hold a text.
pub(super) fn with_text_in_each_field(text: &str) -> Vec<(Rpc, Vec<u8>)> {
    let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("the descriptor set decodes");
    let (mut messages, mut inputs) = (Messages::new(), BTreeMap::new());
    for file in &set.file {
        for message in &file.message_type {
            messages.insert(format!(".{}.{}", file.package(), message.name()), message.clone());
        }
        for service in &file.service {
            for method in &service.method {
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                inputs.insert(path, method.input_type().to_owned());
            }
        }
    }
    let mut made = Vec::new();
    for rpc in Rpc::ALL {
        let mut ways = Vec::new();
        ways_to_texts(&messages, &inputs[rpc.path()], &mut Vec::new(), &mut ways);
        made.extend(ways.iter().map(|way| (*rpc, encoded(way, text.as_bytes()))));
    }
    made
}

fn ways_to_texts(messages: &Messages, name: &str, to_here: &mut Way, found: &mut Vec<Way>) {
    for field in &messages[name].field {
        to_here.push(field.number());
        if matches!(field.r#type(), Type::String | Type::Bytes) {
            found.push(to_here.clone());
        } else if messages.contains_key(field.type_name()) {
            ways_to_texts(messages, field.type_name(), to_here, found);
        }
        to_here.pop();
    }
}

/// The bytes of a message in which `way` leads to `text`.
fn encoded(way: &[i32], text: &[u8]) -> Vec<u8> {
    way.iter().rev().fold(text.to_vec(), |inner, number| {
        let mut bytes = Vec::new();
        let tag = u64::try_from(*number).expect("a field's number") << 3 | 2;
        prost::encoding::encode_varint(tag, &mut bytes);
        prost::encoding::encode_varint(inner.len().try_into().expect("small"), &mut bytes);
        bytes.extend(inner);
        bytes
    })
}

#[test]
fn every_text_field_is_reached_whatever_holds_it() {
    let made = with_text_in_each_field("x");
    let holds = |rpc: Rpc, bytes: &[u8]| made.iter().any(|(made, message)| *made == rpc && message == bytes);
    // GetRequest.enforcement_request_id, and Officer.full_name within RegisterOfficerRequest.
    assert!(holds(Rpc::RequestServiceGet, &[0x0a, 1, b'x']));
    assert!(holds(Rpc::AgencyServiceRegisterOfficer, &[0x1a, 3, 0x12, 1, b'x']));
    // All methods but those whose message holds no text.
    let silent: Vec<Rpc> = Rpc::ALL
        .iter()
        .filter(|rpc| made.iter().all(|(made, _)| made != *rpc))
        .copied()
        .collect();
    let expected = [
        Rpc::AdminServiceGetServerInfo,
        Rpc::EvidenceServiceGetCheckpoint,
        Rpc::EvidenceServiceGetInclusionProof,
        Rpc::EvidenceServiceGetConsistencyProof,
        Rpc::EvidenceServiceGetTile,
        Rpc::EvidenceServiceListHubKeys,
        Rpc::ReportServiceListReports,
        Rpc::WebhookServiceListEndpoints,
    ];
    assert_eq!(silent, expected);
}
