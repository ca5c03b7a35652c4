#!/usr/bin/env bash
# `make load`: more work than the hub can carry, one agency over its quota, readers that take nothing; each against a hub in a
# process of its own, over loopback. Says what was measured; fails if a promise did not hold. About 2 minutes after the build.
# Arguments go to the benchmark.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

remove_scratch() { rm -rf "$scratch"; }
scratch=$(mktemp -d /var/tmp/lienthong-load.XXXXXX)
on_exit remove_scratch
export TMPDIR=$scratch

ensure_rust
step "load" cargo bench --bench load -- "$@"
