# shellcheck shell=bash
# A private PostgreSQL for one run. Source it after lib.sh.
#
#   start_private_postgres   a new cluster in a temporary folder, on a free port of 127.0.0.1, with a random password and
#                            the durable settings; exports LIENTHONG_TEST_POSTGRES_URL (a superuser; every test makes its
#                            own database), LIENTHONG_TEST_POSTGRES_LOG (what the server logs), LIENTHONG_REQUIRE_POSTGRES=1, and
#                            LIENTHONG_TEST_POSTGRES_BIN, _USER and _FOLDER (the programs, who may run them, a folder within that
#                            user's reach); stopped and removed when the script ends
#   stop_private_postgres    the same, now
#
# LIENTHONG_POSTGRES_PARENT is the folder that gets the temporary one (default: /tmp; a benchmark wants a real disk).

postgres_dir=
postgres_pid=
postgres_bin=
# PostgreSQL refuses to run as root: a prefix that changes to an unprivileged user, empty for everyone else.
postgres_as=()
postgres_user=

find_postgres_bin() {
    local found candidate
    if found=$(command -v initdb) && command -v postgres >/dev/null; then
        postgres_bin=$(dirname "$(readlink -f "$found")")
        return 0
    fi
    # The highest version that the machine holds.
    while read -r candidate; do
        if [[ -x $candidate/initdb && -x $candidate/postgres ]]; then
            postgres_bin=$candidate
            return 0
        fi
    done < <(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin | sort -V -r)
    return 1
}

# Installs the server's binaries without the cluster and the service that the package would set up.
install_postgres() {
    local no_cluster=/etc/postgresql-common/createcluster.d/lienthong-no-cluster.conf
    install_package postgresql-common
    as_root mkdir -p "${no_cluster%/*}"
    printf 'create_main_cluster = false\n' | as_root tee "$no_cluster" >/dev/null
    on_exit as_root rm -f "$no_cluster"
    install_package postgresql
    as_root rm -f "$no_cluster"
}

ensure_postgres() {
    find_postgres_bin || install_postgres
    find_postgres_bin || die "PostgreSQL is installed but initdb is not in PATH or in /usr/lib/postgresql/*/bin"
}

# The user who runs the server: oneself, or as root the package's user, or nobody.
choose_postgres_user() {
    postgres_as=() postgres_user=
    ((EUID == 0)) || return 0
    postgres_user=nobody
    ! id postgres >/dev/null 2>&1 || postgres_user=postgres
    postgres_as=(setpriv --reuid="$postgres_user" --regid="$(id -g "$postgres_user")" --clear-groups)
    chown "$postgres_user" "$postgres_dir"
    "${postgres_as[@]}" test -w "$postgres_dir" ||
        die "user $postgres_user cannot reach $postgres_dir; set LIENTHONG_POSTGRES_PARENT to a folder it can reach"
}

run_as_postgres() { (cd "$postgres_dir" && "${postgres_as[@]}" "$@"); }

start_private_postgres() {
    ensure_postgres
    say "PostgreSQL: $("$postgres_bin/postgres" --version)"
    postgres_dir=$(mktemp -d "${LIENTHONG_POSTGRES_PARENT:-/tmp}/lienthong-pg.XXXXXX")
    on_exit stop_private_postgres
    choose_postgres_user

    local password port log=$postgres_dir/postgres.log
    password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
    # Written by its owner before it holds anything, so that nobody else ever can read it.
    run_as_postgres sh -c 'umask 077; cat >password' <<<"$password"
    # Without a sync of the empty cluster only: the server itself runs with fsync on.
    run_as_postgres "$postgres_bin/initdb" --pgdata=data --data-checksums --no-sync --encoding=UTF8 --locale=C \
        --username=lienthong --pwfile=password --auth-local=trust --auth-host=scram-sha-256 \
        >"$postgres_dir.initdb" 2>&1 || { cat "$postgres_dir.initdb"; rm -f "$postgres_dir.initdb"; die "initdb failed"; }
    rm -f "$postgres_dir.initdb" "$postgres_dir/password"

    for _ in {1..10}; do
        port=$(free_port)
        # --pdeathsig: should this shell be killed outright, the kernel stops the server.
        (
            cd "$postgres_dir" || exit
            exec setpriv "${postgres_as[@]:1}" --pdeathsig=INT "$postgres_bin/postgres" -D "$postgres_dir/data" \
                -c listen_addresses=127.0.0.1 -c port="$port" -c unix_socket_directories="$postgres_dir" \
                -c max_connections=200 -c fsync=on -c synchronous_commit=on -c full_page_writes=on
        ) </dev/null >"$log" 2>&1 &
        postgres_pid=$!
        if wait_for_postgres "$port"; then
            export LIENTHONG_TEST_POSTGRES_URL="postgres://lienthong:$password@127.0.0.1:$port/postgres"
            export LIENTHONG_TEST_POSTGRES_LOG=$log
            export LIENTHONG_REQUIRE_POSTGRES=1
            # For tests that start a server of their own, to kill it.
            export LIENTHONG_TEST_POSTGRES_BIN=$postgres_bin LIENTHONG_TEST_POSTGRES_USER=$postgres_user
            export LIENTHONG_TEST_POSTGRES_FOLDER=$postgres_dir
            say "PostgreSQL answers on 127.0.0.1:$port (in $postgres_dir, on $(stat -f -c %T "$postgres_dir"))"
            return 0
        fi
        # Another program may have taken the port between the look and the start. Every other reason would come again.
        grep -q 'Address already in use' "$log" || break
    done
    tail -n 30 "$log" >&2
    die "PostgreSQL did not start"
}

# Waits until the server takes connections; status 1 when it ends or needs longer than 60 s.
wait_for_postgres() {
    for _ in {1..600}; do
        kill -0 "$postgres_pid" 2>/dev/null || { postgres_pid=; return 1; }
        if "$postgres_bin/pg_isready" -q -h "$postgres_dir" -p "$1" -U lienthong -d postgres; then
            return 0
        fi
        sleep 0.1
    done
    return 1
}

stop_private_postgres() {
    if [[ -n $postgres_pid ]]; then
        # Fast shutdown; sessions still open are ended.
        kill -INT "$postgres_pid" 2>/dev/null || true
        for _ in {1..300}; do
            kill -0 "$postgres_pid" 2>/dev/null || break
            sleep 0.1
        done
        # After 30 s: immediate shutdown. The folder goes anyway.
        kill -QUIT "$postgres_pid" 2>/dev/null || true
        wait "$postgres_pid" 2>/dev/null || true
        postgres_pid=
    fi
    if [[ -n $postgres_dir ]]; then
        rm -rf "$postgres_dir"
        postgres_dir=
    fi
}
