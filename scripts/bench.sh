#!/usr/bin/env bash
# `make bench`: submits per second on both databases, beside one transaction per request and a bare echo, in one run.
# Arguments go to the benchmark. Both databases stand in /var/tmp, which is a disk where /tmp may be memory.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo_root/scripts/postgres.sh"

remove_scratch() { rm -rf "$scratch"; }
scratch=$(mktemp -d /var/tmp/lienthong-bench.XXXXXX)
on_exit remove_scratch
export TMPDIR=$scratch
export LIENTHONG_POSTGRES_PARENT=${LIENTHONG_POSTGRES_PARENT:-/var/tmp}

ensure_rust
start_private_postgres
say "machine: $(nproc) cores, $(awk '/MemTotal/ {print int($2 / 1048576 + 0.5)}' /proc/meminfo) GiB of memory, $(uname -sr)"
step "bench" cargo bench --bench submit -- "$@"
