//! gRPC: decode, call `app`, encode. The only place in the hub that knows `tonic::Status`.

pub mod auth_layer;
pub mod status;

#[cfg(test)]
mod auth_layer_tests;
