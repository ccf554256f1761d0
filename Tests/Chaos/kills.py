"""Servers and workers that are killed or stopped."""

import signal
import time

import faults
from bed import LAST_AGAIN, Bed
from load import Client, Life, sleep, step

# A worker lives on while its server is away, however long that takes on a slow machine.
PATIENT = ("--worker-grace-ms", "60000")
# Fills the log, so that it is copied into the database.
MUCH = 200_000


def server_at_random(*flags, **bed_is):
    def kill(random, count):
        with Bed(*PATIENT, *flags, **bed_is) as bed:
            bed.begin()
            for _ in range(count):
                time.sleep(random.uniform(0, 0.3))
                bed.revive()
            return bed.finish()
    return kill


def server_at(*points, **life):
    def kill(random, count):
        with Bed(*PATIENT, **life) as bed:
            bed.begin()
            for _ in range(count):
                bed.faults.arm(*points, after=random.randrange(30))
                bed.struck()
                bed.revive()
            return bed.finish()
    return kill


def at_timers(random, count):
    """The server dies when timers are due, before or after it has written that they fired."""
    with Bed(*PATIENT, clients=0) as bed:
        client = Client(bed.server.target, 60)
        for _ in range(count):
            delay = random.choice([300, 600])
            lives = [Life(bed.directory.name, lambda _: [sleep(delay), step("a.1")]) for _ in range(20)]
            bed.load.lives += lives
            for life in lives:
                life.start(client, bed.load.tell)
            bed.faults.arm(*faults.LOG_CALLS, faults.LOG_SYNCED, after=random.randrange(12))
            bed.struck()
            begin = time.monotonic()
            bed.server.kill()
            bed.faults.disarm()
            bed.server.restart()
            for life in lives:
                life.wait(client, bed.load.tell)
            bed.count, bed.recovery = bed.count + 1, max(bed.recovery, time.monotonic() - begin)
        client.close()
        return bed.finish()


def worker_at_random(random, count):
    with Bed("--worker-grace-ms", "100", steps=LAST_AGAIN) as bed:
        bed.begin()
        for number in range(count):
            time.sleep(random.uniform(0, 0.3))
            worker = bed.workers.pop(random.choice(list(bed.workers)))
            worker.kill()
            worker.wait()
            bed.start_worker(f"further-{number}")
            bed.recover()
        return bed.finish()


def pauses_of(which, seconds, steps):
    """A process stands still (SIGSTOP) and goes on (SIGCONT)."""
    def pause(random, count):
        with Bed("--worker-grace-ms", "100", steps=steps) as bed:
            bed.begin()
            for _ in range(count):
                process = bed.server.process if which == "server" else random.choice(list(bed.workers.values()))
                process.send_signal(signal.SIGSTOP)
                time.sleep(random.uniform(*seconds))
                process.send_signal(signal.SIGCONT)
                bed.recover()
                time.sleep(random.uniform(0, 0.3))
            return bed.finish()
    return pause
