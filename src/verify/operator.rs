//! What operators did: entries that a hub makes of lines which commands left. Whether it was done the log cannot tell; that each line
//! came into it once, and whole, it can.

use std::collections::BTreeSet;

use super::entry::Event;
use crate::domain::ids::{AgencyCode, OfficerId};
use crate::domain::operator::OperatorLine;
use crate::evidence::leaf::{Leaf, NO_CONTENT};

/// The lines that the log holds so far.
#[derive(Debug, Default)]
pub(super) struct Operators(BTreeSet<String>);

impl Operators {
    /// None: the entry does not say what one must, or says it again.
    pub(super) fn follow(&mut self, event: &Event<'_>, leaf: &Leaf) -> Option<()> {
        OperatorLine::parse(event.subject, event.action, event.details)?;
        let is_by_hub = event.agency == AgencyCode::hub().as_str() && event.officer == OfficerId::hub().as_str();
        let is_alone = event.from_state.is_none() && event.to_state.is_none() && event.counterparty.is_none();
        let is_whole = event.version == 1 && leaf.content_digest == NO_CONTENT;
        (is_by_hub && is_alone && is_whole && self.0.insert(event.subject.to_owned())).then_some(())
    }
}
