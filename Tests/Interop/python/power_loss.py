"""A disk that loses its power: whatever it then holds of what was not synced, all that was acknowledged is there, and whole.

`POWER_LOSS_IMAGES` is how many moments are tried (1,000), `POWER_LOSS_SEED` which.
"""

import bisect
import copy
import functools
import os
import random
import re
import shutil
import sqlite3
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import grpc

import aether_pb2 as api
import aether_pb2_grpc as stubs
import disk_log
from checks import check, equal, run
from preload import library
from server import Server
from worker import Worker

IMAGES = int(os.environ.get("POWER_LOSS_IMAGES", "1000"))
SEED = int(os.environ.get("POWER_LOSS_SEED", "0")) or random.randrange(1, 1 << 32)
CLIENTS, LIVES = 8, 60
# Where syncs fail: every so many, and how many lives a client has. After each the server is read-only for a second.
FAILING_SYNCS, LIVES_WITH_FAILURES = 12, 10
# So many of the images are given to a server.
SERVED = 10
# Where images are made, if it is there.
MEMORY = "/dev/shm"
MARK = re.compile(rb"mark-[0-9a-f]{32}-(?:input|worker|result)")
# Fills pages, so that the log is copied into the database meanwhile.
PADDING = "x" * 20_000


class Acknowledgement(NamedTuple):
    """When a client knew, and what has to be in the journal from then on."""

    nanoseconds: int
    mark: bytes
    workflow: str


class Life:
    """A workflow from its start to its end. Its marks are found nowhere else."""

    def __init__(self, target, know):
        name = f"mark-{uuid.uuid4().hex}"
        with (grpc.insecure_channel(target) as channel,
              Worker(target, name, worker_id=f"{name}-worker") as worker):
            client = stubs.ClientServiceStub(channel)
            request = api.StartWorkflowRequest(workflow_type=name, input=f'"{name}-input {PADDING}"'.encode())
            self.id = client.StartWorkflow(request, timeout=30).workflow_id
            know(f"{name}-input", self.id)
            task = worker.next()
            know(f"{name}-worker", self.id)
            equal(worker.complete(task, f'"{name}-result"'.encode()).success, True)
            know(f"{name}-result", self.id)


def live(target, know):
    """A life; another one where the server became read-only."""
    while True:
        try:
            return Life(target, know)
        except grpc.RpcError as error:
            if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                raise
            time.sleep(0.1)


class Recording:
    """What a server wrote and synced while it was driven, and what it acknowledged."""

    def __init__(self, *libraries, lives=LIVES, failing_syncs=0):
        place = MEMORY if os.path.isdir(MEMORY) else None
        self.directory = tempfile.TemporaryDirectory(prefix="aether-power-", dir=place)
        log = os.path.join(self.directory.name, "log")
        here = os.path.dirname(os.path.abspath(__file__))
        further = [library(os.path.join(here, name), self.directory.name) for name in libraries]
        under = disk_log.recorder(self.directory.name, log, "aether.db", *further, failing_syncs=failing_syncs)
        self.acknowledgements = []

        def know(mark, workflow):
            self.acknowledgements.append(Acknowledgement(time.monotonic_ns(), mark.encode(), workflow))

        with Server(self.directory.name, under=under) as server, ThreadPoolExecutor(CLIENTS) as clients:
            for life in [clients.submit(live, server.target, know) for _ in range(CLIENTS * lives)]:
                life.result()
            server.kill()
        self.operations = list(disk_log.operations(log))
        self.acknowledgements.sort()

    def moments(self, count, generator):
        """Places between two operations, and at one the time."""
        places = sorted(generator.randrange(1, len(self.operations)) for _ in range(count))
        for place in places:
            begin, end = self.operations[place - 1].nanoseconds, self.operations[place].nanoseconds
            yield place, generator.randrange(begin, max(begin, end) + 1)

    def acknowledged(self, nanoseconds):
        place = bisect.bisect_left(self.acknowledgements, nanoseconds, key=lambda known: known.nanoseconds)
        return {known.mark: known.workflow for known in self.acknowledgements[:place]}


