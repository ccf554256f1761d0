#!/usr/bin/env python3
"""Measures Aether, DBOS and the limits of this machine, and prints Markdown tables.

    Benchmarks/compare.py [WORKLOAD ...] [--aether PATH] [--runs N] [--heavy-runs N] [--no-dbos] [--write FILE]

What is compared runs in turn: Aether, DBOS, Aether, DBOS, …, so that a slow minute of the machine hits both. The
databases are in a folder of --directory, which is removed at the end: choose the disk that is meant. Progress goes to
stderr.
"""

import argparse
import os
import shlex
import signal
import sys
import tempfile

from comparison import conditions, goals, limits, marks, peers
from comparison.failure import Failure
from comparison.medians import medians
from comparison.peers import BACKENDS
from comparison.programs import BENCHMARKS, DBOS, Aether, Limits
from comparison.workloads import WORKLOADS

LIMITS = "limits"
NAMES = [LIMITS, *WORKLOADS]
HEAVY = [workload.name for workload in WORKLOADS.values() if workload.is_heavy]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"all, or some of {', '.join(NAMES)}")
    parser.add_argument("--aether", default="aether", metavar="PATH", help="the program; scripts/build.sh builds it")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="how often to run each; 5 if not given")
    parser.add_argument("--heavy-runs", type=int, metavar="N", help=f"the same for {', '.join(HEAVY)}; as --runs")
    parser.add_argument("--no-dbos", action="store_true", help="do without DBOS")
    parser.add_argument("--directory", default=".", metavar="PATH", help="where the databases are; here if not given")
    parser.add_argument("--write", metavar="FILE", help="put the tables between the marks of this file as well")
    parser.add_argument(
        "--share", type=float, default=1, metavar="PART",
        help="run only this part of the workflows, to see that everything works; the figures then say nothing")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.workloads if name not in NAMES]
    if unknown:
        parser.error(f"there is no workload {unknown[0]}; there are {', '.join(NAMES)}")
    if arguments.heavy_runs is None:
        arguments.heavy_runs = arguments.runs
    if min(arguments.runs, arguments.heavy_runs) < 1:
        parser.error("--runs and --heavy-runs are at least 1")
    if not 0 < arguments.share <= 1:
        parser.error("--share is above 0 and at most 1")
    if arguments.write and arguments.share < 1:
        parser.error("--write needs all of the workflows, not a --share of them")
    return arguments


def command(arguments):
    """What was typed, without the paths of this machine."""
    words = ["Benchmarks/compare.py", *arguments.workloads, "--runs", str(arguments.runs)]
    if arguments.heavy_runs != arguments.runs:
        words += ["--heavy-runs", str(arguments.heavy_runs)]
    if arguments.no_dbos:
        words.append("--no-dbos")
    if arguments.share < 1:
        words += ["--share", str(arguments.share)]
    if arguments.write:
        words += ["--write", os.path.relpath(arguments.write, BENCHMARKS.parent)]
    return shlex.join([*words, "--aether", "PATH"])


def in_turn(title, runs, contenders):
    """Runs each contender once, then each once more, and so on; the medians of each."""
    documents = {name: [] for name in contenders}
    for number in range(1, runs + 1):
        for name, measure in contenders.items():
            print(f"{title} {number}/{runs}: {name}", file=sys.stderr, flush=True)
            try:
                documents[name].append(measure())
            except Failure as failure:
                raise Failure(f"{title}, {name}: {failure}") from None
    return {name: medians(runs) for name, runs in documents.items()}


class Comparison:
    """The programs, and what they have measured."""

    def __init__(self, arguments, folder):
        names = arguments.workloads or NAMES
        self.arguments = arguments
        self.folder = folder
        self.workloads = [WORKLOADS[name] for name in NAMES if name in names and name != LIMITS]
        self.aether = Aether(arguments.aether)
        self.dbos = DBOS() if any(map(self.is_compared, self.workloads)) else None
        self.limits_program = Limits(folder) if LIMITS in names else None
        self.results = {}
        self.limits = None
        self.failures = []

    def is_compared(self, workload):
        return workload.peer is not None and not self.arguments.no_dbos

    def contenders(self, workload):
        share = self.arguments.share
        contenders = {"Aether": lambda: self.aether.measure(workload.command(share), self.folder)}
        if self.is_compared(workload):
            command = workload.peer.command(share)
            for title, backend in BACKENDS.items():
                contenders[title] = lambda backend=backend: self.dbos.measure(command, backend, self.folder)
        return contenders

    def measure(self):
        """A workload that fails is left out; the others run."""
        if self.limits_program:
            self.attempt(self.measure_limits)
        for workload in self.workloads:
            self.attempt(lambda: self.measure_workload(workload))

    def attempt(self, measure):
        try:
            measure()
        except Failure as failure:
            self.failures.append(failure)

    def measure_limits(self):
        contenders = {"this machine": lambda: self.limits_program.measure(self.folder)}
        (self.limits,) = in_turn(LIMITS, self.arguments.runs, contenders).values()

    def measure_workload(self, workload):
        runs = self.arguments.heavy_runs if workload.is_heavy else self.arguments.runs
        self.results[workload.name] = in_turn(workload.name, runs, self.contenders(workload))

    def report(self):
        share = self.arguments.share
        sections = [
            self.conditions(), goals.section(self.results, share), peers.section(self.results, share),
            limits.section(self.results, self.limits)]
        return "\n\n".join(section for section in sections if section) + "\n"

    def conditions(self):
        arguments = self.arguments
        runs = "a single run each" if arguments.runs == 1 else f"medians of {arguments.runs} runs"
        if arguments.heavy_runs != arguments.runs:
            runs += f" ({arguments.heavy_runs} of {', '.join(HEAVY)})"
        return (
            f"{conditions.machine(self.folder)}; server, workers and client share the cores; {runs}. "
            f"{conditions.versions(self.aether.version, self.results, self.limits)}.\n\n"
            f"```\n{command(arguments)}\n```")


def compare(arguments):
    if arguments.write:
        marks.around(arguments.write)
    try:
        work = tempfile.TemporaryDirectory(prefix=".compare-", dir=os.path.abspath(arguments.directory))
    except OSError as error:
        raise Failure(f"can't make a folder in {arguments.directory}: {error.strerror}") from None
    with work as folder:
        comparison = Comparison(arguments, folder)
        comparison.measure()
        text = comparison.report()
    if comparison.results or comparison.limits:
        print(text, end="", flush=True)
    for failure in comparison.failures:
        print(f"compare.py: {failure}", file=sys.stderr)
    if comparison.failures:
        return 1
    if arguments.write:
        marks.write(arguments.write, text)
    return 0


def main():
    arguments = parse()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        return compare(arguments)
    except Failure as failure:
        print(f"compare.py: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("compare.py: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
