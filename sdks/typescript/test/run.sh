#!/usr/bin/env bash
# Tests the TypeScript SDK: ./run.sh PATH-OF-AETHER [FOLDER-OF-TESTS...]. Without folders, all of test.
set -euo pipefail
AETHER_BINARY=$(realpath "${1:?usage: run.sh PATH-OF-AETHER [FOLDER...]}")
cd "$(dirname "$0")/.."
AETHER_FIXTURES=$(realpath ../../Tests/Fixtures/histories)
export AETHER_BINARY AETHER_FIXTURES
shift
. ../../scripts/packages.sh
. ../../scripts/typescript.sh
ensure_typescript ../..
out=../../.build/typescript/test
rm -rf "$out"
tsc -p tsconfig.test.json
cp package.json "$out/"
cd "$out/test"
[ $# -gt 0 ] || set -- .
mapfile -t files < <(find "$@" -name '*.test.js' | sort)
node --test "${files[@]}"
