#!/usr/bin/env bash
# Makes a project with `aether init`, and builds, tests and runs it as its README says: ./run.sh FOLDER-OF-THE-BUILT-PROGRAMS.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(realpath "${1:?usage: run.sh FOLDER}")
fail() { echo "init: $*" >&2; exit 1; }

home=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || { kill -TERM "$server" && wait "$server"; } || true
    server=
}
trap 'stop; rm -rf "$home"' EXIT
cd "$home"
"$bin/aether" init demo --sdk-path "$root"
if "$bin/aether" init demo --sdk-path "$root" 2>refusal; then fail "a second init is not refused"; fi
grep -q "README.md" refusal || fail "the refusal does not say what is there"

# Where the README's package is built too: its dependencies are the same.
export SWIFTPM_BUILD_DIR=$root/.build/projects
cd demo
swift build
swift test
expected="order-1: 42 paid"
# By itself, with a server inside: any free port will do for the URL.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export AETHER_SERVER=http://localhost:$port
for _ in first second; do
    [ "$(swift run --skip-build demo 2>/dev/null)" = "$expected" ] || fail "the program prints something else"
done
[ -f data/aether.db ] || fail "the database is not in data/"

# Against a server of its own.
mkfifo server
"$bin/aether" serve --grpc-port "$port" --http-port 0 --metrics-port 0 >server &
server=$!
exec {output}<server
read -r _ <&"$output" || fail "the server did not start"
[ "$(swift run --skip-build demo 2>/dev/null)" = "$expected" ] || fail "the program prints something else with a server"
"$bin/aether" status order-1 | grep -q COMPLETED || fail "the run is not on the server"
stop

# In TypeScript, with the SDK packed as it is handed out and without a network.
. "$root/scripts/packages.sh"
. "$root/scripts/typescript.sh"
ensure_typescript "$root"
"$root/sdks/typescript/build.sh"
cd "$home"
(cd "$root/sdks/typescript" && npm pack --offline --silent --pack-destination "$home" >/dev/null)
export npm_config_cache=$home/cache npm_config_offline=true npm_config_update_notifier=false AETHER_BIN=$bin/aether
if "$bin/aether" init no-sdk --template typescript --sdk-path "$home" 2>refusal; then fail "a folder without an SDK is taken"; fi
grep -q "has no SDK for TypeScript" refusal || fail "the refusal does not say what is missing"
"$bin/aether" init Demo-TS --template typescript --sdk-path "$(echo "$home"/*.tgz)"
cd Demo-TS
npm install --no-audit --no-fund
mkdir -p node_modules/@types
ln -s "$root/.build/typescript/types/node" node_modules/@types/node
npm run build
npm test
for _ in first second; do
    [ "$(npm start --silent 2>/dev/null)" = "$expected" ] || fail "the program in TypeScript prints something else"
done
[ -f data/aether.db ] || fail "the database is not in data/"
echo "init: 2 passed, 0 failed"
