# shellcheck shell=bash
# A small file system that tests may fill. Source it after lib.sh.
#
#   start_small_disk FOLDER   an ext4 of LIENTHONG_SMALL_DISK_MIB (96) in a file below FOLDER, mounted there; exports
#                             LIENTHONG_SMALL_DISK, where it is mounted; unmounted when the script ends. Where nothing may be
#                             mounted (no root, no loop devices) it says so, and the tests that need it are left out

small_disk=

start_small_disk() {
    local image=$1/small-disk.img place=$1/small-disk
    mkdir "$place"
    # The user who runs PostgreSQL comes through here.
    chmod go+x "$1"
    if make_small_disk "$image" "$place" >"$1/small-disk.log" 2>&1; then
        small_disk=$place
        on_exit stop_small_disk
        export LIENTHONG_SMALL_DISK=$place
        return
    fi
    tail -n 3 "$1/small-disk.log"
    say "NO SMALL DISK: the tests of a full disk are left out (mounting one needs root or sudo, and loop devices)"
    step_report+=("SKIPPED          tests of a full disk: no small file system could be mounted")
}

make_small_disk() {
    PATH=$PATH:/usr/sbin:/sbin
    truncate --size="${LIENTHONG_SMALL_DISK_MIB:-96}M" "$1" &&
        mkfs.ext4 -q -m 0 "$1" &&
        as_root mount -o loop "$1" "$2" &&
        as_root chmod 1777 "$2"
}

stop_small_disk() {
    [[ -n $small_disk ]] || return 0
    # A process that was killed may hold it for a moment.
    for _ in {1..50}; do
        ! as_root umount "$small_disk" 2>/dev/null || { small_disk=; return 0; }
        sleep 0.1
    done
    as_root umount --lazy "$small_disk" || true
    small_disk=
}
