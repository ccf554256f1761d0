#!/usr/bin/env bash
# What a newcomer does, on a machine like new: a fresh clone of this repository with an empty home and an empty environment,
# in which the README and the article "Getting started" are followed word by word. Takes as long as building everything twice.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
git clone -q "$root" "$place/aether"
mkdir "$place/home"
env -i HOME="$place/home" PATH="$PATH" bash -euc '
    cd "$1"
    scripts/quickstart.sh
    bin=$(swift build --show-bin-path)
    Tests/Readme/run.sh "$bin"
    Tests/Docs/run.sh "$bin"
' - "$place/aether"
echo "from scratch: 1 passed, 0 failed"
