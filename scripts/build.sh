#!/usr/bin/env bash
# Builds the release `aether`: optimised, stripped, Swift's libraries linked in, and SQLite and nghttp2 too where their
# static libraries are installed. Prints where it is, its size, and what it still needs from the system.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

ensure_swift
ensure_packages libsqlite3-dev libnghttp2-dev

# The linker prefers a shared library to a static one of the same directory: a directory with the static ones alone,
# searched first, turns that round.
static=.build/static-libraries
rm -rf "$static"
mkdir -p "$static"
for library in sqlite3 nghttp2; do
    for archive in /usr/lib/"$(uname -m)"-linux-gnu/lib$library.a /usr/lib64/lib$library.a /usr/lib/lib$library.a; do
        if [ -f "$archive" ]; then
            ln -sf "$archive" "$static/"
            break
        fi
    done
done

swift build -c release --product aether --static-swift-stdlib -Xlinker -L"$PWD/$static" -Xlinker -s
binary=$(swift build -c release --show-bin-path)/aether
mkdir -p .build/dist
install -m 755 "$binary" .build/dist/aether

echo ".build/dist/aether: $(du -h .build/dist/aether | cut -f1), $(.build/dist/aether --version)"
ldd .build/dist/aether
