#!/usr/bin/env bash
# Faults of the machine against a real server under load: ./run.sh PATH-OF-AETHER [ARGUMENTS-OF-CHAOS.PY]. Beside it must be
# the worker of the end-to-end tests. Before the faults come the controls, unless there are arguments.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
AETHER_BINARY=$(realpath "${1:?usage: run.sh PATH-OF-AETHER [ARGUMENTS]}")
export AETHER_BINARY
shift
# shellcheck source=../Interop/python/environment.sh
. "$root/Tests/Interop/python/environment.sh"

stubs=$(mktemp -d)
trap 'rm -rf "$stubs"' EXIT
"$venv/bin/python" -m grpc_tools.protoc -I "$root/proto" --python_out="$stubs" --grpc_python_out="$stubs" \
    "$root"/proto/aether/v1/{types,client,worker}.proto

# A small disk is mounted for the tests alone, if this machine lets us.
isolated=()
for try in "unshare --mount" "unshare --map-root-user --mount"; do
    if [ ${#isolated[@]} -eq 0 ] && $try true 2>/dev/null; then read -ra isolated <<<"$try"; fi
done

python() {
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$stubs:$here:$root/Tests/Interop/python" "${isolated[@]}" "$venv/bin/python" "$@"
}

[ $# -gt 0 ] || python "$here/controls.py"
python "$here/chaos.py" "$@"
