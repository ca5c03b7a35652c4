//! The mailboxes of the cast: what was read stays at hand, since a story comes back to it later.

use std::collections::BTreeMap;

use lienthong_proto::v1::MailboxEntry;
use tokio::time::Instant;

use crate::cli::demo::outcome::Outcome;
use crate::cli::demo::partner::Partner;
use crate::cli::demo::sandbox::PATIENCE;

/// What was read, by the agency's code.
#[derive(Debug, Default)]
pub(super) struct Mail {
    read: BTreeMap<String, Vec<MailboxEntry>>,
}

impl Mail {
    /// The first entry of `reader` that is `wanted`, which is taken out; waits for it with patience.
    pub(super) async fn take(
        &mut self,
        reader: &Partner,
        wanted: impl Fn(&MailboxEntry) -> bool,
    ) -> Outcome<Option<MailboxEntry>> {
        let until = Instant::now() + PATIENCE;
        loop {
            let read = self.read.entry(reader.agency.code.clone()).or_default();
            if let Some(index) = read.iter().position(&wanted) {
                return Ok(Some(read.remove(index)));
            }
            if Instant::now() > until {
                return Ok(None);
            }
            let pulled = reader.pull_for(1).await?;
            if !pulled.advance_to.is_empty() {
                reader.advance(&pulled.advance_to).await?;
            }
            read.extend(pulled.entries);
        }
    }
}
