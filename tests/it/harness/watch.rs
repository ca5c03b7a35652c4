//! Every line that a hub of the tests would log, at its most talkative, is looked through for the people of the tests: the
//! texts of the catalogue's examples that are personal, the officers of the test agencies, and the marks of `canary`. A line
//! that names one makes the test fail that ends next; it says what was found.

use std::io::{self, Write};
use std::sync::{LazyLock, Mutex, Once, PoisonError};

use tracing::{Level, Metadata};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::layer::SubscriberExt as _;

use super::agencies::ALL;
use crate::canary::marks::Sort;
use crate::canary::papers::personal_texts;
use crate::canary::scan::{Forms, Scanner};

/// The fewest characters of a text that cannot stand in a line by chance.
const MIN_CHARACTERS: usize = 8;

/// What is looked for.
static PEOPLE: LazyLock<Scanner> = LazyLock::new(|| {
    let officers = ALL.iter().flat_map(|agency| {
        [
            ("full name of an officer".to_owned(), agency.officer().full_name),
            ("id of an officer".to_owned(), agency.officer_id().to_string()),
        ]
    });
    let marks = Sort::ALL
        .iter()
        .map(|sort| (format!("mark of {sort:?}"), sort.sentinel().to_owned()));
    let texts = personal_texts()
        .into_iter()
        .chain(officers)
        .chain(marks)
        .filter(|(_, text)| {
            let is_code = ALL.iter().any(|agency| agency.code_text().contains(text));
            text.chars().count() >= MIN_CHARACTERS && !is_code
        });
    Scanner::new(texts, Forms::Log)
});

/// Lines that name somebody, and whom.
static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Looks through a line.
pub(crate) fn line(bytes: &[u8]) {
    for leak in PEOPLE.leaks(bytes) {
        let text = String::from_utf8_lossy(bytes);
        let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
        found.push(format!("{} ({}): {}", leak.sort, leak.form, text.trim_end()));
    }
}

/// From now on every line is looked through, whichever test writes it.
pub(crate) fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let lines = tracing_subscriber::fmt::layer().json().with_writer(|| Lines);
        let watching = tracing_subscriber::registry().with(lines.with_filter(FilterFn::new(is_let_through)));
        tracing::subscriber::set_global_default(watching).expect("the tests have one subscriber");
    });
}

/// Fails if a line named somebody.
pub(crate) fn end() {
    let found = std::mem::take(&mut *FOUND.lock().unwrap_or_else(PoisonError::into_inner));
    assert!(found.is_empty(), "the log names somebody:\n{}", found.join("\n"));
}

/// What a log can hold with the widest filter that an operator can set.
fn is_let_through(metadata: &Metadata<'_>) -> bool {
    let is_own = metadata.target() == "lienthong" || metadata.target().starts_with("lienthong::");
    is_own || *metadata.level() <= Level::INFO
}

/// Takes a line at a time.
struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        line(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_line_that_names_somebody_is_found() {
    for text in [
        "{\"cause\":\"row (Nguyễn Văn Giả, 1985)\"}",
        "id=001085012345 is taken",
        "officer chv.tran.thi.lap",
        "duplicate key (Tr\\u1ea7n Th\\u1ecb L\\u1eadp)",
        "Ngưỡng Mặc Thưởng 17",
    ] {
        assert!(!PEOPLE.leaks(text.as_bytes()).is_empty(), "{text}");
    }
    assert_eq!(
        PEOPLE.leaks(b"{\"rpc\":\"RequestService/Submit\",\"agency\":\"GIA-LAP.DN.0100109106\"}"),
        []
    );
}
