#!/usr/bin/env bash
# A temporary PostgreSQL cluster for tests: loopback only, a free port, no fsync. Everything is in DIR.
#
#   scripts/pg.sh start DIR    makes and starts it, prints its URL
#   scripts/pg.sh url DIR      prints its URL
#   scripts/pg.sh stop DIR     stops it and removes what it wrote
#   scripts/pg.sh available    succeeds when this machine can do that
set -euo pipefail

# Debian keeps the server's programs out of PATH, one folder a version; the newest is taken.
bin_dir() {
    local found
    found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    if [ -z "$found" ] && command -v initdb >/dev/null; then found=$(dirname "$(command -v initdb)"); fi
    [ -n "$found" ] && [ -x "$found/initdb" ] && echo "$found"
}

# The server refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# A port nobody listens on. Somebody else may take it before the server does: `start` then tries another.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

url() {
    echo "postgres://postgres@127.0.0.1:$(cat "$1/port")/postgres"
}

start() {
    local dir=$1 bin port
    bin=$(bin_dir) || { echo "PostgreSQL is not installed" >&2; return 1; }
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
    as_postgres "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log"
    as_postgres tee -a "$dir/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
max_connections = 300
fsync = off
synchronous_commit = off
full_page_writes = off
CONF
    for _ in 1 2 3 4 5; do
        port=$(free_port)
        if as_postgres "$bin/pg_ctl" -D "$dir/data" -o "-p $port" -l "$dir/server.log" -w -s start >&2; then
            echo "$port" >"$dir/port"
            url "$dir"
            return
        fi
    done
    cat "$dir/server.log" >&2
    return 1
}

stop() {
    local dir=$1 bin
    bin=$(bin_dir)
    # Nobody will read this cluster again, so there is nothing to write back.
    if [ -f "$dir/data/postmaster.pid" ]; then as_postgres "$bin/pg_ctl" -D "$dir/data" -m immediate -w -s stop; fi
    rm -rf "$dir/data" "$dir/port" "$dir/initdb.log" "$dir/server.log"
}

case "${1:-}" in
available) bin_dir >/dev/null ;;
start | stop | url) "$1" "${2:?a folder is needed}" ;;
*)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
