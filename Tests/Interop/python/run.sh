#!/usr/bin/env bash
# Runs the Python programs of this folder against a real server: ./run.sh PATH-OF-AETHER. Beside it must be the workers of the
# end-to-end tests and of the dashboard's; durability.py needs strace, power_loss.py a C compiler. Their packages come into a
# virtual environment under .build; the stubs are made from aether.proto each time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
AETHER_BINARY=$(realpath "${1:?usage: run.sh PATH-OF-AETHER}")
export AETHER_BINARY

. "$here/environment.sh"

stubs=$(mktemp -d)
trap 'rm -rf "$stubs"' EXIT
"$venv/bin/python" -m grpc_tools.protoc -I "$here" --python_out="$stubs" --grpc_python_out="$stubs" "$here/aether.proto"

status=0
for program in interop.py http_api.py hostile.py security.py activity.py command_line.py metrics_page.py tracing.py bench.py durability.py \
    power_loss.py; do
    PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$stubs" "$venv/bin/python" "$here/$program" || status=1
done
exit $status
