//! The store: schema, texts, settings and errors of both databases.

mod errors;
mod evidence_tables;
mod migrations;
mod schema;
mod settings;
mod sql_catalogue;
