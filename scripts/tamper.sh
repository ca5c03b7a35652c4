#!/usr/bin/env bash
# `make tamper`: LIENTHONG_TAMPER (100,000) changes of the rows of a database at which everything has happened: every column of every
# table that is evidence or a projection, edited, set to NULL, swapped, copied; rows deleted, put in, doubled, cut off. The verifier must
# find each and name the place. make test does 5,000. LIENTHONG_TAMPER_SEED repeats an earlier run.
#
# The budget is 30 minutes, the build aside; a run that needs longer fails.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

remove_scratch() { rm -rf "$scratch"; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lienthong-tamper.XXXXXX")
on_exit remove_scratch
export TMPDIR=$scratch
export LIENTHONG_TAMPER=${LIENTHONG_TAMPER:-100000}
export LIENTHONG_TAMPER_SEED=${LIENTHONG_TAMPER_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}

ensure_rust
say "LIENTHONG_TAMPER_SEED=$LIENTHONG_TAMPER_SEED"
step "build" cargo test --release --test it --no-run
step "$LIENTHONG_TAMPER changes" cargo test --release --test it verify::tamper::no_change -- --nocapture
