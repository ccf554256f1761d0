#!/usr/bin/env bash
# Compiles the examples and runs each against a server of its own: ./run.sh PATH-OF-AETHER [PATH-OF-POLYGLOT], after the SDK's build.sh.
# PATH-OF-POLYGLOT is the built program of polyglot in Swift; without it polyglot is compiled only.
set -euo pipefail
aether=$(realpath "${1:?usage: run.sh PATH-OF-AETHER [PATH-OF-POLYGLOT]}")
swift=${2:+$(realpath "$2")}
cd "$(dirname "$0")"
. ../../scripts/packages.sh
. ../../scripts/typescript.sh
ensure_typescript ../..
types=$(realpath ../../.build/typescript/types)
sdk=$(realpath ../../sdks/typescript)
[ -e "$sdk/dist/index.js" ] || { echo "run.sh: the SDK has no dist; run sdks/typescript/build.sh first" >&2; exit 1; }

work=$(mktemp -d)
processes=()
stop() {
    local process
    for process in "${processes[@]}"; do
        kill -TERM "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    processes=()
}
trap 'stop; rm -rf "$work"' EXIT

# A copy of an example, compiled as its users do.
compile() {
    local to=$work/$1
    mkdir -p "$to/node_modules/@aetherframework.ai"
    cp -r "$1/src" "$1/package.json" "$1/tsconfig.json" "$to/"
    ln -s "$sdk" "$to/node_modules/@aetherframework.ai/sdk"
    tsc -p "$to" --typeRoots "$types"
}

# A server in the folder of an example, on a free port; sets AETHER_SERVER.
serve() {
    local port
    port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
    (cd "$1" && exec "$aether" serve --grpc-port "$port" --http-port 0 --metrics-port 0 --ready-file ready >server.txt 2>&1) &
    processes+=($!)
    for _ in $(seq 300); do
        [ -e "$1/ready" ] && break
        kill -0 "${processes[-1]}" 2>/dev/null || { cat "$1/server.txt" >&2; return 1; }
        sleep 0.1
    done
    export AETHER_SERVER=http://127.0.0.1:$port
}

# Runs an example; what it prints has to be what is expected, where ids are ID.
run() {
    local to=$work/$1 status=0
    (cd "$to" && timeout 60 node dist/main.js >printed.txt 2>&1) || status=$?
    sed -E -i 's/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/ID/' "$to/printed.txt"
    [ "$status" -eq 0 ] || echo "exit code $status" >>"$to/printed.txt"
    diff -u --label "expected of $1" --label printed - "$to/printed.txt" >&2
}

passed=0
failed=0
# The expected output is read.
example() {
    local name=$1 expected
    expected=$(cat)
    if compile "$name" && serve "$work/$name" && { [ "$name" != polyglot ] || polyglot; } && run "$name" <<<"$expected" \
        && { [ "$name" != order-processing ] || ledger; }; then
        echo "$name: passed"
        passed=$((passed + 1))
    else
        echo "$name: FAILED" >&2
        failed=$((failed + 1))
    fi
    stop
}

# Starts the half of polyglot that is in Swift.
polyglot() {
    "$swift" >"$work/polyglot/swift.txt" 2>&1 &
    processes+=($!)
}

# What happened to the orders, and was undone. Running the example again must find the same runs.
ledger() {
    sed 's/ \[.*//' "$work/order-processing/order-ledger.txt" | diff -u --label "expected ledger" --label ledger - <(cat <<'TEXT'
order-1 reserved
order-1 charged
order-1 shipped
order-2 reserved
order-2 released entry-4
order-3 reserved
order-3 charged
order-3 refunded entry-7
order-3 released entry-6
TEXT
    ) >&2 || return 1
    run order-processing <<'TEXT'
order-1: paid by entry-2, sent as entry-3
order-2: card expired was declined in step charge
order-3: book is out of stock in step ship
order-4: unobtainium is out of stock in step check-inventory
TEXT
}

example quickstart <<'TEXT'
started ID
log: Hello, World!
Hello, World!
TEXT

example order-processing <<'TEXT'
order-1: paid by entry-2, sent as entry-3
order-2: card expired was declined in step charge
order-3: book is out of stock in step ship
order-4: unobtainium is out of stock in step check-inventory
TEXT

example batch-processing <<'TEXT'
19 scaled, the last image-20 at 1000
failed: image-7 can't be decoded
TEXT

if [ -n "$swift" ]; then
    example polyglot <<'TEXT'
Ada owes 119.00
Dear Ada, 100.00 are due.
TEXT
elif compile polyglot; then
    echo "polyglot: compiled only, as its program in Swift was not given"
else
    failed=$((failed + 1))
fi

echo "examples: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
