//! The escalation ladder (LAW section 5): who is told when, as a clock runs out and nothing comes. Rungs are data in
//! `catalogue/escalation/`; what is told within the obligor's own line goes by itself, what goes above it is drafted for the
//! sender's head to confirm.
//!
//! A file narrows by what it names. Of two that state the same rung the one that names more weighs more, in this order: the
//! recipient, the sender, the province, the kind, the clock, the role; a file of equal weight for the same thing is a fault.

mod load;
pub mod page;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Deserialize;

use super::agency::Role;
use super::catalogue::rule::{Certainty, Nature, Span, TimeUnit};
use super::error::Localized;
use super::ids::{AgencyCode, KindCode};
use super::macros::text_enum;
use super::territory::current_place;
use super::workflow::{Action, Party};

pub(crate) use load::load;

/// The folder of ladders in a catalogue.
pub const FOLDER: &str = "escalation/";

text_enum! {
    /// Who is told by a rung.
    pub enum Tell {
        /// Whose duty it is, before the due time.
        Remind => "remind",
        /// Both parties of a recipient's clock, the sender of its own: it is over.
        Overdue => "overdue",
        /// The head of the obligor's unit that has it; the parties too.
        HeadOfUnit => "head_of_unit",
        /// The agency above the obligor in its own line, by itself; the parties too.
        Superior => "superior",
        /// An agency above that line: drafted for the sender.
        Draft => "draft",
    }
}

impl Tell {
    /// The step of the workflow that it is.
    pub const fn action(self) -> Action {
        match self {
            Self::Remind => Action::Remind,
            Self::Overdue => Action::Overdue,
            Self::HeadOfUnit | Self::Superior => Action::Escalate,
            Self::Draft => Action::DraftNotice,
        }
    }

    /// Who is told, on pages.
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Remind => "bên phải thực hiện",
            Self::Overdue => "các bên",
            Self::HeadOfUnit => "người đứng đầu đơn vị và các bên",
            Self::Superior => "cơ quan cấp trên và các bên",
            Self::Draft => "dự thảo để thủ trưởng bên gửi xác nhận",
        }
    }
}

/// To which clocks a file applies. What is not named is open.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applies {
    /// Whose clocks: SENDER or RECIPIENT.
    pub obligor: Party,
    /// The role of the agency whose duty it is.
    pub role: Option<Role>,
    /// The clock.
    pub clock: Option<String>,
    /// The kind.
    pub kind: Option<KindCode>,
    /// The province of the agency whose duty it is, two digits.
    pub province: Option<String>,
    /// Who sent it.
    pub sender: Option<AgencyCode>,
    /// Who must answer it.
    pub recipient: Option<AgencyCode>,
}

/// A clock, as far as its ladder depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Whose duty.
    pub obligor: Party,
    /// The role of that agency.
    pub role: Role,
    /// The province of that agency, or empty.
    pub province: &'a str,
    /// The clock.
    pub clock: &'a str,
    /// The kind.
    pub kind: &'a KindCode,
    /// Who sent it.
    pub sender: &'a AgencyCode,
    /// Who must answer it.
    pub recipient: &'a AgencyCode,
}

impl Applies {
    /// How narrow it is: the larger, the narrower.
    pub fn weight(&self) -> u32 {
        let named = [
            self.role.is_some(),
            self.clock.is_some(),
            self.kind.is_some(),
            self.province.is_some(),
            self.sender.is_some(),
            self.recipient.is_some(),
        ];
        named
            .iter()
            .rev()
            .fold(0, |weight, named| weight * 2 + u32::from(*named))
    }

    /// Whether it applies to a clock.
    pub fn fits(&self, subject: &Subject<'_>) -> bool {
        self.obligor == subject.obligor
            && self.role.is_none_or(|role| role == subject.role)
            && self.clock.as_deref().is_none_or(|clock| clock == subject.clock)
            && self.kind.as_ref().is_none_or(|kind| kind == subject.kind)
            && self.sender.as_ref().is_none_or(|sender| sender == subject.sender)
            && self.recipient.as_ref().is_none_or(|code| code == subject.recipient)
            && self.province.as_deref().is_none_or(|province| {
                !subject.province.is_empty() && current_place(province) == current_place(subject.province)
            })
    }
}

text_enum! {
    /// Whose place says which agency of a role is competent.
    pub enum Place {
        /// The sender's: who steers enforcement there.
        Sender => "sender",
        /// The obligor's: who manages it.
        Obligor => "obligor",
    }
}

impl Place {
    const fn sender() -> Self {
        Self::Sender
    }
}

