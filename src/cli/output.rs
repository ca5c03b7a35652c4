//! Writing to the terminal. A reader that has gone (`| head`) is no error; a full disk is one, told at the end.

use std::io::{ErrorKind, Write as _};
use std::sync::OnceLock;

use super::failure::Failure;

/// The first fault of stdout.
static FAULT: OnceLock<String> = OnceLock::new();

/// Fails if something could not be written to stdout.
pub(super) fn check() -> Result<(), Failure> {
    match FAULT.get() {
        None => Ok(()),
        Some(fault) => Err(Failure::failed(
            format!("Không ghi được kết quả: {fault}"),
            format!("The output cannot be written: {fault}"),
        )),
    }
}

/// Writes to stdout.
pub(super) fn text(text: &str) {
    bytes(text.as_bytes());
}

/// Writes bytes to stdout.
pub(super) fn bytes(bytes: &[u8]) {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            FAULT.get_or_init(|| error.to_string());
        }
        _ => {}
    }
}

/// Writes a line to stdout.
pub(super) fn line(line: &str) {
    text(&format!("{line}\n"));
}

/// Writes to stderr.
pub(super) fn error(text: &str) {
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}

/// A date as it is written in Viet Nam, for example `23/11/2026`; what is no date stays as it is.
pub(super) fn date(text: &str) -> String {
    text.parse::<jiff::civil::Date>()
        .map_or_else(|_| text.to_owned(), |date| date.strftime("%d/%m/%Y").to_string())
}
