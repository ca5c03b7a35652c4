#!/usr/bin/env bash
# `make chaos`: kill -9 under load, LIENTHONG_CHAOS_KILLS times (100) on each database. Afterwards every acknowledged
# submit is there once, positions are dense and the tree head recomputes. Then LIENTHONG_SIGNING_KILLS times (200) on entering each call
# around signing and COMMIT: published heads never fork. make test runs a slice of both.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo_root/scripts/postgres.sh"

remove_scratch() { rm -rf "$scratch"; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lienthong-chaos.XXXXXX")
on_exit remove_scratch
export TMPDIR=$scratch
export LIENTHONG_CHAOS_KILLS=${LIENTHONG_CHAOS_KILLS:-100}
export LIENTHONG_SIGNING_KILLS=${LIENTHONG_SIGNING_KILLS:-200}

ensure_rust
start_private_postgres
step "build" cargo build --release --bin lienthong
step "$LIENTHONG_CHAOS_KILLS kills per database" cargo test --release --test it chaos -- --nocapture
