#!/usr/bin/env bash
# Builds the package into dist: CommonJS, and for `import` a module of the same objects, so that both ways give one SDK.
set -euo pipefail
cd "$(dirname "$0")"
. ../../scripts/packages.sh
. ../../scripts/typescript.sh
ensure_typescript ../..
rm -rf dist
tsc -p tsconfig.json
{
    echo 'import sdk from "./index.js";'
    node -e 'console.log(`export const { ${Object.keys(require("./dist/index.js")).sort().join(", ")} } = sdk;`)'
} >dist/index.mjs
echo 'export * from "./index.js";' >dist/index.d.mts
