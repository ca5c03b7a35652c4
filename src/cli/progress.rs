//! How far long work has come, one line on stderr that is written over; on a file or pipe a line now and then.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::output;
use crate::app::keep::Progress;

/// How often something is said.
const ON_TERMINAL: Duration = Duration::from_millis(200);
const ELSEWHERE: Duration = Duration::from_secs(10);

/// Tells how far it is.
#[derive(Debug)]
pub(super) struct Told {
    vi: &'static str,
    en: &'static str,
    is_terminal: bool,
    last: Mutex<Instant>,
}

impl Told {
    /// About work that is called so.
    pub(super) fn new(vi: &'static str, en: &'static str) -> Self {
        Self {
            vi,
            en,
            is_terminal: std::io::stderr().is_terminal(),
            last: Mutex::new(Instant::now()),
        }
    }
}

impl Progress for Told {
    fn step(&self, what: &str, done: u64) {
        self.tell(what, done);
    }
}

impl crate::verify::Progress for Told {
    fn step(&self, what: &str, done: u64) {
        self.tell(what, done);
    }
}

impl Told {
    fn tell(&self, what: &str, done: u64) {
        let Ok(mut last) = self.last.lock() else { return };
        let every = if self.is_terminal { ON_TERMINAL } else { ELSEWHERE };
        if last.elapsed() < every {
            return;
        }
        *last = Instant::now();
        let (before, after) = if self.is_terminal {
            ("\r\u{1b}[K", "")
        } else {
            ("", "\n")
        };
        output::error(&format!("{before}{} / {}: {what} {done}{after}", self.vi, self.en));
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if self.is_terminal {
            output::error("\r\u{1b}[K");
        }
    }
}
