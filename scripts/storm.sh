#!/usr/bin/env bash
# `make storm`: LIENTHONG_STORM_ORDERS orders (200,000) on each database while readers lose their connections again and again, on
# two hubs where the database is PostgreSQL. Nothing may be skipped. make test runs a slice of it. At most 30 minutes a database.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo_root/scripts/postgres.sh"

remove_scratch() { rm -rf "$scratch"; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lienthong-storm.XXXXXX")
on_exit remove_scratch
export TMPDIR=$scratch
export LIENTHONG_STORM_ORDERS=${LIENTHONG_STORM_ORDERS:-200000}

ensure_rust
start_private_postgres
step "$LIENTHONG_STORM_ORDERS orders per database" cargo test --release --test it exchange::storm -- --nocapture --test-threads 1
