#!/usr/bin/env bash
# `make faults`: a full disk, and a PostgreSQL that is killed, frozen or unreachable, each LIENTHONG_FAULT_ROUNDS times (100) while
# callers write and read. They are refused clearly and in time, the hub goes on by itself, nothing acknowledged is lost. make
# test runs a slice of it.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo_root/scripts/postgres.sh"
. "$repo_root/scripts/small_disk.sh"

remove_scratch() { rm -rf "$scratch"; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lienthong-faults.XXXXXX")
on_exit remove_scratch
export TMPDIR=$scratch
export LIENTHONG_FAULT_ROUNDS=${LIENTHONG_FAULT_ROUNDS:-100}

ensure_rust
start_small_disk "$scratch"
start_private_postgres
step "build" cargo build --release --bin lienthong
for fault in disk_full database_away; do
    step "$fault, $LIENTHONG_FAULT_ROUNDS times each" cargo test --release --test it "chaos::$fault" -- --nocapture
done
