#!/usr/bin/env python3
"""Measures whether a step costs more when the database is full of finished workflows, and prints a Markdown table.

    Benchmarks/filled.py [--aether PATH] [--fill PATH] [--sizes N N] [--runs N] [--keep]

Each database is filled by Benchmarks/Storage's `fill` and has a server of its own; `aether bench steps` drives them in
turn. The server's CPU is what /proc says before and after a run. The databases are in a folder of --directory, which is
removed at the end. Progress goes to stderr.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from comparison.failure import Failure
from comparison.medians import medians
from comparison.programs import BENCHMARKS, Aether, end, last_line

FILL = BENCHMARKS / "Storage" / ".build" / "release" / "fill"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--aether", default="aether", metavar="PATH", help="the program; scripts/build.sh builds it")
    parser.add_argument(
        "--fill", default=FILL, metavar="PATH",
        help="the program that fills; `swift build -c release --product fill` in Benchmarks/Storage builds it")
    parser.add_argument(
        "--sizes", type=int, nargs=2, default=[10_000, 5_000_000], metavar="N",
        help="how many finished workflows; 10,000 and 5,000,000 if not given")
    parser.add_argument("--workflows", type=int, default=10_000, metavar="N", help="of a run; 10,000 if not given")
    parser.add_argument("--steps", type=int, default=10, metavar="N", help="of a workflow; 10 if not given")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="how often to run each; 5 if not given")
    parser.add_argument("--directory", default=".", metavar="PATH", help="where the databases are; here if not given")
    parser.add_argument("--keep", action="store_true", help="leave the databases there")
    arguments = parser.parse_args()
    if min(*arguments.sizes, arguments.workflows, arguments.steps, arguments.runs) < 1:
        parser.error("every number is at least 1")
    if arguments.sizes[0] == arguments.sizes[1]:
        parser.error("--sizes are two different ones")
    return arguments


class FilledServer:
    """A database with finished workflows, and the server on it."""

    def __init__(self, aether, size, folder):
        self.aether = aether
        self.size = size
        self.database = Path(folder) / f"{size}.db"
        self.ready = Path(folder) / f"{size}.json"

    def fill(self, program):
        print(f"filling a database with {self.size:,} workflows", file=sys.stderr, flush=True)
        try:
            filled = subprocess.run([program, self.database, str(self.size)], check=False)
        except OSError as error:
            raise Failure(f"can't run {program}: {error.strerror}; build it in Benchmarks/Storage") from None
        if filled.returncode != 0:
            raise Failure(f"the database of {self.size:,} workflows could not be filled")
        self.bytes = self.database.stat().st_size

    def __enter__(self):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [self.aether.path, "serve", "--grpc-port", "0", "--http-port", "0", "--no-metrics", "--db", self.database,
             "--ready-file", self.ready],
            cwd=self.database.parent, env=without_settings(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.errors, start_new_session=True)
        # Its first line says that it serves.
        if not self.process.stdout.readline():
            self.process.wait()
            raise Failure(f"the server did not start: {last_line(self.errors)}")
        self.url = f"http://127.0.0.1:{json.loads(self.ready.read_text())['grpc']}"
        return self

    def __exit__(self, *_):
        end(self.process)
        self.process.stdout.close()
        self.errors.close()

    def processor_seconds(self):
        """User's and system's time of the server so far."""
        fields = Path("/proc", str(self.process.pid), "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def measure(self, workflows, steps, folder):
        before = self.processor_seconds()
        document = self.aether.measure(
            ["steps", "--workflows", workflows, "--steps", steps, "--server", self.url], folder)
        spent = self.processor_seconds() - before
        return {"rate": document["steps_per_second"], "cpu": spent / (workflows * steps) * 1e6}


def without_settings():
    return {name: value for name, value in os.environ.items() if not name.startswith("AETHER_")}


def measure_in_turn(servers, arguments, folder):
    """The medians of each server's runs."""
    documents = [[] for _ in servers]
    for number in range(1, arguments.runs + 1):
        for server, measured in zip(servers, documents):
            print(f"run {number}/{arguments.runs}: {server.size:,} workflows", file=sys.stderr, flush=True)
            measured.append(server.measure(arguments.workflows, arguments.steps, folder))
    return [medians(measured) for measured in documents]


def table(servers, results):
    lines = [
        "| finished workflows | database | steps/s | server CPU a step |",
        "|---:|---:|---:|---:|",
    ]
    for server, result in zip(servers, results):
        size = server.bytes / (1 << 20)
        lines.append(f"| {server.size:,} | {size:,.0f} MiB | {result['rate']:,.0f} | {result['cpu']:.1f} µs |")
    first, second = results
    rate, cpu = second["rate"] / first["rate"], second["cpu"] / first["cpu"]
    lines.append(f"| ratio | {servers[1].bytes / servers[0].bytes:,.1f} | {rate:.2f} | {cpu:.2f} |")
    return "\n".join(lines)


def compare(arguments, folder):
    aether = Aether(arguments.aether)
    servers = [FilledServer(aether, size, folder) for size in arguments.sizes]
    for server in servers:
        server.fill(arguments.fill)
    with servers[0], servers[1]:
        results = measure_in_turn(servers, arguments, folder)
    runs = "one run each" if arguments.runs == 1 else f"medians of {arguments.runs} runs in turn"
    print(f"`aether bench steps --workflows {arguments.workflows} --steps {arguments.steps}`, {runs}.\n")
    print(table(servers, results), flush=True)


def main():
    arguments = parse()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    folder = None
    try:
        folder = tempfile.mkdtemp(prefix=".filled-", dir=os.path.abspath(arguments.directory))
        compare(arguments, folder)
        return 0
    except (Failure, OSError) as failure:
        print(f"filled.py: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("filled.py: stopped", file=sys.stderr)
        return 130
    finally:
        if folder and arguments.keep:
            print(f"filled.py: the databases are in {folder}", file=sys.stderr)
        elif folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
