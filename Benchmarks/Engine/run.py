#!/usr/bin/env python3
"""Measures Aether's workloads and prints them as the table of docs/performance.md.

    Benchmarks/Engine/run.py [--runs N] [--aether PATH] [WORKLOAD ...]

Every figure comes from `aether bench`; each run has a new database in the current directory, so start it on the disk you mean.
"""

import argparse
import json
import os
import platform
import subprocess
import sys


def rate(document, unit="steps"):
    return f"{document[f'{unit}_per_second']:,.0f} /s"


def milliseconds(document):
    latency = document["latency_ms"]
    return f"p50 {latency['p50']:.2f} ms, p99 {latency['p99']:.2f} ms"


# Name: the command, what the table says of it, the goal.
WORKLOADS = {
    "steps": ("steps --workflows 10000 --steps 10", rate, "100,000 /s"),
    "interleaved": ("steps --workflows 100000 --steps 10 --concurrency 100000", rate, "80,000 /s"),
    "start": ("start", lambda d: rate(d, "workflows"), "15,000 /s"),
    "sequential": ("sequential", milliseconds, "p50 0.35 ms, p99 1 ms"),
    "fanout": ("fanout --children 1000", lambda d: f"{d['seconds']:.2f} s", "0.2 s"),
    "activities": ("activities", rate, "30,000 /s"),
    "sleep": (
        "sleep --workflows 1000000",
        lambda d: f"{d['peak_memory_mb']['server']:,.0f} MiB, {d['server_cpu_percent']:.1f} % CPU", "1 GiB, 1 %"),
    "recover": (
        "recover --workflows 100000",
        lambda d: f"{d['first_progress_seconds']:.1f} s, {d['all_resumed_seconds']:.1f} s", "1 s, 20 s"),
    "recover-all": (
        "recover --workflows 100000 --kill-workers",
        lambda d: f"{d['first_progress_seconds']:.1f} s, {d['all_resumed_seconds']:.1f} s", "1 s, 20 s"),
    "idle": ("idle", lambda d: f"{d['server_cpu_percent']:.1f} % CPU, {d['server_memory_mb']:.0f} MiB", "0.5 %, 40 MB"),
    "memory": ("steps --workflows 10000 --steps 10 --persistence memory", rate, "200,000 /s"),
}


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "an unknown processor"


def parts(document):
    cpu = document["cpu_us_per_step"]
    if None in cpu.values():
        return "", ""
    return f"{cpu['server']:.1f} / {cpu['worker']:.1f} / {cpu['client']:.1f}", f"{document['bytes_per_step']:,.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--aether", default="aether", help="the program; build it with scripts/build.sh")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=", ".join(WORKLOADS))
    arguments = parser.parse_args()
    unknown = [name for name in arguments.workloads if name not in WORKLOADS]
    if unknown:
        parser.error(f"there is no workload {unknown[0]}")
    print(f"{os.cpu_count()} × {processor()}, {platform.system()} {platform.release()}, medians of {arguments.runs} runs\n")
    print("| `aether bench …` | measured | goal | CPU µs a step: server / worker / client | bytes written a step |")
    print("|---|---|---|---|---|")
    for name in arguments.workloads or WORKLOADS:
        command, result, goal = WORKLOADS[name]
        process = subprocess.run(
            [arguments.aether, "bench", *command.split(), "--runs", str(arguments.runs), "--json"],
            stdout=subprocess.PIPE, text=True)
        if process.returncode:
            return process.returncode
        document = json.loads(process.stdout)
        cpu, written = parts(document)
        print(f"| `{command}` | {result(document)} | {goal} | {cpu} | {written} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
