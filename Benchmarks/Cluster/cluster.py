#!/usr/bin/env python3
"""Durable steps a second on PostgreSQL: one server, three servers, and what PostgreSQL itself does beside.

    cluster.py --aether PATH [--runs N] [--workflows N] [--steps N] [--nodes N…] [--workers N]

Starts a PostgreSQL of its own in a temporary directory, as Debian ships it (every commit waits for the disk). The kinds take turns, and
what is printed are medians and their ratios. With three servers the workers of `aether bench` are connected to the first one and serve all.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Interop/python"))

import postgres  # noqa: E402  (it stands with the tests)


class Cluster:
    """Servers of one new database."""

    def __init__(self, aether, url, count):
        self.directory = tempfile.TemporaryDirectory(prefix="aether-cluster-")
        self.processes, self.ports = [], []
        for number in range(count):
            folder = os.path.join(self.directory.name, str(number))
            os.mkdir(folder)
            self.processes.append(subprocess.Popen(
                [aether, "serve", "--db", url, "--grpc-port", "0", "--http-port", "0", "--no-metrics", "--ready-file", "ready"],
                cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for number in range(count):
            ready = os.path.join(self.directory.name, str(number), "ready")
            deadline = time.monotonic() + 30
            while not os.path.exists(ready):
                assert time.monotonic() < deadline, "a server does not start"
                time.sleep(0.05)
            with open(ready) as file:
                self.ports.append(json.load(file)["grpc"])
        # Shards are spread when each server has looked once more.
        time.sleep(1 if count == 1 else 8)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
        self.directory.cleanup()


def steps_a_second(aether, url, count, wanted):
    with Cluster(aether, url, count) as cluster:
        done = subprocess.run(
            [aether, "bench", "steps", "--server", f"http://127.0.0.1:{cluster.ports[0]}", "--workflows", str(wanted.workflows),
             "--steps", str(wanted.steps), "--workers", str(wanted.workers), "--json"],
            stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["steps_per_second"]


def main():
    parser = argparse.ArgumentParser(description="Durable steps a second on PostgreSQL, by the number of servers.")
    parser.add_argument("--aether", required=True, help="the program, a release build")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workflows", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--nodes", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--workers", type=int, default=1)
    wanted = parser.parse_args()
    aether = os.path.realpath(wanted.aether)
    rates = {count: [] for count in wanted.nodes}
    with postgres.Postgres() as server:
        os.environ[postgres.VARIABLE] = server.url
        for run in range(wanted.runs):
            for count in wanted.nodes:
                url = postgres.database(f"bench-{run}-{count}")
                rates[count].append(steps_a_second(aether, url, count, wanted))
                print(f"run {run + 1}, {count} server(s): {rates[count][-1]:,.0f} steps/s", flush=True)
    first = statistics.median(rates[wanted.nodes[0]])
    for count, found in rates.items():
        median = statistics.median(found)
        print(f"{count} server(s): median {median:,.0f} steps/s, {median / first:.2f} of the first")


if __name__ == "__main__":
    main()
