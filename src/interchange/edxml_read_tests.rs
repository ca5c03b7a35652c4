//! Packets are read as they were written, and as other systems write them.

use super::edxml::{Envelope, Imported, Packet, StatusCode, samples};
use super::xml::Limits;
use super::{Fault, export_edxml, import_edxml};

const ORDER: &str = include_str!("../../tests/golden/interchange/order.edxml");
const STATUS: &str = include_str!("../../tests/golden/interchange/status-03.edxml");
const FOREIGN: &str = include_str!("../../tests/golden/interchange/foreign-status-15.edxml");

fn read(text: &str) -> Result<Imported, Fault> {
    import_edxml(text.as_bytes(), &Limits::of(100_000))
}

fn document(text: &str) -> (Envelope, Vec<String>) {
    let imported = read(text).unwrap();
    match imported.packet {
        Packet::Document(document) => (*document, imported.ignored),
        Packet::Status(_) => panic!("a status"),
    }
}

#[test]
fn the_golden_document_is_read_as_it_was_meant() {
    let (document, ignored) = document(ORDER);
    let mut expected = samples::envelope();
    // What the format states and the sender left out.
    expected.document_id = Some(expected.made_id());
    expected.content = Some(expected.subject.clone());
    expected.steering_type = Some(0);
    expected.business_reason = Some("Văn bản điện tử mới".to_owned());
    expected.files[0].description = Some(expected.files[0].name.clone());
    assert_eq!(document, expected);
    assert!(ignored.is_empty(), "{ignored:?}");
    assert_eq!(
        export_edxml(&document).unwrap().xml,
        ORDER,
        "and written back as it was"
    );
}

#[test]
fn the_golden_status_is_read_as_it_was_meant() {
    let imported = read(STATUS).unwrap();
    assert_eq!(imported.packet, Packet::Status(Box::new(samples::status())));
    assert!(imported.ignored.is_empty());
}

#[test]
fn a_status_in_a_message_header_is_read_too_and_what_is_unknown_is_listed() {
    let imported = read(FOREIGN).unwrap();
    let Packet::Status(status) = imported.packet else {
        panic!("a document");
    };
    assert_eq!(status.code, StatusCode::RecallAccepted);
    assert_eq!(status.response_for.code, "453/CV-THADS");
    let header = "edXML/edXMLEnvelope/edXMLHeader";
    let expected = [format!("{header}/Signature"), format!("{header}/MessageHeader/Added")];
    assert_eq!(imported.ignored, expected);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let header = "edXML/edXMLEnvelope/edXMLHeader/MessageHeader";
    let cases = [
        (
            "<edXML:PromulgationDate>2026/11/20<",
            "<edXML:PromulgationDate>hom nay<",
            "date",
            "/PromulgationInfo/PromulgationDate",
        ),
        (
            "<edXML:CodeNumber>453<",
            "<edXML:CodeNumber><",
            "required",
            "/Code/CodeNumber",
        ),
        (
            "<edXML:Priority>2<",
            "<edXML:Priority>9<",
            "unknown_value",
            "/OtherInfo/Priority",
        ),
        (
            "<edXML:PageAmount>2<",
            "<edXML:PageAmount>two<",
            "number",
            "/OtherInfo/PageAmount",
        ),
        (
            "<edXML:OrganId>000.00.00.X03<",
            "<edXML:OrganId><",
            "required",
            "/To[2]/OrganId",
        ),
    ];
    for (right, wrong, reason, path) in cases {
        let text = ORDER.replacen(right, wrong, 1);
        assert_ne!(text, ORDER, "{right}");
        let fault = read(&text).unwrap_err();
        assert_eq!((fault.reason, fault.path), (reason, format!("{header}{path}")));
    }
    let fault = read(&ORDER.replace("<ContentTransferEncoded>", "<ContentTransferEncoded>*")).unwrap_err();
    assert_eq!(fault.reason, "base64");
    assert_eq!(read("<Envelope/>").unwrap_err().reason, "root");
    assert_eq!(
        read(&STATUS.replace(">03<", ">14<")).unwrap_err().reason,
        "unknown_value"
    );
}

#[test]
fn no_prefix_of_a_packet_makes_it_fail_otherwise() {
    for end in 0..ORDER.len() {
        let part = ORDER.as_bytes().get(..end).unwrap();
        assert!(end + 1 == ORDER.len() || import_edxml(part, &Limits::of(100_000)).is_err());
    }
}
