//! Clocks of hubs that a test sets: the machine's, ahead or back by what stands in a file (libfaketime). The steady count is real.

use std::path::{Path, PathBuf};

use lienthong::domain::time::{Clock as _, Timestamp};
use lienthong::server::clock::SystemClock;

use crate::chaos::process::HubProgram;
use crate::harness::database::skipped;

/// Where libfaketime may be.
const LIBRARIES: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
];

const SECOND: i64 = 1_000_000;

/// How clocks are set, if they can be on this machine; says loudly that the test is left out, if not.
pub(super) fn library() -> Option<&'static str> {
    let found = LIBRARIES.into_iter().find(|library| Path::new(library).exists());
    if found.is_none() {
        skipped("hubs whose clocks leap, because libfaketime is not here (make test installs it)");
    }
    found
}

/// The time that is true for all: the machine's and so many seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrueTime(i64);

impl TrueTime {
    /// It begins at a moment.
    pub(super) fn from(moment: Timestamp) -> Self {
        Self((moment.micros() - SystemClock.now().micros()) / SECOND)
    }

    /// So many seconds pass at once.
    pub(super) fn pass(&mut self, seconds: i64) {
        self.0 += seconds;
    }

    /// Now.
    pub(super) fn now(self) -> Timestamp {
        SystemClock.now().plus_micros(self.0 * SECOND)
    }
}

/// The clock of one hub.
pub(super) struct HubClock(PathBuf);

impl HubClock {
    /// Gives a program a clock that can be set.
    pub(super) fn of(program: HubProgram, library: &str) -> (HubProgram, Self) {
        let file = program.path("clock");
        let program = program
            .variable("LD_PRELOAD", library)
            .variable("FAKETIME_TIMESTAMP_FILE", file.to_str().expect("UTF-8"))
            .variable("FAKETIME_NO_CACHE", "1")
            .variable("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        (program, Self(file))
    }

    /// Sets it: the true time and so many seconds. A hub never sees half a file.
    pub(super) fn set(&self, time: TrueTime, ahead: i64) {
        let written = self.0.with_extension("new");
        std::fs::write(&written, format!("{:+}\n", time.0 + ahead)).expect("a file");
        std::fs::rename(written, &self.0).expect("the clock is set");
    }
}
