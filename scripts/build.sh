#!/usr/bin/env bash
# Builds the release `aether`: optimised across modules, stripped, Swift's libraries linked in, and SQLite, nghttp2 and C++'s
# library too where their static ones are installed. Memory comes from jemalloc, with which all of it needs about a sixth less
# processor time. Prints where it is, its size, and what it still needs from the system.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

ensure_swift
ensure_packages libsqlite3-dev libnghttp2-dev libjemalloc-dev

# The linker prefers a shared library to a static one of the same directory: a directory with the static ones alone,
# searched first, turns that round. SwiftPM takes directories from pkg-config too: those files point there as well.
static=$PWD/.build-static/libraries
rm -rf "$static"
mkdir -p "$static/pkgconfig"
platform=$(uname -m)-linux-gnu
for library in sqlite3 nghttp2 stdc++ jemalloc_pic; do
    for archive in /usr/lib/"$platform"/lib$library.a /usr/lib/gcc/"$platform"/*/lib$library.a \
        /usr/lib64/lib$library.a /usr/lib/lib$library.a; do
        if [ -f "$archive" ]; then
            ln -sf "$archive" "$static/"
            break
        fi
    done
done
for package in sqlite3 libnghttp2; do
    [ -f "$static/lib${package#lib}.a" ] || continue
    for file in /usr/lib/"$platform"/pkgconfig/$package.pc /usr/lib64/pkgconfig/$package.pc /usr/lib/pkgconfig/$package.pc; do
        if [ -f "$file" ]; then
            sed "s|^libdir=.*|libdir=$static|" "$file" >"$static/pkgconfig/$package.pc"
            break
        fi
    done
done

# As one object, not as an archive: the linker hides what is in archives, and then the C library would go on using its own.
allocator=()
if [ -e "$static/libjemalloc_pic.a" ]; then
    mkdir "$static/jemalloc"
    (cd "$static/jemalloc" && ar x ../libjemalloc_pic.a && rm -f jemalloc_cpp*.o && ld -r -o ../jemalloc.o ./*.o)
    allocator=(-Xlinker "$static/jemalloc.o")
fi
PKG_CONFIG_PATH="$static/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" \
    swift build -c release --scratch-path .build-static --product aether --static-swift-stdlib \
    -Xswiftc -L"$static" -Xswiftc -cross-module-optimization "${allocator[@]}"
binary=$(swift build -c release --scratch-path .build-static --show-bin-path)/aether
mkdir -p .build/dist
strip -o .build/dist/aether "$binary"

echo ".build/dist/aether: $(du -h .build/dist/aether | cut -f1), $(.build/dist/aether --version)"
ldd .build/dist/aether
