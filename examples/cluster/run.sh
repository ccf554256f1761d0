#!/usr/bin/env bash
# Three Aether servers on one machine, over one PostgreSQL database, behind nginx: ./run.sh [COMMAND…]
#
# It starts a PostgreSQL server of its own in a temporary directory, and stops and removes all of it at the end. With a command, runs that
# against the cluster and ends with its exit code; AETHER_SERVER is set for it. Without, waits for Ctrl-C.
# AETHER_BIN is the program to run, aether from the PATH otherwise. GRPC_PORT and HTTP_PORT are where the cluster listens.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
aether=${AETHER_BIN:-aether}
export GRPC_PORT=${GRPC_PORT:-7233} HTTP_PORT=${HTTP_PORT:-7234}
nodes=3

for program in "$aether" nginx psql; do
    command -v "$program" >/dev/null || { echo "run.sh: $program is missing (apt-get install nginx-light postgresql)" >&2; exit 1; }
done

directory=$(mktemp -d)
pids=()
stop() {
    trap - EXIT INT TERM
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    "${as_user[@]}" "$postgres/pg_ctl" -D "$directory/data" -m fast stop >/dev/null 2>&1 || true
    rm -rf "$directory"
}
trap stop EXIT
trap 'exit 130' INT TERM

# PostgreSQL, which does not run as root.
postgres=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
as_user=()
if [ "$(id -u)" = 0 ]; then
    as_user=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
    chown nobody "$directory"
    chmod 755 "$directory"
fi
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
(cd / && "${as_user[@]}" "$postgres/initdb" -D "$directory/data" -U aether -A trust -E UTF8 >"$directory/initdb.log")
(cd / && "${as_user[@]}" "$postgres/pg_ctl" -D "$directory/data" -w -l "$directory/data/log" \
    -o "-p $port -k '$directory' -c listen_addresses=127.0.0.1" start >/dev/null)
psql -Xq -h 127.0.0.1 -p "$port" -U aether -c 'CREATE DATABASE aether' postgres
url=postgres://aether@127.0.0.1:$port/aether

configuration=$(sed "s|@DIRECTORY@|$directory|g; s|@GRPC@|$GRPC_PORT|; s|@HTTP@|$HTTP_PORT|" "$here/nginx.conf")
mkdir "$directory/logs"
for number in $(seq "$nodes"); do
    mkdir "$directory/node-$number"
    (cd "$directory/node-$number" && exec "$aether" serve --db "$url" --grpc-port 0 --http-port 0 --metrics-port 0 \
        --ready-file ready.json >/dev/null 2>>"$directory/logs/node-$number") &
    pids+=($!)
done
for number in $(seq "$nodes"); do
    ready=$directory/node-$number/ready.json
    for _ in $(seq 300); do [ -e "$ready" ] && break || sleep 0.1; done
    [ -e "$ready" ] || { echo "run.sh: server $number did not start:" >&2; cat "$directory/logs/node-$number" >&2; exit 1; }
    ports=$(python3 -c 'import json, sys; ports = json.load(open(sys.argv[1])); print(ports["grpc"], ports["http"])' "$ready")
    configuration=$(sed "s|@GRPC_$number@|${ports% *}|; s|@HTTP_$number@|${ports#* }|" <<<"$configuration")
done
echo "$configuration" >"$directory/nginx.conf"
nginx -p "$directory" -c "$directory/nginx.conf" 2>>"$directory/nginx.log" &
pids+=($!)
for _ in $(seq 100); do python3 -c "import socket; socket.create_connection(('127.0.0.1', $GRPC_PORT), 1)" 2>/dev/null && break || sleep 0.1; done

export AETHER_SERVER=http://127.0.0.1:$GRPC_PORT
echo "three servers behind $AETHER_SERVER, pages at http://localhost:$HTTP_PORT, database $url"
if [ $# -gt 0 ]; then
    "$@"
else
    echo "Ctrl-C stops them."
    wait
fi
