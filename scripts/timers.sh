#!/usr/bin/env bash
# `make timers`: LIENTHONG_TIMERS_REQUESTS (16,000) requests, which have about 100,000 timers, on each database while hubs are killed with
# -9 and their clocks go wrong, two of them at work where the database is PostgreSQL: each thing must be done once, none early, and in
# the end the same as by one hub that nobody disturbed. Then how many orders a second are taken while LIENTHONG_TIMERS_STORM
# (143,000) requests, which have a million timers, are worked off, beside how many before and after. make test runs a slice.
#
# The budget is 40 minutes a part and database. LIENTHONG_TIMERS_SEED repeats the dice of an earlier run.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo_root/scripts/postgres.sh"

remove_scratch() { rm -rf "$scratch"; }
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/lienthong-timers.XXXXXX")
on_exit remove_scratch
export TMPDIR=$scratch
export LIENTHONG_TIMERS_SEED=${LIENTHONG_TIMERS_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
requests=${LIENTHONG_TIMERS_REQUESTS:-16000}
storm=${LIENTHONG_TIMERS_STORM:-143000}

ensure_rust
ensure_command faketime faketime
start_private_postgres
step "build" cargo build --release --bin lienthong
say "LIENTHONG_TIMERS_SEED=$LIENTHONG_TIMERS_SEED"
step "timers of $requests requests per database" env LIENTHONG_TIMERS_REQUESTS="$requests" \
    cargo test --release --test it timers::storm -- --nocapture --test-threads 1
step "orders beside the timers of $storm requests per database" env LIENTHONG_TIMERS_REQUESTS="$storm" \
    cargo test --release --test it timers::beside -- --ignored --nocapture --test-threads 1
