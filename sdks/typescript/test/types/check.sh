#!/usr/bin/env bash
# Checks the types of the built package as its users see them, and the code of README.md: ./check.sh, after build.sh.
# accepted.ts has to compile, and in refused.ts each line that expects an error has to have one.
set -euo pipefail
cd "$(dirname "$0")/../.."
. ../../scripts/packages.sh
. ../../scripts/typescript.sh
ensure_typescript ../..
[ -e dist/index.d.ts ] || { echo "check.sh: there is no dist; run build.sh first" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A project of its own that has the package: NAME MODULE RESOLUTION TYPE-OF-PACKAGE MORE-OPTIONS.
project() {
    local to="$folder/$1"
    mkdir -p "$to/node_modules/@aetherframework.ai/sdk"
    # Copied, not linked: declarations that need more than the package has don't find it.
    cp -r dist package.json "$to/node_modules/@aetherframework.ai/sdk/"
    printf '{ "name": "types", "private": true, "type": "%s" }\n' "$4" >"$to/package.json"
    cat >"$to/tsconfig.json" <<JSON
{
  "compilerOptions": {
    "target": "ES2022", "module": "$2", "moduleResolution": "$3", "strict": true, "noEmit": true,
    "noUncheckedIndexedAccess": true, "exactOptionalPropertyTypes": true, $5
  },
  "include": ["*.ts"]
}
JSON
}

sources() {
    local file
    for file in accepted refused support; do
        sed 's#"\.\./\.\./src/index"#"@aetherframework.ai/sdk"#; s#"\.\./\.\./src/testing/index"#"@aetherframework.ai/sdk/testing"#; s#"\./support"#"./support.js"#' "test/types/$file.ts" >"$1/$file.ts"
    done
}

failed=0
check() {
    if tsc -p "$folder/$1"; then echo "types: $1 passed"; else failed=1; fi
}

# Once without the types of Node, with every declaration of the package checked too; Debian's types of Node would not pass that.
bare='"lib": ["ES2022", "DOM"], "types": []'
node="\"lib\": [\"ES2022\"], \"types\": [\"node\"], \"typeRoots\": [\"$PWD/../../.build/typescript/types\"], \"skipLibCheck\": true"
project commonjs commonjs node commonjs "$bare"
project node16 node16 node16 module "$node"
for name in commonjs node16; do
    sources "$folder/$name"
    check "$name"
done

# The README's code.
project programs node16 node16 module "$node"
project fragments node16 node16 module "$node"
node test/types/readme.mjs README.md "$folder/programs" "$folder/fragments"
check programs
check fragments
exit $failed
