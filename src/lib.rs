//! Liên Thông: the hub for enforcement requests between Vietnamese agencies.

pub mod app;
pub mod auth;
pub mod blobs;
pub mod cli;
pub mod client;
pub mod domain;
pub mod evidence;
pub mod grpc;
pub mod interchange;
pub mod sealing;
pub mod server;
pub mod signing;
pub mod store;
pub mod verify;
