#!/usr/bin/env bash
# `make test`: everything the project promises, on SQLite and on PostgreSQL, from a fresh clone on.
#
# Sets up what it needs (PostgreSQL binaries, strace, SoftHSM, a Python environment), starts a private PostgreSQL, runs every
# test, the .proto lint and the foreign client, and leaves nothing running. The exit status is the verdict.
#
# Arguments go to `cargo test`, for a part of it: scripts/test.sh --test it ledger
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo_root/scripts/postgres.sh"
. "$repo_root/scripts/python.sh"
. "$repo_root/scripts/small_disk.sh"

# One folder for all that the tests write, so that nothing of theirs outlives this script, killed hubs' files included. In
# memory where there is room: every database runs with its durable settings all the same, the tests count the calls of fsync
# and kill processes, and none cuts the power, which is all that a disk would make a difference to.
remove_scratch() { rm -rf "$scratch"; }
memory=$(folder_in_memory)
scratch=$(mktemp -d "${TMPDIR:-${memory:-/tmp}}/lienthong-test.XXXXXX")
export LIENTHONG_POSTGRES_PARENT=${LIENTHONG_POSTGRES_PARENT:-${memory:-/tmp}}
on_exit remove_scratch
export TMPDIR=$scratch

ensure_rust
ensure_command strace strace
# Keys in tokens: a token in software, and the tool that puts certificates into one.
ensure_command softhsm2-util softhsm2
ensure_command pkcs11-tool opensc
# Clocks of hubs that leap.
ensure_command faketime faketime
ensure_python_env
offer_buckets
start_small_disk "$scratch"
start_private_postgres

step "build" cargo build --workspace --bin lienthong
if (($# > 0)); then
    step "tests: $*" cargo test "$@"
    exit
fi
step "golden tables" "$python_env/bin/python" tests/golden/make.py --check
step "tests" cargo test --workspace
lint_proto
step "foreign client" env LIENTHONG_BIN="$target_dir/debug/lienthong" LIENTHONG_PYTHON="$python_env/bin/python" \
    tests/python/run.sh
