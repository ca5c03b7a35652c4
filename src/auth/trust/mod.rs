//! Which certificates the hub believes: the authorities that sign clients' certificates, and what those have revoked
//! (CRLs, RFC 5280 section 5). Decision 0014 says how a list that is missing, old or broken is met.

pub mod anchor;
pub mod book;
pub mod crl;
pub mod seals;
pub mod verifier;

#[cfg(test)]
mod book_tests;
