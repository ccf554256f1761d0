#!/usr/bin/env bash
# Everything that must hold before a change lands: lint, generated code, every test, the examples, the README's commands.
# Warnings are errors here. Runs the same way on a laptop and in CI.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh
. scripts/typescript.sh

ensure_swift
ensure_packages libsqlite3-dev libnghttp2-dev openssl protobuf-compiler python3-venv strace libpq-dev postgresql nginx-light
ensure_typescript "$PWD"
export AETHER_WARNINGS_AS_ERRORS=1

# What took how long is told at the end, whatever the end is.
times=
part=
section() {
    [ -z "$part" ] || times+="$((SECONDS - begun)) s $part"$'\n'
    part=${1:-} begun=$SECONDS
    [ -z "$part" ] || echo "== $part"
}
beside_pid=
beside=$(mktemp)
finish() {
    [ -z "$beside_pid" ] || kill -- -"$beside_pid" 2>/dev/null || true
    rm -f "$beside"
    section
    printf '== %s s in all\n%s' "$SECONDS" "$times"
}
trap finish EXIT

section "lint"
git ls-files -z '*.swift' ':!*/Generated/*' | xargs -0 swift format lint --strict

node sdks/typescript/scripts/lint.mjs

section "generated code"
scripts/generate-proto.sh --check
node sdks/typescript/scripts/generate.mjs --check

section "build"
swift build --build-tests
bin=$(swift build --show-bin-path)

section "dependencies"
scripts/dependencies.py --check

# What waits for nothing but the processor runs beside what mostly waits, with what that leaves over.
patient() {
    echo "== simulation"
    Tests/Simulation/run.sh "$bin/simulation"

    echo "== fuzzing"
    Tests/Fuzz/run.sh

    echo "== README and quickstart"
    Tests/Readme/run.sh "$bin"

    echo "== a new project"
    Tests/Init/run.sh "$bin"

    echo "== a store of one's own"
    Tests/CustomStorage/run.sh

    echo "== the documentation"
    Tests/Docs/run.sh "$bin"
}
export -f patient
export bin
setsid nice -n 19 bash -euo pipefail -c patient >"$beside" 2>&1 &
beside_pid=$!

section "dashboard: what is built is what is committed, its units, and all of it in a browser"
scripts/build-dashboard.sh --check
Tests/Dashboard/unit/run.sh
Tests/Dashboard/run.sh "$bin"

section "interop: Python clients and workers, the command line from outside"
Tests/Interop/python/run.sh "$bin/aether"

section "TypeScript: the SDK's types and tests, the packed package, the examples"
sdks/typescript/build.sh
sdks/typescript/test/types/check.sh
sdks/typescript/test/run.sh "$bin/aether"
sdks/typescript/test/package/run.sh "$bin/aether"
examples/typescript/run.sh "$bin/aether" "$bin/polyglot"

section "faults: servers and workers die, disks and networks fail, clocks jump"
Tests/Chaos/run.sh "$bin/aether"

section "PostgreSQL: faults of a server on it, and of three; the examples against three behind nginx"
Tests/Chaos/run.sh "$bin/aether" --postgres --only database --count 1
for fault in kill lose upgrade; do Tests/Chaos/run.sh "$bin/aether" --postgres --only "cluster-$fault" --count 1; done
Tests/Chaos/run.sh "$bin/aether" --postgres --only cluster-balanced --count 2
Tests/Cluster/run.sh "$bin"

section "what ran beside"
result=0
wait "$beside_pid" || result=$?
beside_pid=
cat "$beside"
[ "$result" -eq 0 ] || { echo "what ran beside failed, see above" >&2; exit 1; }

# Thousands of tests that all begin at once, some with processes of their own, would hold one another up for minutes.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=12

# Of thousands of lines those that say what failed come last, where one looks first.
swift_tests() {
    local log
    log=$(mktemp)
    swift test --skip-build "$@" 2>&1 | tee "$log" || { echo "== failed:" && grep -a "✘" "$log" | cut -c1-1000; exit 1; }
    rm "$log"
}

section "Swift tests"
swift_tests --skip OrderProcessingTests

section "the scenarios once more, with workers in TypeScript and a server on PostgreSQL"
export -f swift_tests
END_TO_END_WORKER=$PWD/sdks/typescript/test/worker/run.sh \
    python3 Tests/Interop/python/postgres.py bash -euo pipefail -c 'swift_tests --filter Scenarios'

section "the order example, killed at each of its operations: alone, because it has to be quick to hit them"
swift_tests --filter OrderProcessingTests
