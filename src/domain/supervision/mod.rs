//! Who supervises whom, as a table: what an agency may look at that it is no party to
//! ([decision 0021](../../../docs/decisions/0021-supervision.md)). What no line allows nobody sees.

mod hierarchy;
mod hours;
mod page;
#[cfg(test)]
mod tests;

pub use hierarchy::{Hierarchy, Supervised};
pub use hours::Hours;
pub use page::markdown;

use super::agency::{Role, Scope};
use super::catalogue::rule::{Certainty, Nature};
use super::macros::text_enum;

text_enum! {
    /// Which agencies a line is about.
    pub enum Over {
        /// Those of its own provinces, and of the provinces of agencies of its role below it.
        Territory => "TERRITORY",
        /// Those below it: whose superior it is, directly or through others; successors stand in their predecessors' place.
        Below => "BELOW",
    }
}

text_enum! {
    /// How much of a request is shown, the least first.
    pub enum Sight {
        /// Envelope and progress: parties, state, deadlines, outcome. No content: no documents, measures, attachments or words.
        Envelope => "ENVELOPE",
        /// That and everything that the parties see of it, documents too.
        Documents => "DOCUMENTS",
    }
}

text_enum! {
    /// What a supervisor did.
    pub enum Look {
        /// Read one request.
        Request => "supervise_request",
        /// Read a list of requests.
        List => "supervise_list",
        /// Read the events of one request.
        Events => "supervise_events",
    }
}

/// A line of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Right {
    /// Its name, stable.
    pub name: &'static str,
    /// Who supervises.
    pub by: &'static [Role],
    /// Which agencies.
    pub over: Over,
    /// Of which roles; empty: of the supervisor's own.
    pub of: &'static [Role],
    /// How much is shown of the requests that they sent or received.
    pub sight: Sight,
    /// How far an officer's rights in the supervising agency must go.
    pub scope: Scope,
    /// Whether the parties of a request are told who looked. If not, the supervisor's own auditor is.
    pub is_told: bool,
    /// Law, or the hub's own policy.
    pub nature: Nature,
    /// The article.
    pub basis: &'static str,
    /// How sure LAW.md is of it.
    pub certainty: Certainty,
}

impl Right {
    /// Whether it is about agencies of `of` for a supervisor of the role `by`.
    pub fn covers(&self, by: Role, of: Role) -> bool {
        self.by.contains(&by)
            && if self.of.is_empty() {
                by == of
            } else {
                self.of.contains(&of)
            }
    }
}

/// The table. Where several lines fit, the one that shows most holds, of equals the first.
pub static RIGHTS: &[Right] = &[
    Right {
        name: "procuracy",
        by: &[Role::Procuracy],
        over: Over::Territory,
        of: &[Role::Enforcement, Role::BailiffOffice],
        sight: Sight::Documents,
        scope: Scope::Own,
        is_told: false,
        nature: Nature::Law,
        basis: "Luật 106/2025/QH15, Điều 12.1; Luật Tổ chức Viện kiểm sát nhân dân",
        certainty: Certainty::Recalled,
    },
    Right {
        name: "higher_procuracy",
        by: &[Role::Procuracy],
        over: Over::Below,
        of: &[Role::Procuracy],
        sight: Sight::Documents,
        scope: Scope::All,
        is_told: false,
        nature: Nature::Law,
        basis: "Luật Tổ chức Viện kiểm sát nhân dân (cấp trên lãnh đạo cấp dưới)",
        certainty: Certainty::Recalled,
    },
    Right {
        name: "enforcement_administration",
        by: &[Role::EnforcementAdmin],
        over: Over::Below,
        of: &[Role::Enforcement, Role::BailiffOffice],
        sight: Sight::Documents,
        scope: Scope::All,
        is_told: true,
        nature: Nature::Policy,
        basis: "Luật 106/2025/QH15, Điều 18",
        certainty: Certainty::Derived,
    },
    Right {
        name: "steering_committee",
        by: &[Role::SteeringCommittee],
        over: Over::Territory,
        of: &[Role::Enforcement],
        sight: Sight::Envelope,
        scope: Scope::All,
        is_told: true,
        nature: Nature::Policy,
        basis: "Nghị định 152/2026/NĐ-CP, Điều 103–104",
        certainty: Certainty::Derived,
    },
    Right {
        name: "higher_court",
        by: &[Role::Court],
        over: Over::Below,
        of: &[Role::Court],
        sight: Sight::Envelope,
        scope: Scope::All,
        is_told: true,
        nature: Nature::Policy,
        basis: "Luật 106/2025/QH15, Điều 22.2(d)",
        certainty: Certainty::Derived,
    },
    Right {
        name: "superior",
        by: &[
            Role::Police,
            Role::Bank,
            Role::StateBank,
            Role::Treasury,
            Role::SocialInsurance,
            Role::LandOffice,
            Role::Immigration,
            Role::Prison,
            Role::Tax,
            Role::PeoplesCommittee,
        ],
        over: Over::Below,
        of: &[],
        sight: Sight::Envelope,
        scope: Scope::All,
        is_told: true,
        nature: Nature::Policy,
        basis: "Quan hệ cấp trên, cấp dưới theo đăng ký tại cổng",
        certainty: Certainty::Derived,
    },
];

/// The roles whose reads the parties of a request are told nothing of: no line of theirs is told.
pub fn untold_roles() -> impl Iterator<Item = Role> {
    Role::ALL.iter().copied().filter(|role| {
        let mut lines = RIGHTS.iter().filter(|right| right.by.contains(role)).peekable();
        lines.peek().is_some() && lines.all(|right| !right.is_told)
    })
}