text_enum! {
    /// What a file puts in place of wider ones.
    pub enum Replaces {
        /// Rungs of the same name; the others stay.
        Rungs => "rungs",
        /// All of the ladder.
        Ladder => "ladder",
    }
}

impl Replaces {
    const fn rungs() -> Self {
        Self::Rungs
    }
}

/// A rung of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// Its name: a clock fires each name once.
    pub name: String,
    /// What happens, Vietnamese.
    pub text_vi: String,
    /// What happens, English.
    pub text_en: String,
    /// So long before the due time.
    pub before: Option<Span>,
    /// So long after it; with neither, when the due time is over.
    pub after: Option<Span>,
    /// Who is told.
    pub tell: Tell,
    /// Of a draft: to the agency of this role that is competent for the obligor's place.
    pub role: Option<Role>,
    /// Of a draft to a role: by whose place it is found first.
    #[serde(default = "Place::sender")]
    pub place: Place,
    /// Of a draft: to the agency so many steps above the obligor in its own line, 2 or 3.
    pub level: Option<u8>,
    /// The provision.
    pub basis: String,
    /// Law or policy.
    pub nature: Nature,
    /// How sure that is; of a policy, V says that the provision itself was read.
    pub certainty: Certainty,
}

impl Rung {
    /// In both languages.
    pub fn text(&self) -> Localized {
        Localized::new(self.text_vi.clone(), self.text_en.clone())
    }

    /// How many steps above the obligor in its own line the agency is that is told.
    pub fn level(&self) -> Option<u8> {
        match self.tell {
            Tell::Superior => Some(1),
            Tell::Draft => self.level,
            Tell::Remind | Tell::Overdue | Tell::HeadOfUnit => None,
        }
    }

    /// Where it stands in a ladder: hours from the due time, a working day being as long as a day.
    fn place(&self) -> i64 {
        let hours = |span: Span| {
            let unit = match span.unit {
                TimeUnit::Hours => 1,
                TimeUnit::WorkingHours => 3,
                TimeUnit::WorkingDays | TimeUnit::Days => 24,
                TimeUnit::Months => 24 * 30,
                TimeUnit::Years => 24 * 365,
            };
            i64::from(span.amount) * unit
        };
        match (self.before, self.after) {
            (Some(span), _) => -hours(span),
            (None, Some(span)) => hours(span),
            (None, None) => 0,
        }
    }
}

/// One file of ladders.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderFile {
    /// For pages, Vietnamese.
    pub title_vi: String,
    /// For pages, English.
    pub title_en: String,
    /// Why it is so.
    pub basis: String,
    /// What it puts in place of wider ones.
    #[serde(default = "Replaces::rungs")]
    pub replaces: Replaces,
    /// To which clocks it applies.
    pub applies: Applies,
    /// The rungs.
    #[serde(default, rename = "rung")]
    pub rungs: Vec<Rung>,
}

/// All ladders of a catalogue, the narrowest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Escalation {
    files: Vec<(String, LadderFile)>,
    version: i64,
}

impl Escalation {
    fn of(mut files: Vec<(String, LadderFile)>, version: i64) -> Self {
        files.sort_by_key(|(_, file)| std::cmp::Reverse(file.applies.weight()));
        Self { files, version }
    }

    /// The files with their names, the narrowest first.
    pub fn files(&self) -> &[(String, LadderFile)] {
        &self.files
    }

    /// A number that is another one for other ladders.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The rungs of a clock, in their order.
    pub fn ladder(&self, subject: &Subject<'_>) -> Vec<&Rung> {
        let mut ladder: Vec<&Rung> = Vec::new();
        for (_, file) in self.files.iter().filter(|(_, file)| file.applies.fits(subject)) {
            let wider: Vec<&Rung> = file
                .rungs
                .iter()
                .filter(|rung| ladder.iter().all(|known| known.name != rung.name))
                .collect();
            ladder.extend(wider);
            if file.replaces == Replaces::Ladder {
                break;
            }
        }
        ladder.sort_by_key(|rung| rung.place());
        ladder
    }

    /// The rung of this name that a clock has.
    pub fn rung(&self, subject: &Subject<'_>, name: &str) -> Option<&Rung> {
        self.ladder(subject).into_iter().find(|rung| rung.name == name)
    }

    /// The roles that drafts are addressed to.
    pub fn addressed_roles(&self) -> BTreeSet<Role> {
        let rungs = self.files.iter().flat_map(|(_, file)| &file.rungs);
        rungs.filter_map(|rung| rung.role).collect()
    }
}
