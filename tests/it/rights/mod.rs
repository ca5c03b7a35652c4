//! Officers' rights within an agency: own, unit, all. What each officer sees and may do is held against the rule, over every
//! RPC that names a request.

mod change;
mod deadlines;
mod documents;
mod handing_over;
mod lists;
mod naming;
mod seen;
mod staff;
mod under_lock;
