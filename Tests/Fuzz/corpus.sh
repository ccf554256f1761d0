#!/usr/bin/env bash
# Makes Corpus anew: the seeds, what is there, and what N seconds of fuzzing add, and of that the fewest inputs that cover as much.
# ./corpus.sh [--seconds N] [TARGET…]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/build.sh"

seconds=60
if [[ ${1:-} == --seconds ]]; then
    seconds=${2:?--seconds needs a number}
    shift 2
fi
targets=("$@")
(($#)) || targets=("${all_targets[@]}")

build_fuzzers Seeds "${targets[@]}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$here/.build/debug/Seeds" "$scratch"
for target in "${targets[@]}"; do
    mkdir -p "$here/Corpus/$target" "$here/.build/found"
    fuzzer "$target" -max_total_time="$seconds" -verbosity=0 "$scratch/$target" "$here/Corpus/$target"
    rm -rf "$scratch/merged" && mkdir "$scratch/merged"
    fuzzer "$target" -set_cover_merge=1 -verbosity=0 "$scratch/merged" "$scratch/$target" "$here/Corpus/$target"
    rm -rf "${here:?}/Corpus/$target" && mv "$scratch/merged" "$here/Corpus/$target"
    echo "$target: $(find "$here/Corpus/$target" -type f | wc -l) inputs, $(du -sb "$here/Corpus/$target" | cut -f1) bytes"
done
