#!/usr/bin/env bash
# Starts a real hub on SQLite with generated certificates and plays the foreign client against it. Called by make test.
#
#   LIENTHONG_BIN      the hub's binary
#   LIENTHONG_PYTHON   a Python that has tests/python/requirements.txt
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"

: "${LIENTHONG_BIN:?}" "${LIENTHONG_PYTHON:?}"
hub_id=hub.test.invalid
operator_officer=operator-001
hub_pid=
work=$(mktemp -d "${TMPDIR:-/tmp}/lienthong-foreign.XXXXXX")

stop_hub() {
    if [[ -n $hub_pid ]]; then
        kill -TERM "$hub_pid" 2>/dev/null || true
        for _ in {1..100}; do
            kill -0 "$hub_pid" 2>/dev/null || break
            sleep 0.1
        done
        # A hub that does not stop when asked is a fault, but must not stay behind either.
        if kill -KILL "$hub_pid" 2>/dev/null; then
            say "the hub did not stop within 10 s of SIGTERM"
        fi
        wait "$hub_pid" 2>/dev/null || true
        hub_pid=
    fi
}
remove_work() { rm -rf "$work"; }
on_exit remove_work
on_exit stop_hub

# Start-up: the three commands of an operator's first day.
"$LIENTHONG_BIN" certs dev --out "$work/certs"
"$LIENTHONG_BIN" init --database "sqlite://$work/hub.db" --hub-id "$hub_id" \
    --operator-cert "$work/certs/operator.pem" --operator-officer "$operator_officer"
touch "$work/hub.out"
"$LIENTHONG_BIN" serve --database "sqlite://$work/hub.db" --hub-id "$hub_id" --listen 127.0.0.1:0 \
    --tls-cert "$work/certs/server.pem" --tls-key "$work/certs/server.key" --client-ca "$work/certs/ca.pem" \
    >>"$work/hub.out" 2>"$work/hub.log" &
hub_pid=$!

# The hub says where it listens once it accepts connections.
address=
for _ in {1..300}; do
    address=$(sed -n 's/^listening on //p' "$work/hub.out")
    [[ -z $address ]] || break
    kill -0 "$hub_pid" 2>/dev/null || break
    sleep 0.1
done
if [[ -z $address ]]; then
    cat "$work/hub.log"
    die "the hub did not start"
fi

"$LIENTHONG_PYTHON" "$repo_root/tests/python/foreign_client.py" \
    --proto "$repo_root/proto" --certs "$work/certs" --address "$address" \
    --hub-id "$hub_id" --operator-officer "$operator_officer" \
    --office-cert enforcement --bank-cert bank-a --stranger-cert bank-b ||
    {
        say "the end of the hub's log:"
        tail -n 50 "$work/hub.log"
        exit 1
    }
