"""Does harm to servers under load, fault by fault, and says what came of it. See arguments.py."""

import os
import random
import signal
import sys
import time
import traceback
from typing import Callable, NamedTuple

import arguments
import balanced
import clocks
import cluster
import database
import disk
import faults
import kills
import mixed
import network
import opening
import postgres
import proxy
from bed import ONCE, ANY, Result, Skipped

COLUMNS = ("fault", "count", "acknowledged", "lost", "ran again", "broken", "longest recovery")


SQLITE, POSTGRES, EITHER = "SQLite", "PostgreSQL", "either"


class Fault(NamedTuple):
    name: str
    # With a source of randomness and how many of them there are to be: what came of them.
    do: Callable
    # In a short turn.
    count: int
    # The database that it is of.
    of: str = EITHER


FAULTS = [
    Fault("kill-random", kills.server_at_random(), 40),
    # Steps may run again at this tier; all else holds.
    Fault("kill-random-snapshot", kills.server_at_random("--persistence", "snapshot", steps=ANY), 10),
    Fault("kill-received", kills.server_at(faults.RECEIVED), 5),
    Fault("kill-before-commit", kills.server_at(faults.LOG_WRITE), 5),
    Fault("kill-before-sync", kills.server_at(faults.LOG_SYNC), 5),
    Fault("kill-after-commit", kills.server_at(faults.LOG_SYNCED), 5),
    Fault("kill-before-ack", kills.server_at(faults.ANSWER), 5),
    Fault("kill-dispatch", kills.server_at(faults.DISPATCH), 5),
    Fault("kill-timer", kills.at_timers, 5),
    Fault("kill-checkpoint", kills.server_at(
        faults.DATABASE_WRITE, faults.DATABASE_SYNC, faults.DATABASE_SYNCED, padding=kills.MUCH), 3, SQLITE),
    Fault("open-new", opening.each_call(opening.new), 10, SQLITE),
    Fault("open-migration", opening.each_call(opening.older), 10, SQLITE),
    Fault("open-after-crash", opening.each_call(opening.crashed), 10, SQLITE),
    Fault("kill-worker", kills.worker_at_random, 15),
    Fault("stop-server", kills.pauses_of("server", (0.1, 2), ONCE), 3),
    Fault("stop-worker", kills.pauses_of("worker", (network.SILENCE, network.SILENCE + 3), ANY), 1),
    Fault("write-error", disk.one_call_fails, 6),
    Fault("write-errors", disk.all_calls_fail, 4),
    Fault("read-error", disk.reads_fail, 10, SQLITE),
    Fault("checkpoint-error", disk.checkpoints_fail, 4, SQLITE),
    Fault("disk-full", disk.full, 3, SQLITE),
    Fault("database-connections", database.harmed(database.end_connections), 10, POSTGRES),
    Fault("database-restart", database.harmed(database.restart), 4, POSTGRES),
    Fault("database-crash", database.harmed(database.crash), 4, POSTGRES),
    Fault("database-away", database.away, 1, POSTGRES),
    Fault("database-slow", database.bad_way(proxy.SLOW, (0.5, 2)), 2, POSTGRES),
    Fault("database-stalled", database.bad_way(proxy.STALLED, (0.5, 2)), 2, POSTGRES),
    Fault("database-one-way", database.bad_way(proxy.ONE_WAY, (0.5, 2)), 2, POSTGRES),
    Fault("database-dropping", database.bad_way(proxy.DROPPING, (0.5, 2)), 2, POSTGRES),
    Fault("cluster-kill", cluster.harmed(cluster.kill, steps=ONCE), 6, POSTGRES),
    Fault("cluster-lose", cluster.harmed(cluster.lose, steps=ONCE), 2, POSTGRES),
    Fault("cluster-pause", cluster.harmed(cluster.pause), 1, POSTGRES),
    Fault("cluster-leave", cluster.harmed(cluster.leave, steps=ONCE), 3, POSTGRES),
    Fault("cluster-upgrade", cluster.upgrade, 1, POSTGRES),
    Fault("cluster-cut-off", cluster.cut_off, 1, POSTGRES),
    Fault("cluster-database-restart", cluster.harmed(cluster.restart_database, steps=ONCE), 2, POSTGRES),
    Fault("cluster-balanced", balanced.everything, 2, POSTGRES),
    Fault("clock-set", clocks.set_meanwhile, 5),
    Fault("clock-set-while-down", clocks.set_between, 5),
    Fault("network-slow", network.bad_way(proxy.SLOW, (0.5, 2)), 2),
    Fault("network-stalled", network.bad_way(proxy.STALLED, (0.5, 2)), 2),
    Fault("network-one-way", network.bad_way(proxy.ONE_WAY, (0.5, 2)), 2),
    Fault("network-dropping", network.bad_way(proxy.DROPPING, (0.5, 2)), 2),
    Fault("network-partition", network.bad_way(proxy.STALLED, (network.SILENCE, network.SILENCE + 3)), 1),
    Fault("network-reset", network.broken_way(proxy.Proxy.reset), 10),
    Fault("network-half-open", network.broken_way(proxy.Proxy.half_open), 2),
    Fault("second-worker", network.second_worker, 10),
    Fault("mixed", mixed.mixed, 15),
]


