# shellcheck shell=bash
# Shared by the scripts of this folder. Source it; it sets the shell's safety switches and the cleaning up.
#
#   say TEXT              a line of our own among the tools' output
#   die TEXT              say it and stop with status 1
#   step NAME CMD...      run CMD in a process group of its own, print how long it took, stop the script when
#                         it fails or leaves a process behind
#   on_exit CMD...        run CMD when the script ends, however it ends; last registered, first run
#   free_port             prints a TCP port of 127.0.0.1 that nobody listens on now
#   install_package PKG   apt-get install, as root or through sudo; a clear message where that is impossible

set -euo pipefail

repo_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target_dir=${CARGO_TARGET_DIR:-$repo_root/target}
[[ $target_dir == /* ]] || target_dir=$repo_root/$target_dir
cd "$repo_root"

step_group=
exit_commands=()
step_report=()

say() { printf '== %s\n' "$*"; }

die() {
    printf '== STOPPED: %s\n' "$*" >&2
    exit 1
}

on_exit() { exit_commands+=("$(printf '%q ' "$@")"); }

# The living processes of a process group, one "pid command" per line. Reads /proc, since a small machine has no pgrep.
processes_of_group() {
    local stat_file fields pid name state group
    for stat_file in /proc/[0-9]*/stat; do
        # A process may end between the listing and the reading.
        { read -r fields <"$stat_file"; } 2>/dev/null || continue
        pid=${fields%% *}
        name=${fields#*\(}
        name=${name%)*}
        # After the name, which may hold spaces: state, parent, process group.
        read -r state _ group _ <<<"${fields##*) }"
        if [[ $group == "$1" && $state != Z ]]; then
            printf '%s %s\n' "$pid" "$name"
        fi
    done
}

# Ends a process group: asks first, insists after five seconds.
end_group() {
    [[ -n $(processes_of_group "$1") ]] || return 0
    kill -TERM -- "-$1" 2>/dev/null || true
    for _ in {1..50}; do
        [[ -n $(processes_of_group "$1") ]] || return 0
        sleep 0.1
    done
    kill -KILL -- "-$1" 2>/dev/null || true
}

step() {
    local name=$1 started=$SECONDS status=0 left=
    shift
    say "$name"
    # A group of its own lets an interrupt end the step and all it started, even where only this shell was signalled.
    set -m
    "$@" </dev/null &
    step_group=$!
    set +m
    wait "$step_group" || status=$?
    for _ in {1..20}; do
        left=$(processes_of_group "$step_group")
        [[ -n $left ]] || break
        sleep 0.1
    done
    if [[ -n $left ]]; then
        say "$name left these processes behind:"
        printf '%s\n' "$left"
        end_group "$step_group"
        ((status != 0)) || status=1
    fi
    step_group=
    local took=$((SECONDS - started))
    if ((status != 0)); then
        step_report+=("$(printf 'FAILED  %4d s  %s' "$took" "$name")")
        die "$name failed with status $status after $took s"
    fi
    step_report+=("$(printf 'ok      %4d s  %s' "$took" "$name")")
    say "$name: ok, $took s"
}

finish() {
    local status=$?
    # A second signal must not cut the cleaning short.
    trap '' INT TERM HUP
    trap - EXIT
    set +e
    if [[ -n $step_group ]]; then
        end_group "$step_group"
    fi
    local index
    for ((index = ${#exit_commands[@]} - 1; index >= 0; index--)); do
        eval "${exit_commands[index]}"
    done
    if ((${#step_report[@]} > 0)); then
        printf '\n'
        say "summary"
        printf '%s\n' "${step_report[@]}"
        if ((status == 0)); then
            say "all steps passed, $SECONDS s"
        else
            say "NOT passed (status $status), $SECONDS s"
        fi
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

port_is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the range from which the kernel gives ports to outgoing connections.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)) && port_is_open "$port"; do :; done
    printf '%s\n' "$port"
}

# Runs a command with the rights of root. Status 1 where there is no way to them.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

apt_lists_fresh=
install_package() {
    local package=$1
    command -v apt-get >/dev/null ||
        die "$package is missing and this machine has no apt-get; install it by hand and run again"
    ((EUID == 0)) || command -v sudo >/dev/null ||
        die "$package is missing; run as root, or: apt-get install $package"
    say "installing $package"
    if [[ -z $apt_lists_fresh ]]; then
        as_root apt-get update -q || say "apt-get update failed; trying with the lists that are here"
        apt_lists_fresh=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$package" ||
        die "could not install $package; install it by hand and run again"
}

ensure_command() {
    local command=$1 package=$2
    command -v "$command" >/dev/null || install_package "$package"
    command -v "$command" >/dev/null || die "$package is installed but $command is not in PATH"
}

# Prints a folder in memory if the machine has room for what the tests write, else nothing.
folder_in_memory() {
    local room free
    room=$(df --output=avail --block-size=1G /dev/shm 2>/dev/null | tail -n 1) || return 0
    free=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
    ((room < 4 || free < 8)) || printf '/dev/shm\n'
}

ensure_rust() {
    command -v cargo >/dev/null || [[ ! -r $HOME/.cargo/env ]] || . "$HOME/.cargo/env"
    command -v cargo >/dev/null || die "cargo is missing; install Rust 1.95 or later (rustup) and run again"
    command -v cc >/dev/null || die "a C compiler is missing; on Debian: apt-get install build-essential"
}
