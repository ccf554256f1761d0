#!/usr/bin/env bash
# Makes Corpus anew: the seeds, what is there, and what N seconds of fuzzing add, and of that the fewest inputs that cover as much.
# ./corpus.sh [--seconds N]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/build.sh"

seconds=60
[[ ${1:-} == --seconds ]] && seconds=${2:?--seconds needs a number}

build_fuzzers Seeds "${all_targets[@]}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$here/.build/debug/Seeds" "$scratch"
for target in "${all_targets[@]}"; do
    mkdir -p "$here/Corpus/$target" "$here/.build/found"
    fuzzer "$target" -max_total_time="$seconds" -verbosity=0 "$scratch/$target" "$here/Corpus/$target"
    rm -rf "$scratch/merged" && mkdir "$scratch/merged"
    fuzzer "$target" -set_cover_merge=1 -verbosity=0 "$scratch/merged" "$scratch/$target" "$here/Corpus/$target"
    rm -rf "${here:?}/Corpus/$target" && mv "$scratch/merged" "$here/Corpus/$target"
    echo "$target: $(find "$here/Corpus/$target" -type f | wc -l) inputs, $(du -sb "$here/Corpus/$target" | cut -f1) bytes"
done
