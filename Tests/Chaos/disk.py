"""Databases that can't be written: calls that fail, at each place; a disk that is full."""

import errno
import os
import subprocess
import tempfile
import time

from bed import LAST_AGAIN, Bed, Skipped
from faults import DATABASE_CALLS, FAIL, FILE_READ, FOREVER, LOG_CALLS, LOG_SYNC, LOG_WRITE
from kills import PATIENT
from load import RESULT, varied

ERRORS = (errno.EIO, errno.ENOSPC)


def one_call_fails(random, count):
    """A write or a sync fails once, now this one, now that: the server tries again by itself."""
    with Bed(*PATIENT, operations=varied, clients=12) as bed:
        bed.begin()
        for number in range(count):
            points = [LOG_WRITE] if number % 2 else [LOG_SYNC]
            bed.faults.arm(*points, action=FAIL, value=ERRORS[number // 2 % 2], after=random.randrange(30))
            bed.struck()
            bed.recover()
        return bed.finish()


def reads_fail(random, count):
    """Reads fail for a moment. What needs them fails, such as a stream of tasks, and with it the lease of a step under way."""
    with Bed(*PATIENT, operations=varied, clients=12, runs_in_memory=2, steps=LAST_AGAIN) as bed:
        bed.begin()
        for number in range(count):
            bed.faults.arm(FILE_READ, action=FAIL, value=errno.EIO, after=random.randrange(10), times=1 + number % 3)
            bed.struck()
            bed.recover()
        return bed.finish()


def checkpoints_fail(random, count):
    """The log can't be copied into the database: it grows, and nobody notices."""
    with Bed(*PATIENT, padding=200_000) as bed:
        bed.begin()
        for number in range(count):
            bed.faults.arm(*DATABASE_CALLS, action=FAIL, value=ERRORS[number % 2], after=random.randrange(30), times=3)
            bed.struck()
            bed.recover()
            assert not bed.ready(), bed.ready()
        return bed.finish()


def all_calls_fail(random, count):
    """Nothing can be written for a while: the server says so, accepts nothing, and goes on when it can."""
    with Bed(*PATIENT) as bed:
        bed.begin()
        for number in range(count):
            bed.faults.arm(*LOG_CALLS, action=FAIL, value=ERRORS[number % 2], times=FOREVER)
            stays_read_only(bed, random.uniform(0, 1.5))
            bed.faults.disarm()
            bed.recover()
            bed.until(lambda: not bed.ready(), "the server is not ready although it can write")
        return bed.finish()


def stays_read_only(bed, seconds):
    """The server says that it is read-only, and acknowledges nothing new."""
    bed.until(lambda: "read-only" in bed.ready(), "the server does not say that it is read-only")
    before = len(bed.load.told)
    time.sleep(seconds)
    # Results that were durable before may be told.
    accepted = [told for told in bed.load.told[before:] if told.what != RESULT]
    if accepted:
        bed.broken.append(f"{accepted[0].what} was acknowledged by a server that can't write")
    assert "read-only" in bed.ready(), "the server is not read-only any more"


def full(random, count):
    """The disk is full, and then it is not."""
    with tempfile.TemporaryDirectory(prefix="aether-disk-") as folder:
        mounting = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=32m", "none", folder], stderr=subprocess.PIPE, text=True)
        if mounting.returncode:
            raise Skipped(f"no small disk can be mounted here: {mounting.stderr.splitlines()[0]}")
        try:
            with Bed(*PATIENT, folder=folder, clients=4) as bed:
                bed.begin()
                for _ in range(count):
                    filler = os.path.join(folder, "filler")
                    fill(filler)
                    stays_read_only(bed, random.uniform(0, 1.5))
                    os.remove(filler)
                    bed.recover()
                    bed.until(lambda: not bed.ready(), "the server is not ready although there is room")
                return bed.finish()
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(path):
    """Takes what room there is."""
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                assert error.errno == errno.ENOSPC, error
