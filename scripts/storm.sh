#!/usr/bin/env bash
# `make storm`: LIENTHONG_STORM_ORDERS orders (200,000) on each database while readers and clients break off again and again and
# hubs are killed with -9, two of them at work where the database is PostgreSQL, which dawdles before commits. Nothing may be
# skipped or act twice, and no release be seen before its freeze. Before that LIENTHONG_STORM_INTERLEAVINGS (500) random
# schedules of orders and readers against the ledger itself. make test runs a slice of both.
#
# The budget is 30 minutes a database; a storm that needs longer fails. LIENTHONG_STORM_SEED repeats the dice of an earlier run.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo_root/scripts/postgres.sh"

remove_scratch() { rm -rf "$scratch"; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lienthong-storm.XXXXXX")
on_exit remove_scratch
export TMPDIR=$scratch
export LIENTHONG_STORM_ORDERS=${LIENTHONG_STORM_ORDERS:-200000}
export LIENTHONG_STORM_INTERLEAVINGS=${LIENTHONG_STORM_INTERLEAVINGS:-500}
export LIENTHONG_STORM_SEED=${LIENTHONG_STORM_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}

ensure_rust
start_private_postgres
step "build" cargo build --release --bin lienthong
say "LIENTHONG_STORM_SEED=$LIENTHONG_STORM_SEED"
step "$LIENTHONG_STORM_INTERLEAVINGS schedules per database" \
    cargo test --release --test it exchange::interleavings -- --test-threads 1
step "$LIENTHONG_STORM_ORDERS orders per database" \
    cargo test --release --test it exchange::storm -- --nocapture --test-threads 1
