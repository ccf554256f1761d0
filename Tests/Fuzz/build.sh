# Sourced by the scripts beside it: the targets, how they are built, and how they are run.
# shellcheck shell=bash

all_targets=(Entries Wire JSON TOML Connection)
# A trap is all that is to be known; Swift's own report of it would read the whole program for every one.
export SWIFT_BACKTRACE=enable=no
# Else the same inputs lead to others.
export SWIFT_DETERMINISTIC_HASHING=1

# Builds the programs of targets; says nothing unless that fails.
build_fuzzers() {
    local target log
    log=$(mktemp)
    for target in "$@"; do
        # Not the package's build, which would be all that is in the packages it depends on.
        swift build --package-path "$here" --sanitize address --product "$target" >"$log" 2>&1 || {
            grep -v '/Product/' "$log" >&2
            rm "$log"
            return 1
        }
    done
    rm "$log"
}

# Runs a target's program.
fuzzer() {
    local target=$1 options=(-timeout=10 -max_len=2048 "-artifact_prefix=$here/.build/found/" -print_final_stats=0)
    shift
    [[ -f $here/Dictionaries/$target.dict ]] && options+=("-dict=$here/Dictionaries/$target.dict")
    "$here/.build/debug/$target" "${options[@]}" "$@"
}
