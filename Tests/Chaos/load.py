"""Workflows that clients start, signal and wait for, whatever happens meanwhile; what they were told, and what was done."""

import json
import os
import threading
import time
import uuid
from typing import NamedTuple

import grpc

from aether.v1 import client_pb2 as api
from aether.v1 import client_pb2_grpc as stubs
from aether.v1 import types_pb2 as types

START, SIGNAL, CANCEL, RESULT = "the start", "the signal", "the cancel", "the result"
# Found in every task that is given to a worker, and in no answer.
TASK_MARK = b'"operations"'
# What a client tries again for: the server, or the way to it, is not there.
PASSING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


class Told(NamedTuple):
    """What a client was told, and when; it has to be true from then on."""

    time: float
    what: str
    workflow: str
    payload: bytes


class Client:
    """Repeats a call until it is answered, each time on a connection of its own if the one before failed."""

    def __init__(self, target, patience):
        self.target = target
        self.patience = patience
        self.channel = None

    def call(self, method, request, timeout=5):
        deadline = time.monotonic() + self.patience
        while True:
            try:
                if not self.channel:
                    self.channel = grpc.insecure_channel(self.target, [("grpc.use_local_subchannel_pool", 1)])
                return getattr(stubs.ClientServiceStub(self.channel), method)(request, timeout=timeout)
            except grpc.RpcError as error:
                self.close()
                if error.code() not in PASSING or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def close(self):
        if self.channel:
            self.channel.close()
        self.channel = None


def operation(kind, *values, **named):
    """As Swift encodes it."""
    return {kind: {**{f"_{place}": value for place, value in enumerate(values)}, **named}}


def step(name):
    return operation("step", name, failures=0, attempts=1, isRetryable=True)


def sleep(milliseconds):
    return operation("sleep", milliseconds=milliseconds)


def usual(workflow):
    """Steps, a timer, an activity, a child, branches and a signal. Steps of a chain, such as `a.1` and `a.2`, follow one another."""
    child = operation("child", f"{workflow}-child", [step("child.1"), sleep(5), step("child.2")], policy="wait")
    limits = {"attempts": 1000, "timeoutMilliseconds": 60_000}
    return [
        step("a.1"), sleep(10),
        operation("activity", {"succeed": {}}, limits, cancellation="wait"),
        operation("parallel", [[child], [step("b.1"), step("b.2")], [step("c.1"), sleep(5), step("c.2")]]),
        step("a.2"), operation("signal", "go"), step("a.3"), step("a.4"),
    ]


def briefly(_):
    """Little of each, for many."""
    limits = {"attempts": 1000, "timeoutMilliseconds": 60_000}
    return [step("a.1"), sleep(10), operation("activity", {"succeed": {}}, limits, cancellation="wait"), step("a.2")]


def passive(_):
    """Leaves the server's memory while it sleeps."""
    return [step("a.1"), sleep(6_000), step("a.2")]


def retried(_):
    """Attempts fail, of a step and of an activity."""
    limits = {"attempts": 1000, "timeoutMilliseconds": 60_000}
    failing = {"fail": {"times": 2, "isRetryable": True}}
    return [operation("step", "x", failures=2, attempts=1000, isRetryable=True),
            operation("activity", failing, limits, cancellation="wait"), step("a.1"), step("a.2")]


def raced(workflow):
    """A branch is cancelled because another one was first."""
    return [step("a.1"), operation("race", [[sleep(20), step("b.1")], [operation("signal", "never")]]),
            operation("signal", "never", timeoutMilliseconds=50), step("a.2")]


def continued(_):
    """Goes on as a new run twice; a signal that comes meanwhile goes with it."""
    return [step("a.1"), operation("continueAsNew", [
        step("a.2"), sleep(20), operation("continueAsNew", [step("a.3"), operation("signal", "go"), step("a.4")])])]


def cancelled(workflow):
    """Its client cancels it, and its child with it; then it cleans up."""
    child = operation("child", f"{workflow}-child", [step("child.1"), operation("signal", "never")], policy="cancel")
    return [step("a.1"), operation("compensate", "undo.1"), child]


def varied(workflow):
    """Any of these."""
    return [usual, usual, passive, retried, raced, continued, cancelled][int(workflow[-2:], 16) % 7](workflow)


