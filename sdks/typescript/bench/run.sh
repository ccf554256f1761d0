#!/usr/bin/env bash
# Measures a Node process as worker beside Swift's: ./run.sh PATH-OF-AETHER [WORKLOAD] [OPTIONS OF aether bench], by default the workload
# steps. PATH-OF-AETHER should be a release build.
set -euo pipefail
aether=$(realpath "${1:?usage: run.sh PATH-OF-AETHER [WORKLOAD] [OPTIONS]}")
shift
cd "$(dirname "$0")/.."
. ../../scripts/packages.sh
. ../../scripts/typescript.sh
ensure_typescript ../..
out=$(realpath ../..)/.build/typescript/bench
tsc -p tsconfig.test.json --outDir "$out"
cp package.json "$out/"
[ $# -gt 0 ] || set -- steps
exec "$aether" bench "$@" --worker-command "node $out/bench/worker.js"
