#!/usr/bin/env bash
# Checks docs/operations.md and docs/http-api.md: their commands work as they stand there, beside a server. Checks the DocC catalogue: its code
# compiles, it converts without a warning, and what "Getting started" says works as it stands there:
# ./run.sh FOLDER-OF-THE-BUILT-PROGRAMS. What is built is kept under .build.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(realpath "${1:?usage: run.sh FOLDER}")
catalogue=$root/Sources/Client/Aether.docc
fail() { echo "docs: $*" >&2; exit 1; }

# Where the packages that users make are built, so that their dependencies are built once.
export SWIFTPM_BUILD_DIR=${SWIFTPM_BUILD_DIR:-$root/.build/projects}
home=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill -TERM "$server" && wait "$server"; } || true; rm -rf "$home"' EXIT

# The commands of a page: those of the blocks that are marked.
marked() {
    awk '$0 == "```" { on = 0 } on { print } $0 ~ /^<!-- (commands|server) -->$/ { next_is = $2 }
        $0 == "```sh" && next_is != "" { on = 1; if (next_is == "server") print "SERVE"; next_is = "" }' "$1"
}

echo "-- Operations, word by word"
(
    mkdir "$home/operations"
    cd "$home/operations"
    export PATH="$bin:$PATH"
    mkfifo output
    aether serve --grpc-port 0 --http-port 0 --no-metrics --ready-file ready >output &
    own=$!
    trap 'kill -TERM "$own" && wait "$own"' EXIT
    exec {output}<output
    read -r _ <&"$output" || fail "the server did not start"
    port=$(python3 -c 'import json; print(json.load(open("ready"))["grpc"])')
    aether workflow start order --id order-1 --server "http://localhost:$port"
    count=0
    while read -r command; do
        echo "\$ $command"
        eval "$command" || fail "'$command' failed"
        count=$((count + 1))
    done < <(marked "$root/docs/operations.md")
    [ "$count" -ge 4 ] || fail "only $count commands were found"
    ls restored/aether.db.before-restore-* >/dev/null || fail "the database that made way is gone"
)

echo "-- the HTTP API, word by word"
(
    mkdir "$home/api"
    cd "$home/api"
    mkfifo output
    "$bin/aether" serve --grpc-port 0 --http-port 0 --no-metrics --ready-file ready >output &
    own=$!
    trap 'kill -TERM "$own" && wait "$own"' EXIT
    exec {output}<output
    read -r _ <&"$output" || fail "the server did not start"
    API=http://localhost:$(python3 -c 'import json; print(json.load(open("ready"))["http"])')/api/v1
    count=0
    while read -r command; do
        echo "\$ $command"
        eval "$command" >answer 2>progress || fail "'$command' failed: $(cat answer progress)"
        count=$((count + 1))
    done < <(marked "$root/docs/http-api.md")
    [ "$count" -ge 10 ] || fail "only $count commands were found"
    python3 -c 'import json; assert json.load(open("order-7.json"))["entries"]' || fail "the export has no entries"
)

echo "-- the code of the articles"
# SwiftPM builds a package anew at another path: it stays at one.
snippets=$root/.build/docs/snippets
mkdir -p "$snippets/Sources/Snippets"
rm -f "$snippets"/Sources/Snippets/*
cat >"$snippets/Package.swift" <<EOF
// swift-tools-version: 6.2
import PackageDescription
let package = Package(
    name: "snippets", dependencies: [.package(name: "aether", path: "$root")],
    targets: [.target(name: "Snippets", dependencies: [
        .product(name: "Aether", package: "aether"), .product(name: "AetherTestKit", package: "aether"),
    ], swiftSettings: [.unsafeFlags(["-suppress-warnings"])])])
EOF
cat >"$snippets/Sources/Snippets/Prelude.swift" <<EOF
import Aether
struct Order: Codable, Sendable { var id: String; var amount: Int }
let client = AetherClient()
EOF
count=0
for article in "$catalogue"/*.md; do
    awk -v name="$(basename "$article" .md)" '
        BEGIN { print "import Aether\nimport AetherTestKit\nimport Foundation" }
        $0 == "```" && on { on = 0; print "}" }
        on { print }
        $0 == "```swift" { on = 1; printf "func snippet%s%d(_ context: WorkflowContext, _ order: Order) async throws {\n", name, ++n }
    ' "$article" >"$snippets/Sources/Snippets/$(basename "$article" .md).swift"
    count=$((count + $(grep -c '^```swift$' "$article" || true)))
done
[ "$count" -gt 20 ] || fail "only $count pieces of code were found"
swift build --package-path "$snippets" || fail "code of an article does not compile"

echo "-- the catalogue"
graphs=$home/graphs
mkdir -p "$graphs"
# Those of C, generated or written by hand; the others have a Swift module.
modules=$(
    find "$bin/" -maxdepth 2 -name module.modulemap ! -path '*-tool.build/*' -printf '-Xcc -fmodule-map-file=%p '
    find "$root/Sources" "$root/.build/checkouts" -name module.modulemap -path '*/Sources/*' \
        ! -path '*/CTOML/*' ! -path '*SQLCipher*' ! -path '*/Benchmarks/*' -printf '-Xcc -fmodule-map-file=%p '
)
# shellcheck disable=SC2086
swift symbolgraph-extract -module-name Aether -I "$bin/Modules" $modules \
    -target "$(swift -print-target-info | python3 -c 'import json, sys; print(json.load(sys.stdin)["target"]["triple"])')" \
    -minimum-access-level public -skip-inherited-docs -output-dir "$graphs"
[ -f "$graphs/Aether.symbols.json" ] || fail "there are no symbols"
docc convert "$catalogue" --additional-symbol-graph-dir "$graphs" --fallback-display-name Aether \
    --fallback-bundle-identifier aether --warnings-as-errors --output-dir "$home/archive" || fail "DocC warns"

echo "-- Getting started, word by word"
ln -s "$root" "$home/aether"
mkfifo "$home/server"
article=$catalogue/GettingStarted.md
commands=$(marked "$article")
work=$home
cd "$work"
while read -r command; do
    case "$command" in
        SERVE)
            read -r command
            echo "\$ $command &"
            # shellcheck disable=SC2086
            $command >"$home/server" &
            server=$!
            exec {output}<"$home/server"
            read -r _ <&"$output" || fail "the server did not start"
            ;;
        *)
            echo "\$ $command"
            eval "$command" >"$home/answer" 2>"$home/errors" </dev/null || { cat "$home/answer" "$home/errors"; fail "'$command' failed"; }
            cat "$home/answer"
            case "$command" in
                "swift run demo") grep -qx 'order-1: 42 paid' "$home/answer" || fail "the program prints something else" ;;
                *"status order-1") grep -q COMPLETED "$home/answer" || fail "the run is not there" ;;
                *"history order-1") grep -q charge "$home/answer" || fail "the history lacks a step" ;;
            esac
            ;;
    esac
done <<<"$commands"
[ -n "$server" ] || fail "no server was started"
echo "docs: 1 passed, 0 failed"
