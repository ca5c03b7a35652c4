# shellcheck shell=bash
# The Python environment of the foreign client, of buf and of rclone. Source it after lib.sh.
#
#   ensure_python_env   makes it when it is missing; sets python_env to its folder
#   offer_buckets       tells the tests where rclone is and which keys its servers take, after ensure_python_env
#   lint_proto          style and format of the .proto files, after ensure_python_env
#
# It stands under target/, keyed by the pinned requirements and the Python that made it, so that a second run costs nothing.

python_env=

ensure_python_env() {
    local requirements=$repo_root/tests/python/requirements.txt key
    ensure_command python3 python3
    # Debian leaves the maker of environments out of its python3 package.
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_package python3-venv
    key=$({ cat "$requirements"; python3 -c 'import sys; print(sys.version, sys.executable)'; } | sha256sum | cut -c1-16)
    python_env=$target_dir/python-venv/$key
    # The mark is written last: an environment that was interrupted half-way is made again.
    if [[ ! -e $python_env/complete ]]; then
        step "python environment" make_python_env "$requirements"
    fi
}

make_python_env() {
    rm -rf "$python_env"
    mkdir -p "$python_env"
    python3 -m venv "$python_env"
    "$python_env/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --no-deps --only-binary :all: --requirement "$1"
    "$python_env/bin/python" -m pip check --disable-pip-version-check
    touch "$python_env/complete"
}

# Every test starts a server of its own.
offer_buckets() {
    export LIENTHONG_TEST_RCLONE=$python_env/bin/rclone LIENTHONG_REQUIRE_RCLONE=1
    export AWS_ACCESS_KEY_ID=gia-lap AWS_SECRET_ACCESS_KEY=$RANDOM$RANDOM$RANDOM
}

# The rules stand in buf.yaml.
lint_proto() {
    step "buf lint" "$python_env/bin/buf" lint
    step "buf format" "$python_env/bin/buf" format --diff --exit-code
}
