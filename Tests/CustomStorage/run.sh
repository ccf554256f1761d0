#!/usr/bin/env bash
# Builds and tests examples/custom-storage, a package of its own, and runs its program as its README says.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
fail() { echo "custom storage: $*" >&2; exit 1; }

# Where the projects that aether init makes are built too: their dependencies are the same.
export SWIFTPM_BUILD_DIR=$root/.build/projects
cd "$root/examples/custom-storage"
swift build
swift test

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
[ "$(swift run --skip-build greeter "$home/greetings.log" 2>/dev/null)" = $'making it\nHello, World!' ] \
    || fail "the program prints something else"
[ "$(swift run --skip-build greeter "$home/greetings.log" 2>/dev/null)" = "Hello, World!" ] \
    || fail "the second time the program does not know what the first one did"
echo "custom storage: 2 passed, 0 failed"
