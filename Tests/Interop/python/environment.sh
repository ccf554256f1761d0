# Sourced: makes $venv, the virtual environment with the Python packages of the tests, under .build.
# shellcheck shell=bash
requirements=$(dirname "${BASH_SOURCE[0]}")/requirements.txt
venv=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/.build/venv
if ! cmp -s "$requirements" "$venv/installed.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$venv/installed.txt"
fi
