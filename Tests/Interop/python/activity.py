"""Activities in Python, written from the tables of the API alone, called by a workflow in Swift."""

import json
import sys
import time
import uuid

import grpc

import aether_pb2 as api
from checks import check, equal, refused, run
from server import serving
from swift_caller import Caller

Code = grpc.StatusCode


def unique():
    return f"charge-{uuid.uuid4()}"


@check
def success(caller):
    """A task carries the input, and its result is the call's."""
    name = unique()
    workflow = caller.call(name)
    with caller.worker(name) as worker:
        task = worker.next()
        equal((task.resource_type, task.target_resource, json.loads(task.input)), (api.ACTIVITY, name, 5))
        equal((task.workflow_id, task.workflow_type, task.attempt), (workflow, "call-elsewhere", 1))
        worker.complete(task, b'"paid"')
        equal((caller.result(workflow).state, caller.result(workflow).result), (api.COMPLETED, b'"paid"'))
        equal(worker.complete(task, b'"paid"').success, True)


@check
def service(caller):
    """An activity of a service goes to workers of that service alone."""
    name = unique()
    workflow = caller.call(name, service="payments")
    with caller.worker(name, service="mail") as other, caller.worker(name, service="payments") as worker:
        task = worker.next()
        equal(task.target_service, "payments")
        worker.complete(task, b"1")
        equal(caller.result(workflow).result, b"1")
        other.close()


@check
def retries(caller):
    """One that fails twice is tried three times, with one idempotency key; the errors are in the history."""
    name = unique()
    workflow = caller.call(name)
    with caller.worker(name) as worker:
        keys = set()
        for attempt in (1, 2, 3):
            task = worker.next()
            equal(task.attempt, attempt)
            keys.add(task.idempotency_key)
            if attempt < 3:
                worker.complete(task, error=f"no luck {attempt}")
            else:
                worker.complete(task, b"3")
        equal(caller.result(workflow).result, b"3")
        equal(caller.failures(workflow), ["no luck 1", "no luck 2"])
        equal(len(keys), 1)
        assert workflow in keys.pop()


@check
def attempts_used_up(caller):
    """The last error fails the run."""
    name = unique()
    workflow = caller.call(name, attempts=2)
    with caller.worker(name) as worker:
        for attempt in (1, 2):
            worker.complete(worker.next(), error=f"no luck {attempt}")
        result = caller.result(workflow)
        equal(result.state, api.FAILED)
        assert "no luck 2" in result.error, result.error


@check
def non_retryable(caller):
    """An error that is not retryable ends it at once."""
    name = unique()
    workflow = caller.call(name)
    with caller.worker(name) as worker:
        worker.complete(worker.next(), error="never", non_retryable=True)
        equal(caller.result(workflow).state, api.FAILED)
        equal(caller.failures(workflow), [])


@check
def start_to_close(caller):
    """An attempt over its time is followed by another; its late answer is refused."""
    name = unique()
    workflow = caller.call(name, timeoutMilliseconds=300)
    with caller.worker(name) as worker:
        first = worker.next()
        second = worker.next()
        equal((first.attempt, second.attempt), (1, 2))
        refused(Code.FAILED_PRECONDITION, worker.complete, first, b"1")
        worker.complete(second, b"2")
        equal(caller.result(workflow).result, b"2")
        assert "took longer than 300 ms" in caller.failures(workflow)[0]


@check
def heartbeats(caller):
    """Heartbeats keep an attempt alive; silence ends it, and the next one gets the last details."""
    name = unique()
    workflow = caller.call(name, heartbeatMilliseconds=500)
    with caller.worker(name) as worker:
        first = worker.next()
        equal(first.heartbeat_details, b"")
        begin = time.monotonic()
        while time.monotonic() - begin < 1.2:
            equal(worker.heartbeat(first, b'{"row":7}').ok, True)
        second = worker.next()
        equal((second.attempt, second.heartbeat_details), (2, b'{"row":7}'))
        equal(worker.heartbeat(first).ok, False)
        worker.complete(second, b"2")
        equal(caller.result(workflow).result, b"2")
        assert "no heartbeat" in caller.failures(workflow)[0]


@check
def cancellation(caller):
    """A cancelled run tells its activity with the answer to a heartbeat, and waits for its end."""
    name = unique()
    workflow = caller.call(name)
    with caller.worker(name) as worker:
        task = worker.next()
        equal(worker.heartbeat(task).cancel_requested, False)
        caller.cancel(workflow)
        while not worker.heartbeat(task).cancel_requested:
            pass
        worker.complete(task, error="cleaned up")
        assert caller.result(workflow).state in (api.FAILED, api.CANCELLED)
        equal([line["kind"] for line in caller.history(workflow)].count("ACTIVITY_FAILED"), 1)


@check
def worker_gone(caller):
    """The task of a worker that is gone is given to another."""
    name = unique()
    workflow = caller.call(name)
    with caller.worker(name) as worker:
        equal(worker.next().attempt, 1)
    with caller.worker(name) as worker:
        task = worker.next()
        equal(task.attempt, 2)
        worker.complete(task, b"2")
        equal(caller.result(workflow).result, b"2")
        assert "is gone" in caller.failures(workflow)[0]


@check
def unknown_tasks(caller):
    """Task ids that never were are NOT_FOUND."""
    name = unique()
    workflow = caller.call(name)
    with caller.worker(name) as worker:
        task = worker.next()
        for wrong in ("a:1:3:x", f"a:1:11:step:x#1:{workflow}", task.task_id.replace("a:1:", "a:x:")):
            refused((Code.NOT_FOUND, Code.FAILED_PRECONDITION), worker.complete, api.Task(task_id=wrong), b"1")
        refused(Code.FAILED_PRECONDITION, worker.complete, api.Task(task_id=task.task_id.replace("a:1:", "a:2:")), b"1")
        worker.complete(task, b"1")


if __name__ == "__main__":
    with serving("--worker-grace-ms", "200") as the_server:
        the_caller = Caller(the_server)
        try:
            sys.exit(run(the_caller))
        finally:
            the_caller.process.kill()
