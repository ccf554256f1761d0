#!/usr/bin/env bash
# What examples/cluster/README.md says: the examples run against three servers behind nginx as against one, and while nothing goes on
# the servers ask their database little. Then two servers with TLS and tokens: ./run.sh FOLDER-OF-THE-BUILT-PROGRAMS.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(realpath "${1:?usage: run.sh FOLDER}")
fail() { echo "cluster: $*" >&2; exit 1; }

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill -TERM "$server" && wait "$server"; } || true; rm -rf "$work"' EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# Ids are made anew each time, and clients' lines come as they come.
comparable() { sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/ID/g; s/entry-[0-9]+/ENTRY/g' | sort; }

mkfifo "$work/output"
(cd "$work" && exec "$bin/aether" serve --grpc-port 0 --http-port 0 --no-metrics --ready-file ready) >"$work/output" &
server=$!
exec {output}<"$work/output"
read -r _ <&"$output" || fail "the server did not start"
port=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["grpc"])' "$work/ready")

AETHER_BIN=$bin/aether
GRPC_PORT=$(free_port)
HTTP_PORT=$(free_port)
export AETHER_BIN GRPC_PORT HTTP_PORT

for example in quickstart order-processing; do
    AETHER_SERVER=http://127.0.0.1:$port "$bin/$example" | comparable >"$work/one"
    "$root/examples/cluster/run.sh" "$bin/$example" | grep -v '^three servers behind' | comparable >"$work/three"
    [ -s "$work/one" ] || fail "$example prints nothing"
    diff "$work/one" "$work/three" || fail "$example prints something else against three servers"
    echo "$example: the same against three servers"
done

# What they do, PostgreSQL writes into its log.
cat >"$work/idle.sh" <<'IDLE'
set -euo pipefail
database=$(sed -n 's/.*database \(postgres:[^ ]*\)$/\1/p' "$1")
ask() { psql -XAtq -d "$database" -c "$1"; }
# They spread their shards first: PostgreSQL tells nobody when they have, so it is asked.
for _ in $(seq 300); do
    owners=$(ask "SELECT count(DISTINCT owner) * (count(*) FILTER (WHERE owner IS NULL) = 0)::int FROM aether.shard")
    [ "$owners" = 3 ] && break || sleep 0.1
done
[ "$owners" = 3 ] || { echo "the shards are not spread over the servers" >&2; exit 1; }
log=$(ask "SHOW data_directory")/log
ask "ALTER SYSTEM SET log_line_prefix = '%a '"
ask "ALTER SYSTEM SET log_statement = 'all'"
ask "SELECT pg_reload_conf()" >/dev/null
# A server's connection reads the new configuration before its next query: from the first line of one on it is counted.
for _ in $(seq 100); do grep -qa '^aether LOG' "$log" && break || sleep 0.1; done
before=$(wc -l <"$log")
# The time that is measured.
sleep 20
tail -n +"$((before + 1))" "$log" | grep -aE '^aether LOG: +(execute|statement)' >"$2"
IDLE
"$root/examples/cluster/run.sh" bash -c 'exec bash "$0" "$1" "$2"' "$work/idle.sh" "$work/idle.txt" "$work/queries" >"$work/idle.txt"
queries=$(wc -l <"$work/queries")
echo "three servers that do nothing: $queries queries in 20 s"
[ "$queries" -gt 0 ] || fail "the queries of servers that do nothing are not seen"
[ "$queries" -lt 40 ] || { sort "$work/queries" | uniq -c >&2; fail "three servers that do nothing ask their database twice a second or more"; }

python3 "$root/Tests/Cluster/secured.py" "$bin/aether"
