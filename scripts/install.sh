#!/usr/bin/env bash
# Puts the release `aether` on the PATH: builds it if need be, then copies it to $PREFIX/bin, whole or not at all.
# PREFIX defaults to /usr/local where that may be written, else to ~/.local.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${PREFIX:-}" ]; then
    PREFIX=/usr/local
    [ -w "$PREFIX/bin" ] || PREFIX=$HOME/.local
fi
mkdir -p "$PREFIX/bin" 2>/dev/null && [ -w "$PREFIX/bin" ] || {
    echo "install: can't write to $PREFIX/bin; choose another place: PREFIX=... scripts/install.sh" >&2
    exit 1
}

[ -x .build/dist/aether ] && [ -z "$(find Sources Package.swift -newer .build/dist/aether -print -quit)" ] ||
    scripts/build.sh

# A rename replaces the old program in one step, also while it runs.
new=$(mktemp "$PREFIX/bin/.aether.XXXXXX")
trap 'rm -f "$new"' EXIT
install -m 755 .build/dist/aether "$new"
version=$("$new" --version) || { echo "install: the built program does not run; nothing was installed" >&2; exit 1; }
mv -f "$new" "$PREFIX/bin/aether"
trap - EXIT

# Completions, where the shells look for them.
for place in bash:bash-completion/completions/aether zsh:zsh/site-functions/_aether \
    fish:fish/vendor_completions.d/aether.fish; do
    file=$PREFIX/share/${place#*:}
    mkdir -p "$(dirname "$file")" && "$PREFIX/bin/aether" completions "${place%%:*}" >"$file"
done

echo "Installed aether $version as $PREFIX/bin/aether."
case ":$PATH:" in
*":$PREFIX/bin:"*) ;;
*) echo "$PREFIX/bin is not on your PATH; add it: export PATH=\"$PREFIX/bin:\$PATH\"" ;;
esac
