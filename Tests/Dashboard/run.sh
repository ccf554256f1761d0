#!/usr/bin/env bash
# Looks at the dashboard with a real browser, a real server and a real worker: ./run.sh FOLDER-OF-THE-BUILT-PROGRAMS [PROGRAM]. The
# browser is Debian's chromium; Playwright, which drives it, is in the virtual environment of the Python tests.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
AETHER_BINARY=$(realpath "${1:?usage: run.sh FOLDER}/aether")
export AETHER_BINARY
. "$here/../../scripts/packages.sh"
ensure_packages chromium
. "$here/../Interop/python/environment.sh"
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$here/../Interop/python" "$venv/bin/python" "$here/${2:-dashboard.py}"
