#!/usr/bin/env bash
# Unary echo of 128 bytes, both transports in one run on one machine: requests per second as h2load counts them, and
# the server's CPU time per request. Needs h2load (Debian: nghttp2-client).
set -euo pipefail
cd "$(dirname "$0")"

requests=${REQUESTS:-200000}
port=${PORT:-18433}
swift build -c release --product TransportBenchmarkServer >&2
server=$(swift build -c release --show-bin-path)/TransportBenchmarkServer

body=$(mktemp)
trap 'rm -f "$body"; [ -z "${pid:-}" ] || kill "$pid" 2>/dev/null || true' EXIT
# A gRPC message: not compressed, 128 bytes long.
{ printf '\000\000\000\000\200'; head -c 128 /dev/zero; } >"$body"

cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
load() {
    h2load -n "$1" -c "$2" -m "$3" -d "$body" -H 'content-type: application/grpc' -H 'te: trailers' \
        "http://127.0.0.1:$port/bench.Echo/Unary"
}

# transport, connections, streams → requests/s and µs of CPU per request
measure() {
    "$server" "$1" "$port" >&2 &
    pid=$!
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    load 20000 "$2" "$3" >/dev/null
    local before after output rate failed
    before=$(cpu_ticks "$pid")
    output=$(load "$requests" "$2" "$3")
    after=$(cpu_ticks "$pid")
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    pid=
    failed=$(grep -oE '[0-9]+ failed' <<<"$output" | cut -d' ' -f1)
    [ "$failed" = 0 ] || { echo "$failed requests failed" >&2; exit 1; }
    rate=$(grep -oE '[0-9.]+ req/s' <<<"$output" | head -1 | cut -d' ' -f1)
    awk -v rate="$rate" -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" -v n="$requests" \
        'BEGIN { printf "%.0f %.1f\n", rate, ticks / hz * 1e6 / n }'
}

echo "| connections × streams | transport | requests/s | server CPU a request |"
echo "|---|---|---:|---:|"
for shape in "1 100" "4 100" "1 1"; do
    read -r connections streams <<<"$shape"
    read -r nio_rate nio_cpu <<<"$(measure nio "$connections" "$streams")"
    read -r rate cpu <<<"$(measure nghttp2 "$connections" "$streams")"
    echo "| $connections × $streams | grpc-swift-nio-transport | $nio_rate | $nio_cpu µs |"
    echo "| $connections × $streams | NGHTTP2Transport | $rate | $cpu µs |"
    awk -v a="$rate" -v b="$nio_rate" -v c="$cpu" -v d="$nio_cpu" -v s="$connections × $streams" \
        'BEGIN { printf "| %s | ratio | %.1f | 1/%.1f |\n", s, a / b, d / c }'
done
