#!/usr/bin/env bash
# The short form of the simulation: ./run.sh PATH-OF-SIMULATION. More seeds, or others: SIMULATION_SEEDS and SIMULATION_SEED.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
simulation=$(realpath "${1:?usage: run.sh PATH-OF-SIMULATION}")
seeds=${SIMULATION_SEEDS:-400}
first=${SIMULATION_SEED:-1}

"$here/mutants.py" --check

echo "-- the same seeds take the same course in another process"
one=$("$simulation" --seed "$first" --seeds 5)
other=$("$simulation" --seed "$first" --seeds 5)
if [[ $one != "$other" ]]; then
    printf 'two processes differ:\n%s\n%s\n' "$one" "$other" >&2
    exit 1
fi

echo "-- $seeds seeds, on each processor a part"
processors=$(getconf _NPROCESSORS_ONLN)
part=$(((seeds + processors - 1) / processors))
pids=()
for ((index = 0; index < processors; index++)); do
    "$simulation" --seed $((first + index * part)) --seeds "$part" &
    pids+=($!)
done
status=0
for pid in "${pids[@]}"; do wait "$pid" || status=1; done

echo "-- 5,000 workflows at once"
"$simulation" --seed "$first" --workflows 5000 || status=1
exit $status
