#!/bin/sh
# Runs a command against a PostgreSQL 15 of Debian's package, started for it and gone after it.
# Usage: sh tests/on_postgres15.sh COMMAND…
set -eu

server=/usr/lib/postgresql/15/bin
if [ ! -x "$server/initdb" ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "PostgreSQL 15 is not installed: install Debian's package postgresql-15 first." >&2
        exit 2
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-15
fi

# The server refuses to run as root, so there it runs as the user that its package made.
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd /tmp && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

place=$(mktemp -d)
[ "$(id -u)" -ne 0 ] || chown postgres "$place"
stopped() {
    as_server "$server/pg_ctl" -D "$place/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$place"
}
trap stopped EXIT
trap 'exit 130' INT TERM

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_server "$server/initdb" -D "$place/data" -U postgres --auth=trust --encoding=UTF8 --locale=C >/dev/null
as_server "$server/pg_ctl" -D "$place/data" -w -l "$place/log" \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$place -c max_connections=300 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off" start >/dev/null

TEST_DATABASE_URL="postgresql://postgres@127.0.0.1:$port/postgres" "$@"
