#!/usr/bin/env bash
# Builds the package into dist: CommonJS, and for `import` a module of the same objects, so that both ways give one SDK.
set -euo pipefail
cd "$(dirname "$0")"
. ../../scripts/packages.sh
. ../../scripts/typescript.sh
ensure_typescript ../..
rm -rf dist
cp ../../LICENSE .
tsc -p tsconfig.json
# AbortSignal is all they need, which browsers' types have as well: whoever has no types of Node can compile too.
find dist -name '*.d.ts' -exec sed -i '/^\/\/\/ <reference types="node" \/>$/d' {} +
for folder in dist dist/testing; do
    {
        echo 'import sdk from "./index.js";'
        node -e "console.log(\`export const { \${Object.keys(require('./$folder/index.js')).sort().join(', ')} } = sdk;\`)"
    } >$folder/index.mjs
    echo 'export * from "./index.js";' >$folder/index.d.mts
done
