//! Writing to the terminal. A reader that has gone (`| head`) is no error.

use std::io::Write as _;

/// Writes to stdout.
pub(super) fn text(text: &str) {
    let mut stdout = std::io::stdout().lock();
    drop(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()));
}

/// Writes a line to stdout.
pub(super) fn line(line: &str) {
    text(&format!("{line}\n"));
}

/// Writes to stderr.
pub(super) fn error(text: &str) {
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}
