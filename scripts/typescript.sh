# Sourced by what builds or tests TypeScript: the compiler, and the types of Node that are Debian's, in .build/typescript/types.
# Node itself is whichever is installed, 18 or later.

node_types_version=18.20.4+dfsg-1~deb12u2

# ensure_typescript ROOT: ROOT is that of the repository.
ensure_typescript() {
    command -v node >/dev/null || ensure_packages nodejs
    command -v npm >/dev/null || ensure_packages npm
    ensure_packages node-typescript
    local types="$1/.build/typescript/types"
    [ -e "$types/node/index.d.ts" ] && return
    local folder
    folder=$(mktemp -d)
    # Unpacked, not installed: it goes with any version of Node.
    (cd "$folder" && apt-get download -q "nodejs=$node_types_version" >/dev/null 2>&1 && dpkg-deb -x nodejs_*.deb .) || {
        echo "typescript: the types of Node can't be had: Debian's package nodejs=$node_types_version" >&2
        return 1
    }
    mkdir -p "$types"
    cp -r "$folder/usr/share/nodejs/@types/node" "$types/"
    rm -rf "$folder"
}