class Table:
    def __init__(self):
        self.results = {fault.name: Result(faults=0) for fault in FAULTS}

    def add(self, name, result):
        self.results[name].add(result)

    def print(self):
        rows = [COLUMNS] + [
            (name, *map(str, (result.faults, result.acknowledged, len(result.lost), len(result.repeated),
                              len(result.broken))), f"{result.recovery:.1f} s")
            for name, result in self.results.items() if result.faults or not result.is_good]
        widths = [max(map(len, column)) for column in zip(*rows)]
        for row in rows:
            print("  ".join(text.ljust(width) if place == 0 else text.rjust(width)
                            for place, (text, width) in enumerate(zip(row, widths))))

    @property
    def is_good(self):
        return all(result.is_good for result in self.results.values())


def turns(chosen, minutes, seed):
    """Faults, each with its seed: each once, or at random until the time is over."""
    if minutes is None:
        yield from ((fault, seed) for fault in chosen)
        return
    generator = random.Random(seed)
    end = time.monotonic() + 60 * minutes
    while True:
        for fault in generator.sample(chosen, len(chosen)):
            if time.monotonic() > end:
                return
            yield fault, generator.randrange(1, 1 << 32)


def run(fault, count, seed):
    try:
        return fault.do(random.Random(seed), count)
    except Skipped as reason:
        print(f"{fault.name}: skipped, {reason}", flush=True)
        return Result()
    except Exception:  # A fault may be met in any way; it is told, and the others have their turns.
        return Result(broken=[traceback.format_exc()])


def main():
    wanted = arguments.parsed()
    possible = [fault for fault in FAULTS if fault.of in (EITHER, POSTGRES if wanted.postgres else SQLITE)]
    named = [fault for fault in possible if fault.name == wanted.only]
    chosen = named or [fault for fault in possible if fault.name.startswith(wanted.only or "")]
    if not chosen:
        sys.exit(f"chaos.sh: there is no fault {wanted.only}; there are {', '.join(fault.name for fault in possible)}")
    # Whoever ends this process ends its servers and workers too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"seed {wanted.seed}", flush=True)
    if not wanted.postgres:
        return harm(chosen, wanted)
    with postgres.Postgres() as database.server:
        os.environ[postgres.VARIABLE] = database.server.url
        return harm(chosen, wanted)


def harm(chosen, wanted):
    table = Table()
    try:
        for fault, seed in turns(chosen, wanted.minutes, wanted.seed):
            begin, count = time.monotonic(), wanted.count or fault.count
            result = run(fault, count, seed)
            table.add(fault.name, result)
            if result.faults or not result.is_good:
                verdict = "good" if result.is_good else "BAD"
                print(f"{fault.name}: {verdict}, {time.monotonic() - begin:.0f} s", flush=True)
            if not result.is_good:
                for what in [*result.lost, *result.repeated, *result.broken][:10]:
                    print(f"  {what}")
                on = " --postgres" if wanted.postgres else ""
                print(f"  again: scripts/chaos.sh --only {fault.name} --seed {seed} --count {count}{on}", flush=True)
    except KeyboardInterrupt:
        print("\nstopped; so far:")
        table.print()
        return 130
    table.print()
    return 0 if table.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
