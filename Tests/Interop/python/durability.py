"""Nothing is acknowledged before it is on the disk: what the server writes, syncs and answers, as strace sees it."""

import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import grpc

import aether_pb2 as api
import aether_pb2_grpc as stubs
import http2
from checks import check, equal, run
from server import serving
from strace import Trace
from worker import Worker

WORKFLOWS = 50
READS = ("read", "readv", "recvfrom", "recvmsg")
WRITES = ("write", "writev", "sendto", "sendmsg")
FILE_WRITES = ("pwrite64", "pwritev")
SYNCS = ("fdatasync", "fsync")
# A server that answers without waiting for its sync has all of this time to be caught.
SLOW_SYNCS = ("-e", "inject=fdatasync,fsync:delay_exit=5000")


class Acknowledgement(NamedTuple):
    """What the client was told, where in the log that left, and what has to be on the disk by then."""

    what: str
    place: int
    mark: bytes


class Life:
    """A workflow from its start to its end. Its input, its worker's id and its result are found nowhere else."""

    def __init__(self, server, tier):
        self.name = uuid.uuid4().hex
        self.tier = tier
        self.input, self.result = f'"{self.name}-input"'.encode(), f'"{self.name}-result"'.encode()
        self.client = stubs.ClientServiceStub(grpc.insecure_channel(server.target))
        self.worker = Worker(server.target, self.name, worker_id=f"{self.name}-worker")

    def start(self):
        request = api.StartWorkflowRequest(workflow_type=self.name, input=self.input, tier=self.tier)
        self.client.StartWorkflow(request, timeout=20)

    def complete(self):
        equal(self.worker.complete(self.worker.next(), self.result).success, True)

    def acknowledgements(self, log):
        return [
            Acknowledgement("the start", log.answer_to(self.input), self.input),
            Acknowledgement("the task", log.sent(self.input), self.worker.id.encode()),
            Acknowledgement("the completion", log.answer_to(self.result), self.result),
        ]


class Log:
    """What a server read from its clients, told them, wrote to the database's log and synced, in order."""

    def __init__(self, calls, port):
        self.written = [call for call in calls if call.name in FILE_WRITES and call.target.endswith("-wal")]
        self.syncs = [
            call for call in calls if call.name in SYNCS and call.target.endswith("-wal") and call.result == 0]
        clients = [call for call in calls if call.target.startswith("TCP:") and f":{port}->" in call.target]
        self.requests = list(messages(clients, READS))
        self.answers = list(messages(clients, WRITES))

    def answer_to(self, mark):
        """Where the answer to the request with this mark left."""
        (asked,) = {stream for stream, frame in self.requests if mark in frame.payload}
        return next(frame.place for stream, frame in self.answers if stream == asked)

    def sent(self, mark):
        """Where a message with this mark left."""
        return next(frame.place for _, frame in self.answers if mark in frame.payload)

    def fault(self, acknowledgement):
        """What is wrong with an acknowledgement; None when it left after a sync that began after the write."""
        write = next((call for call in self.written if acknowledgement.mark in call.data), None)
        if write is None or write.end > acknowledgement.place:
            return f"{acknowledgement.what} was acknowledged and not written"
        if any(write.end < sync.begin and sync.end < acknowledgement.place for sync in self.syncs):
            return None
        return f"{acknowledgement.what} was acknowledged, written and not synced"


def messages(calls, names):
    """The DATA frames of one direction, each with its stream of its connection."""
    for connection in {call.target for call in calls}:
        pieces = [(call.begin, call.data) for call in calls if call.name in names and call.target == connection]
        for frame in http2.frames(pieces):
            if frame.kind == http2.DATA:
                yield (connection, frame.stream), frame


def observed(drive, tier=api.TIER_UNSPECIFIED):
    """Drives workflows on a traced server; returns their acknowledgements and the log."""
    trace = Trace(",".join(READS + WRITES + FILE_WRITES + SYNCS), *SLOW_SYNCS)
    with serving(under=trace.under) as server:
        lives = [Life(server, tier) for _ in range(WORKFLOWS)]
        drive(lives)
        equal(server.stop(), 0)
    for life in lives:
        life.worker.close()
    log = Log(trace.calls(), server.ports["grpc"])
    return [acknowledgement for life in lives for acknowledgement in life.acknowledgements(log)], log


def one_by_one(lives):
    for life in lives:
        life.start()
        life.complete()


def all_at_once(lives):
    ready = threading.Barrier(len(lives))

    def live(life):
        ready.wait(timeout=20)
        life.start()
        life.complete()

    with ThreadPoolExecutor(len(lives)) as threads:
        list(threads.map(live, lives))


def faults(acknowledgements, log):
    return [fault for fault in map(log.fault, acknowledgements) if fault]


@check
def sequential():
    """One call at a time: what is acknowledged was synced after it was written."""
    acknowledgements, log = observed(one_by_one)
    equal((len(acknowledgements), faults(acknowledgements, log)), (3 * WORKFLOWS, []))
    # A task may share the commit of its workflow's start.
    assert len(log.syncs) >= 2 * WORKFLOWS, f"{len(log.syncs)} syncs"


@check
def concurrent():
    """Many calls at once share syncs, and still none is acknowledged early."""
    acknowledgements, log = observed(all_at_once)
    equal((len(acknowledgements), faults(acknowledgements, log)), (3 * WORKFLOWS, []))
    assert len(log.syncs) < WORKFLOWS, f"{len(log.syncs)} syncs"


@check
def memory():
    """At the tier memory every acknowledgement comes without a write: this test would see it."""
    acknowledgements, log = observed(one_by_one, api.TIER_MEMORY)
    found = faults(acknowledgements, log)
    equal(found, [f"{what} was acknowledged and not written"
                  for _ in range(WORKFLOWS) for what in ("the start", "the task", "the completion")])


if __name__ == "__main__":
    sys.exit(run())