class Life:
    """A workflow from its start to its end."""

    def __init__(self, directory, operations=usual, padding=0):
        self.id = f"life-{uuid.uuid4().hex}"
        self.path = os.path.join(directory, self.id)
        self.operations = operations(self.id)
        self.payload = json.dumps(f"{self.id} {'x' * padding}").encode()
        # What the client does besides waiting.
        text = json.dumps(self.operations)
        self.is_signalled, self.is_cancelled = '"go"' in text, '"undo.1"' in text
        self.began = self.ended = None

    def run(self, client, tell):
        self.start(client, tell)
        if self.is_signalled:
            self.signal(client, tell)
        if self.is_cancelled:
            self.cancel(client, tell)
        self.wait(client, tell)

    def start(self, client, tell):
        script = json.dumps({"path": self.path, "operations": self.operations}, sort_keys=True).encode()
        self.began = time.monotonic()
        client.call("StartWorkflow", api.StartWorkflowRequest(workflow_type="script", input=script, workflow_id=self.id))
        tell(START, self.id, script)

    def signal(self, client, tell):
        request = api.SignalRequest(workflow_id=self.id, name="go", payload=self.payload, signal_id=f"{self.id}-go")
        self.send(client, "SignalWorkflow", request, lambda: tell(SIGNAL, self.id, self.payload))

    def cancel(self, client, tell):
        request = api.CancelRequest(workflow_id=self.id)
        self.send(client, "CancelWorkflow", request, lambda: tell(CANCEL, self.id, b""))

    def send(self, client, method, request, accepted):
        try:
            client.call(method, request)
            accepted()
        except grpc.RpcError as error:
            # It has ended, so it has what was sent: the answer to that was lost.
            if error.code() != grpc.StatusCode.FAILED_PRECONDITION:
                raise

    def wait(self, client, tell):
        request = api.AwaitResultRequest(workflow_id=self.id, timeout_seconds=2)
        deadline = time.monotonic() + client.patience
        while True:
            answer = client.call("AwaitResult", request)
            if answer.state not in (types.PENDING, types.RUNNING):
                break
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.id} has not ended: {client.call('GetWorkflowStatus', api.GetStatusRequest(workflow_id=self.id))}")
        if answer.state != (types.CANCELLED if self.is_cancelled else types.COMPLETED):
            raise AssertionError(f"{self.id} is {types.State.Name(answer.state)}: {answer.error}")
        tell(RESULT, self.id, answer.result)
        self.ended = time.monotonic()

    def chains(self):
        """What ran, as numbers in the order in which they ran, by chain."""
        chains = {}
        # A run that was cancelled at once did nothing.
        if not os.path.exists(self.path):
            return chains
        with open(self.path) as file:
            for line in file:
                name, dot, number = line.strip().partition(".")
                if dot:
                    chains.setdefault(name, []).append(int(number))
        return chains


class Load:
    """Clients that begin a new workflow whenever one has ended, until they are to finish."""

    def __init__(self, targets, directory, patience=60, **life):
        """A client for each target; `life` says what each life is like."""
        self.directory = directory
        self.life = life
        self.patience = patience
        self.told, self.lives, self.failures = [], [], []
        self.changed = threading.Condition()
        self.is_ending = threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(target,), daemon=True) for target in targets]
        for thread in self.threads:
            thread.start()

    def _work(self, target):
        client = Client(target, self.patience)
        while not self.is_ending.is_set():
            life = Life(self.directory, **self.life)
            self.lives.append(life)
            try:
                life.run(client, self.tell)
            except Exception as error:  # Whatever it is, it is told with what else is wrong.
                self.failures.append(f"{life.id}: {error}")
        client.close()

    def tell(self, what, workflow, payload):
        with self.changed:
            self.told.append(Told(time.monotonic(), what, workflow, payload))
            self.changed.notify_all()

    def until_told(self, count=1, timeout=60):
        """Waits until clients were told so much more; returns how long that took."""
        begin = time.monotonic()
        with self.changed:
            goal = len(self.told) + count
            if not self.changed.wait_for(lambda: len(self.told) >= goal, timeout):
                raise TimeoutError(f"nothing was acknowledged for {timeout} s; {self.failures[:1]}")
        return time.monotonic() - begin

    def finish(self):
        """Waits until all that began has ended."""
        self.is_ending.set()
        deadline = time.monotonic() + 2 * self.patience
        for thread in self.threads:
            thread.join(max(0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"a client waits for ever; {self.failures[:1]}"
