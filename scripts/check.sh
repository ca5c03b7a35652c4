#!/usr/bin/env bash
# `make check`: format, lints and documentation, all without a warning. Changes nothing.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ensure_rust

step "format" cargo fmt --all --check
step "lints" cargo clippy --workspace --all-targets -- -D warnings
step "documentation" env RUSTDOCFLAGS="${RUSTDOCFLAGS:-} -D warnings" \
    cargo doc --workspace --no-deps --document-private-items
if command -v cargo-deny >/dev/null; then
    step "licences and banned crates" cargo deny check bans licenses sources
else
    say "licences and banned crates: left out, cargo-deny is not installed"
fi
