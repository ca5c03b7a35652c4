//! What documents may be, by kind and sort: refused at the right place, and the kind's files refused when they contradict
//! themselves or the hub.

use serde_json::{Value, json};

use super::broken::{FREEZE, files, problems, replace};
use super::*;

const MIB: u64 = 1024 * 1024;

/// An attachment that is named.
fn named(sort: Option<&str>, media_type: &str, size: u64) -> Value {
    let mut named = json!({"name": "a", "sha256": "0".repeat(64), "size": size, "media_type": media_type});
    if let Some(sort) = sort {
        named["type"] = sort.into();
    }
    named
}

/// The pointers at which the kind's order is refused if it names `attachment` besides the example's.
fn refused(kind: &Kind, attachment: &Value) -> Vec<String> {
    let mut at = 0;
    let found = order_refused_at(kind, |order| {
        let mut attachments = order["attachments"].as_array().cloned().unwrap_or_default();
        at = attachments.len();
        attachments.push(attachment.clone());
        order["attachments"] = attachments.into();
    });
    let own = format!("/attachments/{at}");
    found
        .into_iter()
        .map(|pointer| pointer.strip_prefix(&own).unwrap_or(&pointer).to_owned())
        .collect()
}

#[test]
fn a_document_of_every_kind_and_sort_is_held_to_what_the_catalogue_says() {
    for kind in catalogue().kinds() {
        let definition = &kind.definition;
        let sorts = definition.attachments.iter().map(Some).chain([None]);
        for sort in sorts {
            let code = sort.map(|sort| sort.code.as_str());
            let limits = definition.document_limits(sort);
            for media_type in limits.media_types {
                let largest = named(code, media_type.as_str(), limits.max_bytes());
                assert!(
                    refused(kind, &largest).is_empty(),
                    "{} {code:?} {media_type}",
                    kind.code()
                );
            }
            let first = limits.media_types[0].as_str();
            assert!(refused(kind, &named(code, &first.to_ascii_uppercase(), 1)).is_empty());
            let too_large = named(code, first, limits.max_bytes() + 1);
            assert_eq!(refused(kind, &too_large), ["/size"], "{} {code:?}", kind.code());
            for other in ["video/mp4", "application/octet-stream", "application/pdfx"] {
                assert_eq!(
                    refused(kind, &named(code, other, 1)),
                    ["/media_type"],
                    "{} {code:?}",
                    kind.code()
                );
            }
        }
        let unknown = named(Some("SELFIE"), "video/mp4", u64::MAX);
        assert_eq!(refused(kind, &unknown), ["/type", "/media_type", "/size"]);
    }
}

#[test]
fn a_sort_that_asks_for_less_is_held_to_it_and_the_others_are_not() {
    let kind = kind("account-freeze");
    let png = |sort| refused(&kind, &named(Some(sort), "image/png", 21 * MIB));
    assert_eq!(png("DECISION"), ["/media_type", "/size"]);
    assert!(png("MINUTES").is_empty() && png("OTHER").is_empty());
}

#[test]
fn answers_are_held_to_it_as_orders_are_and_all_that_is_wrong_is_told_at_once() {
    let kind = kind("account-freeze");
    let found = answer_refused_at(&kind, "NO_CLIENT", |answer| {
        answer["attachments"] = json!([
            named(Some("MINUTES"), "application/pdf", 1),
            named(None, "video/mp4", 51 * MIB),
            named(Some("SELFIE"), "application/pdf", 1),
        ]);
        remove(&mut answer["payload"], "searched_by");
    });
    assert_eq!(
        found,
        [
            "/attachments/1/media_type",
            "/attachments/1/size",
            "/attachments/2/type",
            "/payload/searched_by"
        ]
    );
}

#[test]
fn the_error_says_what_may_be_sent() {
    let kind = kind("account-freeze");
    let attachments = json!([named(Some("DECISION"), "image/png", 21 * MIB)]);
    let mut order: Value = serde_json::from_str(&kind.order_example).unwrap();
    order["attachments"] = attachments;
    let order = document::parse::<OrderDocument>(order.to_string().as_bytes()).unwrap();
    let found = kind.check_order(&order).unwrap_err();
    let told: Vec<_> = found
        .iter()
        .map(|violation| (&*violation.text.vi, &*violation.text.en))
        .collect();
    assert_eq!(
        told,
        [
            (
                "Tài liệu này chỉ được gửi dưới dạng: application/pdf.",
                "This document may be sent only as: application/pdf."
            ),
            (
                "Tài liệu này không được quá 20 MiB.",
                "This document has at most 20 MiB."
            ),
        ]
    );
}

#[test]
fn a_kind_that_contradicts_itself_is_refused_with_the_place() {
    let cases = [
        ("max_mib = 50", "max_mib = 0", "documents.max_mib", "at least 1"),
        ("max_mib = 50\n", "", "line ", "max_mib"),
        ("max_mib = 50", "max_mib = 19", "attachment.DECISION.max_mib", "1 to 19"),
        ("max_mib = 20", "max_mib = 51", "attachment.DECISION.max_mib", "1 to 50"),
        ("max_mib = 20", "max_mib = 0", "attachment.DECISION.max_mib", "1 to 50"),
        ("max_mib = 20", "max_mib = \"20\"", "line ", "string"),
        (
            "\"image/tiff\",",
            "",
            "attachment.MINUTES.media_types",
            "image/tiff is not one of",
        ),
        (
            "\"image/tiff\",",
            "\"image/heic\",",
            "documents.media_types",
            "does not know how image/heic begins",
        ),
        (
            "\"image/tiff\",",
            "\"Image/PNG\",",
            "documents.media_types",
            "image/png stands twice",
        ),
        ("\"image/tiff\",", "\"tiff\",", "line ", "media type"),
        (
            "[\"application/pdf\"]",
            "[]",
            "attachment.DECISION.media_types",
            "nothing could be attached",
        ),
    ];
    for (from, to, place, text) in cases {
        let mut files = files();
        replace(&mut files, FREEZE, from, to);
        let found = problems(files);
        let named = found.iter().any(|problem| {
            problem.file == FREEZE && problem.place.starts_with(place) && problem.to_string().contains(text)
        });
        assert!(named, "{from} -> {to}: {found:#?}");
    }
}

#[test]
fn a_hub_that_takes_less_than_a_kind_says_is_told_which_kinds() {
    let catalogue = catalogue();
    let most = catalogue
        .kinds()
        .map(|kind| kind.definition.document_limits(None).max_bytes())
        .max()
        .unwrap();
    catalogue.fits(most).unwrap();
    let broken = catalogue.fits(most - 1).unwrap_err();
    let files: Vec<&str> = broken.problems.iter().map(|problem| &*problem.file).collect();
    let mut largest: Vec<String> = catalogue
        .kinds()
        .filter(|kind| kind.definition.document_limits(None).max_bytes() == most)
        .map(|kind| format!("kinds/{}/kind.toml", kind.code()))
        .collect();
    largest.sort();
    assert!(largest.contains(&"kinds/judgment-transfer/kind.toml".to_owned()));
    assert_eq!(files, largest);
    assert!(
        broken
            .to_string()
            .contains("at documents.max_mib: 200 MiB are more than"),
        "{broken}"
    );
}
