#!/usr/bin/env bash
# `make figures-scale`: LIENTHONG_FIGURES_REQUESTS (1,000,000) requests and three times as many events in each database, put in by a few
# statements and not through the API; then how long one partner's scorecard, a page of overdue deadlines at any depth, a timeline
# and all scorecards take, with the plans. Fails if one takes longer than decision 0029 promises. Needs about 4 GB on disk.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo_root/scripts/postgres.sh"

remove_scratch() { rm -rf "$scratch"; }
scratch=$(mktemp -d /var/tmp/lienthong-figures.XXXXXX)
on_exit remove_scratch
export TMPDIR=$scratch
export LIENTHONG_FIGURES_REQUESTS=${LIENTHONG_FIGURES_REQUESTS:-1000000}

ensure_rust
start_private_postgres
step "build" cargo test --release --test it --no-run
step "$LIENTHONG_FIGURES_REQUESTS requests" cargo test --release --test it tracking::scale -- --ignored --nocapture --test-threads=1
