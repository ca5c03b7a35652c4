//! How files begin, by their media type. A wrong label is found when it is cheap to put right; nothing is ever opened or
//! unpacked, and a right beginning proves nothing more.

/// How many bytes from the beginning of a file are looked at.
pub const HEAD_BYTES: usize = 512;

const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";
/// Word, Excel and others before 2007.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF_16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];
const OF_JSON: &[u8] = b"{[\"-0123456789tfn";

/// How files of one media type begin.
enum Beginning {
    /// With one of these.
    With(&'static [&'static [u8]]),
    /// After a mark of UTF-8 and white space, with one of these bytes.
    Mark(&'static [u8]),
    /// With text: no control characters, unless a mark says UTF-16.
    Text,
}

impl Beginning {
    /// `None` for a media type that is not known here.
    fn of(media_type: &str) -> Option<Self> {
        let media_type = media_type.to_ascii_lowercase();
        let beginning = match media_type.as_str() {
            "application/pdf" => Self::With(&[b"%PDF-"]),
            "image/png" => Self::With(&[b"\x89PNG\r\n\x1a\n"]),
            "image/jpeg" => Self::With(&[b"\xff\xd8\xff"]),
            "image/tiff" => Self::With(&[b"II*\0", b"MM\0*"]),
            "application/zip" => Self::With(&[ZIP, EMPTY_ZIP]),
            "application/msword" | "application/vnd.ms-excel" => Self::With(&[COMPOUND]),
            "application/xml" | "text/xml" => Self::Mark(b"<"),
            "application/json" => Self::Mark(OF_JSON),
            "text/plain" | "text/csv" => Self::Text,
            other if is_zipped_office(other) => Self::With(&[ZIP]),
            other if other.ends_with("+xml") => Self::Mark(b"<"),
            other if other.ends_with("+json") => Self::Mark(OF_JSON),
            _ => return None,
        };
        Some(beginning)
    }

    fn is_of(&self, head: &[u8]) -> bool {
        match self {
            Self::With(beginnings) => beginnings.iter().any(|beginning| head.starts_with(beginning)),
            Self::Mark(marks) => begins_with(head, marks),
            Self::Text => {
                let is_utf_16 = UTF_16_MARKS.iter().any(|mark| head.starts_with(mark));
                is_utf_16 || head.iter().all(|byte| *byte >= b' ' || byte.is_ascii_whitespace())
            }
        }
    }
}

/// Whether it is known here how files of this media type begin.
pub fn is_known(media_type: &str) -> bool {
    Beginning::of(media_type).is_some()
}

/// Whether a file that begins with `head` (its first [`HEAD_BYTES`], or all of it if it is shorter) can be of
/// `media_type`. Types that are not known here can begin in any way.
pub fn begins_as(media_type: &str, head: &[u8]) -> bool {
    Beginning::of(media_type).is_none_or(|beginning| beginning.is_of(head))
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
        let samples: [(&str, &[u8]); 10] = [
            ("application/pdf", b"%PDF-1.7\n"),
            ("image/png", b"\x89PNG\r\n\x1a\n\0\0"),
            ("image/jpeg", b"\xff\xd8\xff\xe0"),
            ("image/tiff", b"MM\0*\0\0"),
            ("application/vnd.ms-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0"),
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
            assert!(is_known(media_type));
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
        assert!(begins_as("image/tiff", b"II*\0") && !begins_as("image/tiff", b"II"));
    }

    #[test]
    fn text_has_no_control_characters() {
        for text in ["Chỉ thị số 02", "a;b\r\n1;2\t\n", "", "%PDF-"] {
            assert!(begins_as("text/plain", text.as_bytes()) && begins_as("text/csv", text.as_bytes()));
        }
        assert!(begins_as("text/plain", b"\xff\xfea\0b\0"), "UTF-16 says so");
        assert!(!begins_as("text/plain", b"\x89PNG\r\n\x1a\n") && !begins_as("text/csv", b"a\0b"));
    }

    #[test]
    fn types_that_are_not_known_begin_in_any_way() {
        assert!(begins_as("application/octet-stream", b"%PDF-") && begins_as("application/rtf", b""));
        assert!(!is_known("application/octet-stream"));
    }
}
