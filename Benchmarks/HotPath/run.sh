#!/usr/bin/env bash
# Micro-benchmarks of the hot path: ./run.sh prints what each costs, ./run.sh --check compares it with Thresholds and fails
# where something costs twice as much, ./run.sh --update writes Thresholds anew. Builds into .build-hotpath.
set -euo pipefail
cd "$(dirname "$0")/../.."
export AETHER_MICRO_BENCHMARKS=1

thresholds=(--metric cpuTotal --path Benchmarks/HotPath/Thresholds)

benchmark() {
    swift package --scratch-path .build-hotpath --allow-writing-to-package-directory benchmark "$@" \
        --target HotPath --no-progress
}

case "${1:-}" in
    "") benchmark run ;;
    --check) benchmark thresholds check "${thresholds[@]}" ;;
    --update) benchmark thresholds update "${thresholds[@]}" ;;
    *)
        echo "usage: run.sh [--check | --update]" >&2
        exit 64
        ;;
esac
