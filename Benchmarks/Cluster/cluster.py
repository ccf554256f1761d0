#!/usr/bin/env python3
"""Durable steps a second on PostgreSQL: one server, three servers, and what PostgreSQL itself does beside.

    cluster.py --aether PATH [--runs N] [--workflows N] [--steps N] [--nodes N…] [--loads N]

Starts a PostgreSQL of its own in a temporary directory, as Debian ships it (every commit waits for the disk), or takes the one that
TEST_POSTGRES names. The kinds take turns, and what is printed are medians and their ratios, with what a step costs: time of a
processor in the servers, in PostgreSQL and in the load, and bytes of PostgreSQL's log and of its tables. A load is an `aether bench`, a
client and a worker, and has its part of the workflows; the loads are spread over the servers. With fewer loads than servers, the
workers of some serve workflows of all.
"""

import argparse
import contextlib
import json
import os
import pathlib
import resource
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


def processor_time(processes):
    """Seconds of a processor that processes have had."""
    ticks = 0
    for process in processes:
        with contextlib.suppress(FileNotFoundError):
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def database_processes(url):
    return [row[0] for row in postgres.query(url, "SELECT pid FROM pg_stat_activity")]


def steps_a_second(aether, url, count, wanted):
    """Steps a second, and what each cost: microseconds of a processor, and bytes."""
    with Cluster(aether, url, count) as cluster:
        servers = [process.pid for process in cluster.processes]
        # Those there are now are there at the end: servers keep their connections.
        database = database_processes(url)
        log = postgres.query(url, "SELECT pg_current_wal_lsn()")[0][0]
        before = processor_time(servers), processor_time(database), load_time()
        loads = [subprocess.Popen(
            [aether, "bench", "steps", "--server", f"http://127.0.0.1:{cluster.ports[number % count]}", "--json",
             "--workflows", str(wanted.workflows // wanted.loads), "--steps", str(wanted.steps)], stdout=subprocess.PIPE)
            for number in range(wanted.loads)]
        rates = [json.loads(load.communicate()[0])["steps_per_second"] for load in loads]
        after = processor_time(servers), processor_time(database), load_time()
        written = postgres.query(url, f"SELECT pg_current_wal_lsn() - '{log}'::pg_lsn, pg_database_size(current_database())")[0]
    steps = wanted.workflows // wanted.loads * wanted.loads * wanted.steps
    costs = [(end - begin) * 1e6 / steps for begin, end in zip(before, after)] + [int(bytes) / steps for bytes in written]
    # They begin at the same time; the one that ends last has the least.
    return min(rates) * wanted.loads, costs


def load_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description="Durable steps a second on PostgreSQL, by the number of servers.")
    parser.add_argument("--aether", required=True, help="the program, a release build")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workflows", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--nodes", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--loads", type=int, default=3)
    wanted = parser.parse_args()
    aether = os.path.realpath(wanted.aether)
    found = {count: [] for count in wanted.nodes}
    with contextlib.ExitStack() as stack:
        if postgres.VARIABLE not in os.environ:
            os.environ[postgres.VARIABLE] = stack.enter_context(postgres.Postgres()).url
        for run in range(wanted.runs):
            for count in wanted.nodes:
                url = postgres.database(f"bench-{os.getpid()}-{run}-{count}")
                found[count].append(steps_a_second(aether, url, count, wanted))
                print(f"run {run + 1}, {count} server(s): {found[count][-1][0]:,.0f} steps/s", flush=True)
    first = statistics.median(rate for rate, _ in found[wanted.nodes[0]])
    for count, runs in found.items():
        median = statistics.median(rate for rate, _ in runs)
        costs = [statistics.median(costs) for costs in zip(*(costs for _, costs in runs))]
        print(f"{count} server(s): median {median:,.0f} steps/s, {median / first:.2f} of the first; a step: servers {costs[0]:.1f} us, "
              f"PostgreSQL {costs[1]:.1f} us, load {costs[2]:.1f} us; its log {costs[3]:.0f} bytes, tables {costs[4]:.0f} bytes")


if __name__ == "__main__":
    main()
