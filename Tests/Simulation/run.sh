#!/usr/bin/env bash
# The short form of the simulation: ./run.sh PATH-OF-SIMULATION. More seeds, or others: SIMULATION_SEEDS, SIMULATION_SHARED_SEEDS,
# SIMULATION_CORE_SEEDS and SIMULATION_SEED.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
simulation=$(realpath "${1:?usage: run.sh PATH-OF-SIMULATION}")
seeds=${SIMULATION_SEEDS:-400}
shared_seeds=${SIMULATION_SHARED_SEEDS:-100}
core_seeds=${SIMULATION_CORE_SEEDS:-10000}
first=${SIMULATION_SEED:-1}

"$here/mutants.py" --check

echo "-- the same seeds take the same course in another process"
for servers in 1 3; do
    one=$("$simulation" --servers "$servers" --seed "$first" --seeds 5)
    other=$("$simulation" --servers "$servers" --seed "$first" --seeds 5)
    if [[ $one != "$other" ]]; then
        printf 'two processes differ:\n%s\n%s\n' "$one" "$other" >&2
        exit 1
    fi
done

status=0

# simulate SEEDS OPTION ...: on each processor a part.
simulate() {
    local processors part index pid pids=()
    processors=$(getconf _NPROCESSORS_ONLN)
    part=$((($1 + processors - 1) / processors))
    shift
    for ((index = 0; index < processors; index++)); do
        "$simulation" "$@" --seed $((first + index * part)) --seeds "$part" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || status=1; done
}

echo "-- the core alone, $core_seeds seeds"
simulate "$core_seeds" --core --workflows 3

echo "-- $seeds seeds"
simulate "$seeds"

# Two, too: what a third one would make good shows there.
for servers in 2 3; do
    echo "-- $shared_seeds seeds of $servers servers"
    simulate "$shared_seeds" --servers "$servers"
done

echo "-- 5,000 workflows at once"
"$simulation" --seed "$first" --workflows 5000 || status=1
exit $status
