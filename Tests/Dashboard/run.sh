#!/usr/bin/env bash
# Looks at the dashboard with a real browser, a real server and a real worker: ./run.sh FOLDER-OF-THE-BUILT-PROGRAMS [PROGRAM]. The browser is
# Debian's chromium; Playwright, which drives it, comes into a virtual environment under .build.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
AETHER_BINARY=$(realpath "${1:?usage: run.sh FOLDER}/aether")
export AETHER_BINARY
. "$here/../../scripts/packages.sh"
ensure_packages chromium python3-venv

venv=$here/../../.build/venv-dashboard
if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/installed.txt"
fi
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$here/../Interop/python" "$venv/bin/python" "$here/${2:-dashboard.py}"
