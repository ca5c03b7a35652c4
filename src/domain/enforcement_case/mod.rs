//! A case (việc thi hành án): what an enforcement agency has to enforce under one quyết định thi hành án (Decree 152/2026 Art. 12.2),
//! and how far it has come.
//!
//! A case is what its changes say, in their order ([`CaseChange`], [`EnforcementCase::apply`]); nothing is overwritten, a mistake is
//! set right by a change that says so. A change holds ids, codes, amounts and dates only: parties and words stand in the sealed
//! document that brought it. So every figure follows from the events, with no calendar and no catalogue.

pub mod change;
pub mod dong;
pub mod due;
pub mod ground;
pub mod money_loop;
pub mod order;
pub mod record;
pub mod rejection;
pub mod state;
pub mod status;
pub mod vocabulary;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use change::{CaseChange, Opened};
pub use dong::Dong;
pub use due::{Due, DueKind};
pub use ground::Ground;
pub use money_loop::{MoneyLoop, Orders};
pub use order::{CaseRequest, OrderPurpose, is_within};
pub use record::{CaseEvent, CaseRecord, DecisionNumber, Stated};
pub use rejection::Rejection;
pub use state::{EnforcementCase, ObligationState};
pub use status::{CaseStatus, MeasureFate};
pub use vocabulary::{CollectionSource, Initiative, Obligation, ObligationId, ObligationKind, Tag, VerifyEvery};
