//! Liên Thông.
fn main() {}
