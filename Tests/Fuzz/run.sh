#!/usr/bin/env bash
# Feeds what reads other people's bytes with inputs that a fuzzer makes up: ./run.sh [--seconds N] [TARGET…]
# First comes what is in Corpus, then N seconds of new inputs for each target, on each processor one; without --seconds so many that it
# takes some ten, and nearly the same each time, so that a change is not refused for what it did not do. What goes wrong is told with the input
# and the command that repeats it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/build.sh"

seconds=
declare -A inputs=([Entries]=30000 [Wire]=200000 [JSON]=50000 [TOML]=150000 [Connection]=6000)
targets=()
while (($#)); do
    case $1 in
    --seconds) seconds=${2:?--seconds needs a number} && shift ;;
    -*) echo "usage: run.sh [--seconds N] [TARGET…]" >&2 && exit 64 ;;
    *) targets+=("$1") ;;
    esac
    shift
done
((${#targets[@]})) || targets=("${all_targets[@]}")

build_fuzzers "${targets[@]}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$here/.build/found"

# Says what came of a target.
report() {
    local target=$1 log=$scratch/$1.log input
    if grep -q '^Done ' "$log"; then
        echo "$target: $(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) .*/\1 inputs in \2 s/p' "$log"), none of them wrong;" \
            "$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2) edges covered"
        return
    fi
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    grep -v '^#\|NEW_FUNC' "$log" | tail -60 >&2
    [[ -f $input ]] || {
        echo "$target: did not come to its end" >&2
        return 1
    }
    echo "$target: found a bug, with this input:" >&2
    {
        od -A d -t x1z "$input" | head -40 >&2
        echo "repeat: echo $(base64 -w0 "$input") | base64 -d >input && $here/.build/debug/$target input" >&2
    }
    return 1
}

status=0
processors=$(getconf _NPROCESSORS_ONLN)
for ((first = 0; first < ${#targets[@]}; first += processors)); do
    group=("${targets[@]:first:processors}")
    for target in "${group[@]}"; do
        mkdir -p "$scratch/$target"
        how=(-seed=1 -runs="${inputs[$target]}")
        [[ -n $seconds ]] && how=(-max_total_time="$seconds")
        fuzzer "$target" "${how[@]}" "$scratch/$target" "$here/Corpus/$target" >"$scratch/$target.log" 2>&1 &
    done
    wait
    for target in "${group[@]}"; do report "$target" || status=1; done
done
exit $status
