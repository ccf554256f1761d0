"""What is run, what of it is shown, and the goals."""

import math
from collections.abc import Callable
from dataclasses import dataclass


def arguments(sizes, share=1):
    """Options of a command line; of the workflows and children only a share."""
    shared = {
        name: max(1, int(value * share)) if name in ("workflows", "children") else value
        for name, value in sizes.items()}
    return [text for name, value in shared.items() for text in (f"--{name}", str(value))]


@dataclass(frozen=True)
class Figure:
    """A figure of `aether bench`, the goal and the least that is asked."""

    form: str
    value: Callable
    goal: float
    least: float | None = None
    more_is_better: bool = False

    def reaches(self, document, bound):
        if bound is None:
            return True
        value = self.value(document)
        return value >= bound if self.more_is_better else value <= bound


@dataclass(frozen=True)
class Match:
    """A figure that Aether and DBOS both have."""

    label: str
    form: str
    aether: Callable
    dbos: Callable
    more_is_better: bool = False

    def ratio(self, aether, dbos):
        """How many times Aether is better."""
        ours, theirs = self.aether(aether), self.dbos(dbos)
        better, worse = (ours, theirs) if self.more_is_better else (theirs, ours)
        return better / worse if worse else math.inf


@dataclass(frozen=True)
class Peer:
    """What DBOS runs beside a workload of Aether."""

    workload: str
    sizes: dict
    matches: tuple[Match, ...]

    def command(self, share):
        return [self.workload, *arguments(self.sizes, share)]


@dataclass(frozen=True)
class Workload:
    """A workload of `aether bench`."""

    name: str
    bench: str
    sizes: dict
    figures: tuple[Figure, ...] = ()
    flags: tuple[str, ...] = ()
    peer: Peer | None = None
    is_heavy: bool = False

    def command(self, share):
        return [self.bench, *arguments(self.sizes, share), *self.flags]


def steps_per_second(document):
    return document["steps_per_second"]


def workflows_per_second(document):
    return document["workflows_per_second"]


def seconds(document):
    return document["seconds"]


def p50(document):
    return document["latency_ms"]["p50"]


def server_cpu(document):
    return document["cpu_us_per_step"]["server"]


def most_server_memory(document):
    """While the workflows were started, or afterwards."""
    return max(document["peak_memory_mb"]["server"], document["server_memory_mb"])


def rate(goal, least, value=steps_per_second):
    return Figure("{:,.0f} /s", value, goal, least, more_is_better=True)


RECOVERY = (
    Figure("first {:.1f} s", lambda document: document["first_progress_seconds"], 1, 3),
    Figure("all {:.1f} s", lambda document: document["all_resumed_seconds"], 20, 40),
)

STEPS_BESIDE_DBOS = Peer(
    "steps", {"workflows": 400, "steps": 10, "concurrency": 2},
    (
        Match("steps/s, workflows of 10 steps", "{:,.0f}", steps_per_second, steps_per_second, more_is_better=True),
        Match(
            "CPU µs a step, all processes", "{:,.0f}", lambda document: sum(document["cpu_us_per_step"].values()),
            lambda document: document["cpu_us_per_step"]),
    ))

START_BESIDE_DBOS = Peer(
    "start", {"workflows": 2_000, "concurrency": 2},
    (
        Match(
            "workflows/s, workflows of one step", "{:,.0f}", workflows_per_second, workflows_per_second,
            more_is_better=True),
    ))

SEQUENTIAL_BESIDE_DBOS = Peer(
    "sequential", {"steps": 1_000},
    (
        Match("ms a step of one workflow, p50", "{:.2f}", p50, p50),
        Match(
            "ms a step of one workflow, mean", "{:.2f}",
            lambda document: document["seconds"] / document["steps"] * 1000,
            lambda document: document["latency_ms"]["mean"]),
    ))

FANOUT_BESIDE_DBOS = Peer(
    "fanout", {"workflows": 1_000}, (Match("seconds for the children of one workflow", "{:.2f}", seconds, seconds),))

SLEEP_BESIDE_DBOS = Peer(
    "sleep", {"workflows": 5_000, "concurrency": 16, "nap": 5},
    (
        Match(
            "sleepers started/s", "{:,.0f}", workflows_per_second,
            lambda document: document["workflows"] / document["start_seconds"], more_is_better=True),
        Match(
            "peak memory in MiB, sleepers", "{:,.0f}",
            lambda document: most_server_memory(document) + document["peak_memory_mb"]["worker"],
            lambda document: document["peak_memory_mb"]),
    ))

WORKLOADS = {
    workload.name: workload
    for workload in [
        Workload(
            "steps", "steps", {"workflows": 10_000, "steps": 10},
            (rate(100_000, 50_000), Figure("server CPU {:.1f} µs", server_cpu, 8, 15)), peer=STEPS_BESIDE_DBOS),
        Workload(
            "interleaved", "steps", {"workflows": 100_000, "steps": 10, "concurrency": 100_000},
            (rate(80_000, 40_000),), is_heavy=True),
        Workload(
            "start", "start", {"workflows": 20_000}, (rate(15_000, 8_000, workflows_per_second),),
            peer=START_BESIDE_DBOS),
        Workload(
            "sequential", "sequential", {"steps": 5_000},
            (
                Figure("p50 {:.2f} ms", p50, 0.35, 0.5),
                Figure("p99 {:.2f} ms", lambda document: document["latency_ms"]["p99"], 1),
            ),
            peer=SEQUENTIAL_BESIDE_DBOS),
        Workload(
            "fanout", "fanout", {"children": 1_000}, (Figure("{:.2f} s", seconds, 0.2, 0.5),), peer=FANOUT_BESIDE_DBOS),
        Workload("activities", "activities", {"workflows": 10_000, "activities": 10}, (rate(30_000, 15_000),)),
        Workload(
            "sleep", "sleep", {"workflows": 1_000_000},
            (
                Figure("{:,.0f} MiB", most_server_memory, 1024, 2048),
                Figure("{:.1f} % CPU", lambda document: document["server_cpu_percent"], 1),
            ),
            is_heavy=True),
        Workload("sleepers", "sleep", {"workflows": 5_000, "watch": "1s"}, peer=SLEEP_BESIDE_DBOS),
        Workload("recover", "recover", {"workflows": 100_000}, RECOVERY, is_heavy=True),
        Workload("recover-all", "recover", {"workflows": 100_000}, RECOVERY, flags=("--kill-workers",), is_heavy=True),
        Workload(
            "idle", "idle", {},
            (
                Figure("{:.1f} % CPU", lambda document: document["server_cpu_percent"], 0.5, 1),
                # `aether bench` says MiB, the goal is in MB.
                Figure("{:.0f} MB", lambda document: document["server_memory_mb"] * 1.048576, 40, 60),
            )),
        Workload(
            "memory", "steps", {"workflows": 10_000, "steps": 10}, (rate(200_000, 100_000),),
            flags=("--persistence", "memory")),
    ]}
