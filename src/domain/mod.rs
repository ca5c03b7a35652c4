//! The pure core: words, rules and decisions. No I/O, no async, no wire types.

pub mod agency;
pub mod calendar;
pub mod catalogue;
pub mod certificate;
pub mod deadline;
pub mod document;
pub mod endpoint;
pub mod error;
pub mod error_code;
pub mod error_page;
pub mod event;
pub mod identifier;
pub mod ids;
pub mod json;
pub mod macros;
pub mod mailbox;
pub mod money;
pub mod pointer;
pub mod print;
pub mod register;
pub mod request;
pub mod territory;
pub mod text;
pub mod time;
pub mod viewer;
pub mod workflow;
