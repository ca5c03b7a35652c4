//! Whether bytes begin as their media type says. A wrong label is found when it is cheap to put right; nothing is ever
//! opened or unpacked, and a right beginning proves nothing more.

use crate::blobs::HEAD_BYTES;

const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether a file that begins with `head` (its first [`HEAD_BYTES`], or all of it if it is shorter) can be of
/// `media_type`. Types that are not known here can begin in any way.
pub(super) fn begins_as(media_type: &str, head: &[u8]) -> bool {
    let media_type = media_type.to_ascii_lowercase();
    match media_type.as_str() {
        "application/pdf" => head.starts_with(b"%PDF-"),
        "image/png" => head.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => head.starts_with(b"\xff\xd8\xff"),
        "application/zip" => head.starts_with(ZIP) || head.starts_with(EMPTY_ZIP),
        "application/xml" | "text/xml" => begins_with(head, b"<"),
        "application/json" => begins_with(head, b"{[\"-0123456789tfn"),
        other if is_zipped_office(other) => head.starts_with(ZIP),
        other if other.ends_with("+xml") => begins_with(head, b"<"),
        other if other.ends_with("+json") => begins_with(head, b"{[\"-0123456789tfn"),
        _ => true,
    }
}

/// Office Open XML (docx, xlsx, …) and OpenDocument (odt, ods, …) are ZIP files.
fn is_zipped_office(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.openxmlformats-officedocument.")
        || media_type.starts_with("application/vnd.oasis.opendocument.")
}

/// Whether the first byte after a mark of UTF-8 and white space is one of `marks`. If white space is all there is to see,
/// nothing is known and nothing refused.
fn begins_with(head: &[u8], marks: &[u8]) -> bool {
    let text = head.strip_prefix(UTF_8_MARK).unwrap_or(head);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    first.map_or(head.len() == HEAD_BYTES, |first| marks.contains(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_known_type_begins_as_it_does_and_not_as_another() {
        let samples: [(&str, &[u8]); 8] = [
            ("application/pdf", b"%PDF-1.7\n"),
            ("image/png", b"\x89PNG\r\n\x1a\n\0\0"),
            ("image/jpeg", b"\xff\xd8\xff\xe0"),
            ("application/zip", b"PK\x03\x04\x14"),
            (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                b"PK\x03\x04\x14",
            ),
            ("application/vnd.oasis.opendocument.text", b"PK\x03\x04\x14"),
            ("application/xml", b"\xef\xbb\xbf \n<?xml version=\"1.0\"?>"),
            ("application/json", b"\n{\"a\": 1}"),
        ];
        for (media_type, own) in samples {
            for (_, head) in samples {
                let is_alike = own.get(..2) == head.get(..2);
                assert_eq!(begins_as(media_type, head), is_alike, "{media_type}: {head:?}");
            }
            assert!(begins_as(&media_type.to_ascii_uppercase(), own), "{media_type}");
            assert!(!begins_as(media_type, b""), "{media_type}: nothing");
        }
    }

    #[test]
    fn related_types_are_held_to_the_same() {
        assert!(begins_as("image/svg+xml", b"<svg/>") && !begins_as("image/svg+xml", b"GIF"));
        assert!(begins_as("application/geo+json", b"[]") && !begins_as("application/geo+json", b"<a/>"));
        assert!(begins_as("application/json", b"null") && begins_as("application/json", &[b' '; HEAD_BYTES]));
    }

    #[test]
    fn types_that_are_not_known_begin_in_any_way() {
        assert!(begins_as("text/plain", b"%PDF-") && begins_as("application/msword", b""));
    }
}
