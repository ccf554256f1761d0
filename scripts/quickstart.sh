#!/usr/bin/env bash
# From nothing to a first durable workflow: builds, starts a server on free ports with a database of its own, runs
# examples/quickstart against it, shows what was recorded, and stops what it started.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

ensure_swift
ensure_packages libsqlite3-dev libnghttp2-dev

echo "Building (the first time takes some minutes)."
swift build --product aether
swift build --product quickstart
bin=$(swift build --show-bin-path)

work=$(mktemp -d)
server=
stop() {
    if [ -n "$server" ] && kill -TERM "$server" 2>/dev/null; then
        wait "$server" || true
    fi
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The server prints its first line once it serves; if it can't, its standard output ends instead.
mkfifo "$work/output"
"$bin/aether" serve --grpc-port 0 --http-port 0 --metrics-port 0 --db "$work/aether.db" \
    --ready-file "$work/ready.json" >"$work/output" &
server=$!
exec {output}<"$work/output"
read -r line <&"$output" || { echo "quickstart: the server did not start; its reason is above" >&2; exit 1; }
echo "$line"
port=$(sed 's/.*"grpc":\([0-9]*\).*/\1/' "$work/ready.json")
export AETHER_SERVER="http://localhost:$port"

echo
echo "\$ swift run quickstart"
"$bin/quickstart"

run=$("$bin/aether" workflow list --type hello-world --limit 1 --json | sed 's/^{"id":"\([^"]*\)".*/\1/')
echo
echo "\$ aether workflow history $run"
"$bin/aether" workflow history "$run"
