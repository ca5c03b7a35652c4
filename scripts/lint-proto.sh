#!/usr/bin/env bash
# `make lint-proto`: the style of the .proto files, by buf. The exceptions and their reasons stand in buf.yaml.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo_root/scripts/python.sh"

ensure_python_env
lint_proto