def faults_of(folder, acknowledged):
    """What is wrong with an image, once SQLite has recovered it."""
    database = sqlite3.connect(os.path.join(folder, "aether.db"))
    try:
        (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            return [f"corrupt: {verdict}"]
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchone():
            return ["no journal"] if acknowledged else []
        found, last = set(), {}
        for workflow, entry in database.execute("SELECT workflow, entry FROM journal ORDER BY row"):
            found.update(MARK.findall(entry))
            sequence = sequence_of(entry)
            if sequence != last.get(workflow, 0) + 1:
                return [f"entry {sequence} follows {last.get(workflow, 0)}"]
            last[workflow] = sequence
        return [f"{mark.decode()} was acknowledged" for mark in sorted(acknowledged.keys() - found)]
    except sqlite3.DatabaseError as error:
        return [f"corrupt: {error}"]
    finally:
        database.close()


def sequence_of(entry):
    """The first field of an entry, a varint."""
    assert entry[0] == 0x08, "an entry does not begin with its sequence"
    number, shift = 0, 0
    for byte in entry[1:]:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number
    raise AssertionError("an entry's sequence has no end")


def tried(recording, syncs, count):
    """Rebuilds images; yields the folder of each, what was acknowledged by then, and what is wrong."""
    generator = random.Random(SEED)
    disk, applied = disk_log.Disk(generator, syncs), 0
    for place, nanoseconds in recording.moments(count, generator):
        for operation in recording.operations[applied:place]:
            disk.apply(operation)
        applied = place
        folder = os.path.join(recording.directory.name, "image")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        for name, image in disk.images():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(image)
        acknowledged = recording.acknowledged(nanoseconds)
        yield folder, acknowledged, faults_of(folder, acknowledged)


@functools.cache
def recorded():
    return Recording()


@check
def nothing_lost():
    """Of all images, none is corrupt, has a gap, or lacks what was acknowledged before."""
    found = [faults for _, _, faults in tried(recorded(), lambda name: True, IMAGES) if faults]
    assert not found, f"{len(found)} of {IMAGES} images (POWER_LOSS_SEED={SEED}), such as {found[0][:3]}"
    database = {operation.file for operation in recorded().operations if operation.data.endswith(b"/aether.db")}
    copied = sum(operation.kind == disk_log.WRITTEN and operation.file in database for operation in recorded().operations)
    assert copied > 1000, f"the log was hardly copied into the database, {copied} pages: little was tried of that"


@check
def blind():
    """Where syncs of the log don't count, or those of the database, images show it: so does this test."""
    for unsynced in ("aether.db-wal", "aether.db"):
        found = [faults for _, _, faults in tried(recorded(), lambda name: name != unsynced, 100) if faults]
        assert len(found) > 20, f"only {len(found)} of 100 images show a loss without syncs of {unsynced}"


@check
def normal():
    """With synchronous=NORMAL, images show a loss and none is corrupt."""
    found = [faults for _, _, faults in tried(Recording("normal.c"), lambda name: True, 100) if faults]
    assert len(found) > 20, f"only {len(found)} of 100 images show a loss"
    assert all(fault.endswith("was acknowledged") for faults in found for fault in faults), found[:3]


@check
def failing_syncs():
    """What a sync that failed should have written may never reach the disk: nothing that was acknowledged is missed."""
    recording = Recording(lives=LIVES_WITH_FAILURES, failing_syncs=FAILING_SYNCS)
    failed = sum(operation.kind == disk_log.SYNC_FAILED for operation in recording.operations)
    assert failed > 5, f"only {failed} syncs failed"
    found = [faults for _, _, faults in tried(recording, lambda name: True, IMAGES) if faults]
    assert not found, f"{len(found)} of {IMAGES} images (POWER_LOSS_SEED={SEED}), such as {found[0][:3]}"


@check
def unnoticed():
    """A server that does not notice that a sync failed loses what it acknowledged: so this test would see it."""
    recording = copy.copy(recorded())
    places = [place for place, operation in enumerate(recording.operations) if operation.kind == disk_log.SYNC_ENDED]
    recording.operations = list(recording.operations)
    for place in places[::FAILING_SYNCS]:
        recording.operations[place] = recording.operations[place]._replace(kind=disk_log.SYNC_FAILED)
    found = [faults for _, _, faults in tried(recording, lambda name: True, 100) if faults]
    assert len(found) > 20, f"only {len(found)} of 100 images show a loss"


@check
def served():
    """A server goes on from such images: it has every workflow that was acknowledged, and stops cleanly."""
    for folder, acknowledged, _ in tried(recorded(), lambda name: True, SERVED):
        with Server(folder) as server:
            with grpc.insecure_channel(server.target) as channel:
                client = stubs.ClientServiceStub(channel)
                for mark, workflow in acknowledged.items():
                    status = client.GetWorkflowStatus(api.GetStatusRequest(workflow_id=workflow), timeout=20)
                    if mark.endswith(b"-result"):
                        equal(status.state, api.COMPLETED)
            equal(server.stop(), 0)


if __name__ == "__main__":
    sys.exit(run())
