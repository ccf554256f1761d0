#!/usr/bin/env bash
# Builds the package into dist: CommonJS, and for `import` a module of the same objects, so that both ways give one SDK.
set -euo pipefail
cd "$(dirname "$0")"
. ../../scripts/packages.sh
. ../../scripts/typescript.sh
ensure_typescript ../..
rm -rf dist
tsc -p tsconfig.json
for folder in dist dist/testing; do
    {
        echo 'import sdk from "./index.js";'
        node -e "console.log(\`export const { \${Object.keys(require('./$folder/index.js')).sort().join(', ')} } = sdk;\`)"
    } >$folder/index.mjs
    echo 'export * from "./index.js";' >$folder/index.d.mts
done
