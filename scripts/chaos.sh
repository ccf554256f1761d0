#!/usr/bin/env bash
# Long runs of the faults that scripts/test.sh tries shortly: scripts/chaos.sh --minutes N [--seed S] [--only FAULT] [--count N].
# Ends with a table; exit code 1 when anything acknowledged was lost, ran again, or stood still.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

ensure_packages libsqlite3-dev libnghttp2-dev python3-venv
# Wrong arguments are told before anything is built.
python3 Tests/Chaos/arguments.py "$@"
ensure_swift
for product in aether end-to-end-worker; do swift build --product "$product"; done
exec Tests/Chaos/run.sh "$(swift build --show-bin-path)/aether" "$@"
