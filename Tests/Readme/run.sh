#!/usr/bin/env bash
# Does what README.md says, with the files and commands as they stand there: ./run.sh FOLDER-OF-THE-BUILT-PROGRAMS.
# What is built of "Your own workflow" is kept under .build, so that only the first run builds its dependencies.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(realpath "${1:?usage: run.sh FOLDER}")
cd "$root"

# The fenced block of the README whose first line ends with a word.
block() { awk -v tag="$1" '$0 == "```" { on = 0 } on { print } $0 ~ "^```[a-z]+ " && $2 == tag { on = 1 }' README.md; }
fail() { echo "README: $*" >&2; exit 1; }

[ "$(block setup)" = $'scripts/quickstart.sh\nscripts/test.sh' ] || fail "the two commands are not the two scripts"
scripts/quickstart.sh | tee "$root/.build/quickstart.txt"
grep -qx 'Hello, World!' .build/quickstart.txt || fail "the quickstart does not greet"
grep -q 'workflow completed' .build/quickstart.txt || fail "the quickstart shows no history"

home=$root/.build/readme
package=$home/greeter
mkdir -p "$package/Sources/greeter"
# The checkout beside it is this one, by the name that it has: SwiftPM builds a package anew at another path.
block Package.swift | sed "s|\"../aether\"|\"$root\"|" >"$package/Package.swift"
grep -qF "$root" "$package/Package.swift" || fail "the package does not depend on the checkout beside it"
block Sources/greeter/main.swift >"$package/Sources/greeter/main.swift"
block Sources/greeter/Trip.swift >"$package/Sources/greeter/Trip.swift"
# Where the packages that users make are built, so that their dependencies are built once.
export SWIFTPM_BUILD_DIR=$root/.build/projects
swift build --package-path "$package"

[ "$(block serve)" = "swift run aether serve" ] || fail "another way to serve than the one tested"
[ "$(block run)" = "swift run greeter" ] || fail "another way to run than the one tested"
work=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null && wait "$server"; } || true
    rm -rf "$work"
}
trap stop EXIT
mkfifo "$work/output"
(cd "$work" && exec "$bin/aether" serve --ready-file "$work/ready") >"$work/output" &
server=$!
exec {output}<"$work/output"
read -r _ <&"$output" || fail "the server did not start"
[ -f "$work/data/aether.db" ] || fail "the database is not where the README says"

expected=$(block output)
for _ in first second; do
    [ "$(cd "$package" && swift run --skip-build greeter)" = "$expected" ] || fail "the greeter prints something else"
done

export PATH="$bin:$PATH"
while read -r command; do
    echo "\$ $command"
    eval "$command" >"$work/answer" || fail "'$command' failed"
    cat "$work/answer"
    case "$command" in
        *"history greet-ada") grep -q "greet-in-de" "$work/answer" || fail "the history lacks a step" ;;
        "aether status later") grep -q "no connected worker offers" "$work/answer" || fail "the reason is missing" ;;
    esac
done < <(block commands)
# To their ends: who stops listening at the first match makes curl fail.
curl -fsS http://localhost:7234 | grep Aether >/dev/null || fail "no page on 7234"
curl -fsS http://localhost:9090/metrics | grep aether_workflows >/dev/null || fail "no metrics on 9090"
echo "README: 1 passed, 0 failed"
