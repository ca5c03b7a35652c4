//! What the parties say: `catalogue/demo/documents/`, with the places that are filled in when a document is sent.

use include_dir::{Dir, include_dir};
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::cast::CastAgency;
use super::outcome::{NotHeld, Outcome};
use crate::domain::time::Timestamp;

static DOCUMENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/catalogue/demo/documents");

/// The directive that the story attaches.
pub(super) static DIRECTIVE: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/catalogue/demo/documents/directive-02-ct-ubnd.txt"
));
/// The scanned minutes of a service on paper.
pub(super) static MINUTES: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/catalogue/demo/documents/residence-minutes.pdf"
));
/// The scanned answer of a partner on paper.
pub(super) static PAPER_ANSWER: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/catalogue/demo/documents/residence-answer.pdf"
));

/// One document to send.
#[derive(Debug)]
pub(super) struct Draft {
    text: String,
}

impl Draft {
    /// The document `name` as `agency`'s officer sends it at `now` under the idempotency key `key`, in a story that began
    /// at `start`.
    pub(super) fn new(name: &str, agency: &CastAgency, key: &str, start: Timestamp, now: Timestamp) -> Outcome<Self> {
        let file = DOCUMENTS
            .get_file(format!("{name}.json"))
            .and_then(include_dir::File::contents_utf8);
        let text = file.ok_or_else(|| NotHeld::new(format!("the demo has the document {name}")))?;
        let draft = Self { text: text.to_owned() }.with_parts().with_parts();
        let officer = &agency.officer;
        let unit = if officer.unit.is_empty() {
            String::new()
        } else {
            format!("\"unit\": \"{}\",", officer.unit)
        };
        let mut draft = draft
            .with("key", key)
            .with("agency", &agency.code)
            .with("unit_member", &unit)
            .with("unit_name", agency.unit_name())
            .with("officer_id", &officer.id)
            .with("officer_name", &officer.full_name)
            .with("officer_position", &officer.position)
            .with("today", &now.date().to_string())
            .with("now", &now.to_rfc3339());
        for (place, date) in history(start.date()) {
            draft = draft
                .with(&format!("{place}_date"), &date.to_string())
                .with(&format!("{place}_date_vi"), &date.strftime("%d/%m/%Y").to_string());
        }
        let year = judgment_date(start.date()).year();
        Ok(draft.with("judgment_number", &format!("45/{year}/DS-ST")))
    }

    /// Fills in what several documents share; a part may name another.
    fn with_parts(self) -> Self {
        let files = DOCUMENTS.get_dir("parts").map_or(&[][..], Dir::entries);
        files
            .iter()
            .filter_map(include_dir::DirEntry::as_file)
            .fold(self, |draft, file| {
                let name = file.path().file_stem().and_then(std::ffi::OsStr::to_str);
                match name.zip(file.contents_utf8()) {
                    Some((name, text)) => draft.with(name, text.trim_end()),
                    None => draft,
                }
            })
    }

    /// Fills in one place.
    pub(super) fn with(self, place: &str, value: &str) -> Self {
        Self {
            text: self.text.replace(&format!("{{{{{place}}}}}"), value),
        }
    }

    /// Fills in these places.
    pub(super) fn with_all(self, places: &[(&str, &str)]) -> Self {
        places
            .iter()
            .fold(self, |draft, (place, value)| draft.with(place, value))
    }

    /// The text to send. Every place must have been filled in.
    pub(super) fn text(self) -> Outcome<String> {
        match self.text.split_once("{{").and_then(|(_, rest)| rest.split_once("}}")) {
            Some((place, _)) => Err(NotHeld::new(format!("the place {place} of a demo document is filled in")).into()),
            None => Ok(self.text),
        }
    }
}

