#!/usr/bin/env bash
# Tests the package as it is handed out: ./run.sh PATH-OF-AETHER, after build.sh. Packs it, installs the file in projects of its own without
# a network, and runs them: by import, by require, and as the README says.
set -euo pipefail
aether=$(realpath "${1:?usage: run.sh PATH-OF-AETHER}")
cd "$(dirname "$0")/../.."
. ../../scripts/packages.sh
. ../../scripts/typescript.sh
ensure_typescript ../..
types=$(realpath ../../.build/typescript/types)
readme=$PWD/README.md
projects=$PWD/test/package
maximum_bytes=150000
fail() { echo "package: $*" >&2; exit 1; }
[ -e dist/index.js ] || fail "there is no dist; run build.sh first"

work=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null && wait "$server"; } || true
    rm -rf "$work"
}
trap stop EXIT
export npm_config_cache=$work/cache npm_config_offline=true npm_config_update_notifier=false

npm pack --offline --json --pack-destination "$work" . >"$work/pack.json"
node - "$work/pack.json" $maximum_bytes <<'JS'
const [report] = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));
console.log(`package: ${report.size} bytes packed, ${report.unpackedSize} unpacked, ${report.entryCount} files`);
const odd = report.files.map(({ path }) => path).filter((path) => !/^(dist\/.+|README\.md|package\.json|LICENSE)$/.test(path));
if (odd.length > 0) throw new Error(`not to be handed out: ${odd.join(", ")}`);
if (report.size > Number(process.argv[3])) throw new Error(`more than ${process.argv[3]} bytes`);
JS
packed=$(echo "$work"/*.tgz)

# Served on any free port; the README's programs take AETHER_SERVER.
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
mkdir "$work/server"
(cd "$work/server" && exec "$aether" serve --grpc-port "$port" --http-port 0 --metrics-port 0 --ready-file ready >output.txt 2>&1) &
server=$!
for _ in $(seq 300); do
    [ -e "$work/server/ready" ] && break
    kill -0 "$server" 2>/dev/null || fail "the server does not start: $(cat "$work/server/output.txt")"
    sleep 0.1
done
export AETHER_SERVER=http://127.0.0.1:$port

install() { (cd "$1" && npm install --offline --no-audit --no-fund "$packed" >install.txt 2>&1) || fail "it can't be installed: $(cat "$1/install.txt")"; }
printed() { [ "$2" = "$3" ] || fail "$1 prints"$'\n'"$2"$'\n'"and not"$'\n'"$3"; }

# By import and by require, in one project; both give one SDK.
mkdir "$work/plain"
cp "$projects"/hello.mjs "$projects"/hello.cjs "$projects"/same.mjs "$work/plain/"
echo '{ "name": "plain", "private": true }' >"$work/plain/package.json"
install "$work/plain"
for program in hello.mjs hello.cjs; do
    printed "$program" "$(cd "$work/plain" && timeout 60 node "$program" 2>&1)" $'Hello, World!\n{ message: \'Hello, World!\' }'
done
(cd "$work/plain" && node same.mjs) || fail "import and require give different things"
echo "package: import and require passed"

# What the README says, with the files and commands as they stand there.
block() { awk -v tag="$1" '$0 == "```" { on = 0 } on { print } $0 ~ "^```[a-z]+ " && $2 == tag { on = 1 }' "$readme"; }
block install | grep -qx "npm install \.\./$(basename "$packed")" || fail "the README installs another file than $(basename "$packed")"
[ "$(block run)" = $'npx tsc -p .\nnode dist/main.js' ] || fail "the README runs it in another way than the one tested"
mkdir -p "$work/greeter/src"
for file in package.json tsconfig.json src/main.ts; do
    block "$file" >"$work/greeter/$file"
    [ -s "$work/greeter/$file" ] || fail "the README has no $file"
done
install "$work/greeter"
(cd "$work/greeter" && tsc -p . --typeRoots "$types") || fail "the README's project does not compile"
for _ in first second; do
    printed "the README's project" "$(cd "$work/greeter" && timeout 60 node dist/main.js 2>&1)" "$(block output)"
done
# And as CommonJS, with the resolution of older compilers; that has no await outside of functions.
echo '{ "name": "greeter", "private": true }' >"$work/greeter/package.json"
sed -i 's/if (process.argv/void (async () => { &/; $ s/$/ })();/' "$work/greeter/src/main.ts"
(cd "$work/greeter" && tsc -p . --typeRoots "$types" --module commonjs --moduleResolution node && timeout 60 node dist/main.js >output.txt 2>&1) \
    || fail "the README's project does not compile or run as CommonJS: $(cat "$work/greeter/output.txt" 2>/dev/null)"
printed "the README's project as CommonJS" "$(cat "$work/greeter/output.txt")" "$(block output)"
echo "package: the README's project passed"
