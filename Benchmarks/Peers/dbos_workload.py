#!/usr/bin/env python3
"""Runs one workload on DBOS Transact with a new SQLite database here, and prints one JSON line.

    dbos_workload.py start|steps|sequential|fanout|sleep [--backend sqlite|sqlite-wal] [--workflows N] [--steps N]
                     [--concurrency C] [--nap SECONDS]

Workflows run in threads, which was faster than coroutines wherever both were tried; only the sleepers are coroutines,
since each of them would keep a thread. The database is a file of a folder here, which is removed at the end.
"""

import argparse
import asyncio
import importlib.metadata
import json
import os
import platform
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy
from dbos import DBOS

# As much as a step of `aether bench` returns.
PAYLOAD = {"isRight": True, "id": 123_456, "text": "0123456789abcdef0123456789abcdef"}
QUEUE = "children"
CONNECTIONS = 20


@DBOS.step()
def step():
    return PAYLOAD


@DBOS.step()
def instant():
    return time.perf_counter_ns()


@DBOS.workflow()
def steps(count):
    for _ in range(count):
        step()
    return count


@DBOS.workflow()
def sequential(count):
    return [instant() for _ in range(count)]


@DBOS.workflow()
def fanout(count):
    children = [DBOS.enqueue_workflow(QUEUE, steps, 1) for _ in range(count)]
    return sum(child.get_result() for child in children)


class Asleep:
    now = 0
    most = 0


@DBOS.workflow()
async def sleeper(seconds):
    Asleep.now += 1
    Asleep.most = max(Asleep.most, Asleep.now)
    await DBOS.sleep_async(seconds)
    Asleep.now -= 1


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Measurement:
    """What this process uses from now on."""

    def __init__(self):
        self.begin = time.perf_counter()
        self.cpu = cpu_seconds()

    def seconds(self):
        return time.perf_counter() - self.begin

    def figures(self, workflows, step_count):
        seconds = self.seconds()
        return {
            "workflows": workflows,
            "seconds": round(seconds, 3),
            "workflows_per_second": round(workflows / seconds, 1),
            "steps_per_second": round(step_count / seconds, 1),
            "cpu_us_per_step": round((cpu_seconds() - self.cpu) / step_count * 1_000_000, 1),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        }


def expect(result, expected):
    if result != expected:
        raise RuntimeError(f"a workflow returned {result} instead of {expected}")


def measure_steps(arguments):
    with ThreadPoolExecutor(arguments.concurrency) as threads:
        measurement = Measurement()
        for result in threads.map(steps, [arguments.steps] * arguments.workflows):
            expect(result, arguments.steps)
        return measurement.figures(arguments.workflows, arguments.workflows * arguments.steps)


def measure_sequential(arguments):
    """The latency is that of a step: from the moment it runs to the moment the next one runs."""
    measurement = Measurement()
    instants = sequential(arguments.steps)
    figures = measurement.figures(1, arguments.steps)
    latencies = [(after - before) / 1_000_000 for before, after in zip(instants, instants[1:])]
    figures["latency_ms"] = {
        "p50": round(statistics.median(latencies), 3),
        "mean": round(statistics.mean(latencies), 3),
    }
    return figures


def measure_fanout(arguments):
    DBOS.register_queue(QUEUE, polling_interval_sec=0.5)
    # The queue is served some time after it was registered; that is not measured.
    expect(DBOS.enqueue_workflow(QUEUE, steps, 1).get_result(), 1)
    measurement = Measurement()
    expect(fanout(arguments.workflows), arguments.workflows)
    return measurement.figures(arguments.workflows + 1, arguments.workflows)


def measure_sleep(arguments):
    async def measure():
        places = asyncio.Semaphore(arguments.concurrency)

        async def start():
            async with places:
                return await DBOS.start_workflow_async(sleeper, arguments.nap)

        measurement = Measurement()
        sleepers = await asyncio.gather(*[start() for _ in range(arguments.workflows)])
        started = measurement.seconds()
        await asyncio.gather(*[sleeper.get_result() for sleeper in sleepers])
        figures = measurement.figures(arguments.workflows, arguments.workflows)
        figures |= {"start_seconds": round(started, 3), "most_asleep": Asleep.most}
        return figures

    return asyncio.run(measure())


# Name: how it is measured, how many workflows, how many steps each, how many workflows at once.
WORKLOADS = {
    "start": (measure_steps, 2_000, 1, 2),
    "steps": (measure_steps, 400, 10, 2),
    "sequential": (measure_sequential, 1, 1_000, 1),
    "fanout": (measure_fanout, 1_000, 1, 1),
    "sleep": (measure_sleep, 5_000, 1, 16),
}


def engine_with_log(url):
    """An engine as DBOS makes it, but with a write-ahead log, synced at every commit."""
    engine = sqlalchemy.create_engine(url, pool_size=CONNECTIONS, max_overflow=0)

    @sqlalchemy.event.listens_for(engine, "connect")
    def configure(connection, _):
        connection.isolation_level = "IMMEDIATE"
        for pragma in ["busy_timeout = 30000", "foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"]:
            connection.execute(f"PRAGMA {pragma}")

    return engine


def configuration(backend, folder):
    url = f"sqlite:///{os.path.abspath(folder)}/dbos.sqlite"
    configuration = {
        "name": "benchmark", "system_database_url": url, "sys_db_pool_size": CONNECTIONS, "log_level": "ERROR"}
    if backend == "sqlite-wal":
        configuration["system_database_engine"] = engine_with_log(url)
    return configuration


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument(
        "--backend", choices=["sqlite", "sqlite-wal"], default="sqlite",
        help="as shipped (a rollback journal), or with a write-ahead log; both synced at every commit")
    parser.add_argument("--workflows", type=int, help="how many workflows, or children")
    parser.add_argument("--steps", type=int, help="how many steps each")
    parser.add_argument(
        "--concurrency", type=int, help="how many workflows at once, of start and steps; how many starts, of sleep")
    parser.add_argument("--nap", type=float, default=5, metavar="SECONDS", help="how long each sleeps, of sleep")
    arguments = parser.parse_args()
    _, workflows, steps_each, concurrency = WORKLOADS[arguments.workload]
    arguments.workflows = arguments.workflows or workflows
    arguments.steps = arguments.steps or steps_each
    arguments.concurrency = arguments.concurrency or concurrency
    return arguments


def main():
    arguments = parse()
    measure = WORKLOADS[arguments.workload][0]
    with tempfile.TemporaryDirectory(prefix=".dbos-", dir=".") as folder:
        DBOS(config=configuration(arguments.backend, folder))
        DBOS.launch()
        try:
            # What is new to the process is not measured.
            expect(steps(1), 1)
            figures = measure(arguments)
        finally:
            DBOS.destroy(workflow_completion_timeout_sec=0)
    about = {
        "workload": arguments.workload, "backend": arguments.backend, "dbos": importlib.metadata.version("dbos"),
        "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    print(json.dumps(about | figures))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