/// What happened before the story, counted back from the day on which it is told: whatever the day, the court is late.
fn history(today: Date) -> [(&'static str, Date); 5] {
    let judgment = judgment_date(today);
    [
        ("judgment", judgment),
        ("interest", judgment.saturating_add(1.day())),
        ("effective", judgment.saturating_add(31.days())),
        ("decision", today),
        ("freeze", today),
    ]
}

/// 80 days ago, or the Friday before that.
fn judgment_date(today: Date) -> Date {
    let date = today.saturating_sub(80.days());
    match date.weekday() {
        Weekday::Saturday => date.saturating_sub(1.day()),
        Weekday::Sunday => date.saturating_sub(2.days()),
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::cast::Cast;
    use crate::domain::catalogue::{Catalogue, kind::Kind};
    use crate::domain::document::{
        self, AcknowledgeDocument, AnswerDocument, OrderDocument, RecordAnswerDocument, ReportDocument, ServeDocument,
        WithdrawDocument,
    };
    use crate::domain::ids::KindCode;
    use crate::domain::text::is_nfc;

    /// Days on which the demo may be told: today's, a weekend, Tết, the last of February, New Year.
    const DAYS: [&str; 5] = ["2026-11-22", "2026-11-21", "2027-02-06", "2028-02-29", "2027-01-01"];

    fn filled(name: &str, agency: &str, day: &str) -> String {
        let now = Timestamp::parse_rfc3339(&format!("{day}T09:30:00+07:00")).unwrap();
        let cast = Cast::embedded();
        let id = "req_019aa9c0a1007000800000000000abcd";
        let attachment = format!(
            r#"{{"name": "a.txt", "sha256": "{}", "size": 1, "media_type": "text/plain"}}"#,
            "0".repeat(64)
        );
        Draft::new(name, cast.agency(agency).unwrap(), "key-00001", now, now)
            .unwrap()
            .with_all(&[
                ("request", id),
                ("related", id),
                ("recipients", r#"["GIA-LAP.NH.970999"]"#),
                ("attachment", &attachment),
                ("shortfall", "112300000"),
                ("registry_number", "1"),
                ("received_time", &now.to_rfc3339()),
                ("served_time", &now.to_rfc3339()),
                ("executed_time", &now.to_rfc3339()),
            ])
            .text()
            .unwrap()
    }

    fn read<D: document::Document>(text: &str) -> D {
        document::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error:?}\n{text}"))
    }

    fn order(name: &str, agency: &str, day: &str) -> (std::sync::Arc<Kind>, OrderDocument) {
        let order: OrderDocument = read(&filled(name, agency, day));
        let kind = Catalogue::embedded()
            .unwrap()
            .newest(&KindCode::parse(order.kind.as_str()).unwrap())
            .unwrap()
            .clone();
        let found = kind.check_order(&order).err();
        assert_eq!(found, None, "{name}");
        (kind, order)
    }

    #[test]
    fn orders_and_answers_fit_their_kinds_on_any_day() {
        let answered = [
            ("judgment.order", "court", vec![("judgment.received", "enforcement")]),
            (
                "clarification.order",
                "enforcement",
                vec![("clarification.explained", "court")],
            ),
            (
                "accounts.order",
                "enforcement",
                vec![
                    ("accounts.found-a", "bank-a"),
                    ("accounts.found-b", "bank-b"),
                    ("accounts.not-found", "treasury"),
                ],
            ),
            ("accounts.again", "enforcement", vec![]),
            ("land.unanswered", "enforcement", vec![]),
            ("land.order", "enforcement", vec![("land.found", "land-office-a")]),
            (
                "freeze.order",
                "enforcement",
                vec![("freeze.held-full", "bank-a"), ("freeze.held-partial", "bank-b")],
            ),
            ("debit.order", "enforcement", vec![("debit.debited", "bank-a")]),
            ("release.order", "enforcement", vec![("release.released", "bank-b")]),
        ];
        for day in DAYS {
            for (name, sender, answers) in &answered {
                let (kind, order) = order(name, sender, day);
                for (name, recipient) in answers {
                    let answer: AnswerDocument = read(&filled(name, recipient, day));
                    assert_eq!(kind.check_answer(&order, &answer).err(), None, "{name}");
                }
            }
        }
    }

    #[test]
    fn the_other_documents_are_well_formed() {
        for day in DAYS {
            let (freeze, decision) = order("freeze.order", "enforcement", day);
            let report: ReportDocument = read(&filled("freeze.report", "bank-b", day));
            assert_eq!(freeze.check_report(&decision, &report).err(), None);
            let (residence, request) = order("residence.order", "enforcement", day);
            let recorded: RecordAnswerDocument = read(&filled("residence.answer", "enforcement", day));
            assert_eq!(residence.check_record_answer(&request, &recorded).err(), None);
            read::<ServeDocument>(&filled("residence.serve", "enforcement", day));
            read::<WithdrawDocument>(&filled("withdraw", "enforcement", day));
            for agency in ["bank-a", "enforcement"] {
                read::<AcknowledgeDocument>(&filled("acknowledge", agency, day));
            }
            read::<AnswerDocument>(&filled("copy.received", "procuracy-region", day));
        }
    }

    #[test]
    fn the_directive_is_whole_and_in_normal_form() {
        let text = std::str::from_utf8(DIRECTIVE).unwrap();
        assert!(is_nfc(text));
        for phrase in [
            "02/CT-UBND",
            "kịp thời chuyển giao bản án",
            "cung cấp thông tin về tài khoản",
            "Nguyễn Xuân Đông",
        ] {
            assert!(text.contains(phrase), "{phrase}");
        }
        assert!(MINUTES.starts_with(b"%PDF-") && PAPER_ANSWER.starts_with(b"%PDF-"));
    }
}
