//! Every connection is an open file of the operating system, and so is every connection to the database and every document.
//! Connections must not take them all, or the hub could not write any more.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::server::tls::AcceptLimits;

/// Files that are not connections of clients.
const OTHERS: u64 = 512;

/// Raises this process's limit on open files as far as it may, and takes fewer connections where that does not suffice.
pub(super) fn make_room(limits: &mut AcceptLimits) {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit on open files stays");
    }
    let Some(files) = getrlimit(Resource::Nofile).current else {
        return;
    };
    let room = room(files);
    if room < limits.connections {
        tracing::warn!(files, wanted = limits.connections, taken = room, "open_files.few");
        limits.connections = room;
    }
}

/// How many connections may be open where so many files may.
fn room(files: u64) -> usize {
    let others = OTHERS.min(files / 2);
    usize::try_from(files - others).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_database_and_documents() {
        assert_eq!([room(256), room(1_024), room(65_536)], [128, 512, 65_024]);
    }

    #[test]
    fn a_limit_that_the_system_allows_stays_as_it_was() {
        let mut limits = AcceptLimits {
            connections: 1,
            ..AcceptLimits::default()
        };
        make_room(&mut limits);
        assert_eq!(limits.connections, 1);
    }
}
