# Sourced by the other scripts: installs the Debian packages they need.
# shellcheck shell=bash

# Installs those of the named packages that are missing, and says so first.
ensure_packages() {
    local missing=()
    local package
    for package in "$@"; do
        if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed"; then
            missing+=("$package")
        fi
    done
    [ ${#missing[@]} -eq 0 ] && return 0

    if ! command -v apt-get >/dev/null; then
        echo "$(basename "$0"): needs ${missing[*]} (Debian's names) and there is no apt-get here; install them by hand" >&2
        return 1
    fi
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "$(basename "$0"): needs root to run: apt-get install ${missing[*]}" >&2
            return 1
        }
        sudo=(sudo)
    fi
    echo "Installing ${missing[*]} with apt-get." >&2
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Fails with a hint when there is no Swift.
ensure_swift() {
    command -v swift >/dev/null || {
        echo "$(basename "$0"): swift is missing; install Swift 6.3 from https://www.swift.org/install" >&2
        return 1
    }
}
