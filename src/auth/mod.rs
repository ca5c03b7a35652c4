//! Certificates and tokens to a [`principal::Principal`], and the policy of what each method asks for (DESIGN section 9).

pub mod admission;
pub mod directory;
pub mod peer;
pub mod policy;
pub mod principal;
pub mod token;
pub mod token_fault;
pub mod trust;

#[cfg(test)]
mod directory_tests;
#[cfg(test)]
mod revocation_tests;
#[cfg(test)]
pub(crate) mod test_registry;
#[cfg(test)]
mod token_tests;
