#!/usr/bin/env python3
"""Writes docs/dependencies.md: what is built in, in which version, under which licence. Needs a build, for the checkouts.

With --check it fails if the page lacks a package, has one too many, or names another licence. Versions may differ: each build
takes the newest that Package.swift allows.
"""

import glob
import json
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PAGE = os.path.join(ROOT, "docs", "dependencies.md")
LICENSES = {
    "Apache License": "Apache-2.0",
    "Permission is hereby granted, free of charge": "MIT",
}
HEAD = """# Dependencies

What `aether` and the SDK are built of, with the versions that this version was tested with. `Package.swift` says the oldest that will
do, and a build takes the newest compatible one; `swift package show-dependencies` shows them for your build. Written by
`scripts/dependencies.py`.

## Swift packages

Those in bold are used by Aether's own code; the others come with them, and not all of those end up in the program.

| package | version | licence |
|---|---|---|
"""
TAIL = """
BoringSSL, which speaks TLS, comes within swift-nio-ssl; its licence is a combination of ISC's and OpenSSL's.

## System libraries

| library | Debian's package | for | licence |
|---|---|---|---|
| SQLite, tested with 3.40.1 | `libsqlite3-dev` | the database | public domain |
| nghttp2, tested with 1.52.0 | `libnghttp2-dev` | HTTP/2 | MIT |
| libpq, tested with 15.18 | `libpq5` | PostgreSQL; loaded when a PostgreSQL database is opened, and not needed to build | PostgreSQL License |
| jemalloc, tested with 5.3.0 | `libjemalloc-dev` | memory, in release builds where it is installed | BSD-2-Clause |
| Swift's runtime and Foundation, tested with 6.3 | | | Apache-2.0 with the Runtime Library Exception |
| GNU C and C++ libraries | | | LGPL-2.1; GPL-3.0 with the GCC Runtime Library Exception |

## The SDK for TypeScript

None but Node itself, 18 or later. It is built with TypeScript 4.8 and the types of Node 18, both of Debian.

## Tests only

`postgresql`, `strace`, `openssl`, `protoc`, and the packages of [requirements.txt](../Tests/Interop/python/requirements.txt).
"""


def license_of(identity):
    folders = {os.path.basename(path).lower(): path for path in glob.glob(os.path.join(ROOT, ".build", "checkouts", "*"))}
    for path in sorted(glob.glob(os.path.join(folders[identity], "[Ll][Ii][Cc][Ee][Nn][SsCc][Ee]*"))):
        with open(path) as file:
            text = " ".join(file.read(2000).split())
        for mark, name in LICENSES.items():
            if mark in text:
                return name
    sys.exit(f"dependencies: the licence of {identity} is not one of {', '.join(LICENSES.values())}; look at it")


def rows():
    with open(os.path.join(ROOT, "Package.swift")) as file:
        named = {name.lower().removesuffix(".git") for name in re.findall(r'url: "https://[^"]*/([^"/]+)"', file.read())}
    with open(os.path.join(ROOT, "Package.resolved")) as file:
        pins = json.load(file)["pins"]
    for pin in sorted(pins, key=lambda pin: pin["identity"]):
        identity, url = pin["identity"], pin["location"].removesuffix(".git")
        mark = "**" if identity in named else ""
        yield f"| {mark}[{identity}]({url}){mark}", pin["state"]["version"], license_of(identity)


def main():
    current = list(rows())
    if sys.argv[1:] != ["--check"]:
        with open(PAGE, "w") as file:
            file.write(HEAD + "".join(f"{name} | {version} | {license} |\n" for name, version, license in current) + TAIL)
        return
    with open(PAGE) as file:
        written = re.findall(r"^(\| \**\[[^|]*) \| ([^|]*) \| ([^|]*) \|$", file.read(), re.M)
    told = {(name, license) for name, _, license in written}
    found = {(name, license) for name, _, license in current}
    for name, license in sorted(told ^ found):
        print(f"dependencies: {name[2:]} ({license}) is {'not used' if (name, license) in told else 'not in the page'}",
              file=sys.stderr)
    if told != found:
        sys.exit("dependencies: run scripts/dependencies.py")
    if written != current:
        print("dependencies: some are built in other versions than docs/dependencies.md says")


if __name__ == "__main__":
    main()
