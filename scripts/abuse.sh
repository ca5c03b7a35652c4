#!/usr/bin/env bash
# `make abuse`: one agency abuses HTTP/2 and its connections in every way of the table in tests/it/exchange/abuse/attacks.rs, each
# for LIENTHONG_ABUSE_SECONDS (15), while another one must be served and the hub's memory stays bounded. make test runs a
# slice of it. About 5 minutes, on SQLite, over loopback.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

remove_scratch() { rm -rf "$scratch"; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lienthong-abuse.XXXXXX")
on_exit remove_scratch
export TMPDIR=$scratch
export LIENTHONG_ABUSE_SECONDS=${LIENTHONG_ABUSE_SECONDS:-15}

ensure_rust
step "$LIENTHONG_ABUSE_SECONDS seconds of each attack" cargo test --release --test it exchange::abuse -- --nocapture
