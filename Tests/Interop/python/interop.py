"""A client and a plain worker in Python, written from the table of the API alone, against a real server."""

import socket
import sys
import time
import urllib.error
import urllib.request

import grpc
from google.protobuf import descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

import aether_pb2 as api
import aether_pb2_grpc as stubs
from checks import check, equal, refused, run
from server import serving
from worker import Worker

Code = grpc.StatusCode


class Client:
    def __init__(self, server):
        self.server = server
        self.connect()

    def connect(self):
        self.channel = grpc.insecure_channel(self.server.target)
        self.service = stubs.ClientServiceStub(self.channel)
        self.worker = stubs.WorkerServiceStub(self.channel)
        self.admin = stubs.AdminServiceStub(self.channel)

    def start(self, workflow_type, value=b'"in"'):
        request = api.StartWorkflowRequest(workflow_type=workflow_type, input=value)
        return self.service.StartWorkflow(request, timeout=10).workflow_id

    def status(self, workflow):
        return self.service.GetWorkflowStatus(api.GetStatusRequest(workflow_id=workflow), timeout=10)

    def result(self, workflow, seconds=20):
        request = api.AwaitResultRequest(workflow_id=workflow, timeout_seconds=seconds)
        return self.service.AwaitResult(request, timeout=30)

    def cancel(self, workflow):
        return self.service.CancelWorkflow(api.CancelRequest(workflow_id=workflow), timeout=10)

    def list(self, **filters):
        return list(self.admin.ListWorkflows(api.ListRequest(**filters), timeout=10))

    def metrics(self):
        return self.admin.GetMetrics(api.GetMetricsRequest(), timeout=10)


# Client


@check
def many(client):
    """StartWorkflows and CompleteSteps answer each for itself; WatchResults tells each end once, and ends with the last."""
    starts = [api.StartWorkflowRequest(workflow_type="many", input=b"%d" % number) for number in range(50)]
    starts.insert(7, api.StartWorkflowRequest(workflow_type=""))
    answers = client.service.StartWorkflows(api.StartWorkflowsRequest(starts=starts), timeout=10).answers
    equal([answer.code for answer in answers], [3 if place == 7 else 0 for place in range(51)])
    equal("workflow_type" in answers[7].message, True)
    ids = [answer.workflow_id for answer in answers if answer.code == 0]
    requests = iter([api.WatchResultsRequest(workflow_ids=ids), api.WatchResultsRequest(workflow_ids=["nobody"])])
    stream = client.service.WatchResults(requests, timeout=20)
    with Worker(client.server.target, "many") as worker:
        tasks = [worker.next() for _ in ids]
        steps = [api.CompleteStepRequest(task_id=task.task_id, result=task.input) for task in tasks]
        steps.insert(7, api.CompleteStepRequest(task_id="nonsense"))
        answers = worker.service.CompleteSteps(api.CompleteStepsRequest(steps=steps), timeout=10).answers
        equal([answer.code for answer in answers], [5 if place == 7 else 0 for place in range(51)])
        results = [result for message in stream for result in message.results]
    equal(sorted(result.workflow_id for result in results), sorted(ids + ["nobody"]))
    by_id = {result.workflow_id: result for result in results}
    equal(by_id["nobody"].code, 5)
    equal([by_id[id].result.result for id in ids], [b"%d" % number for number in range(50)])
    equal({by_id[id].result.state for id in ids}, {api.COMPLETED})


@check
def pending_without_worker(client):
    """A workflow that no worker offers is accepted and waits, with started_at 0."""
    workflow = client.start("nobody-offers-this")
    status = client.status(workflow)
    equal((status.workflow_id, status.state, status.started_at, status.completed_at), (workflow, api.PENDING, 0, 0))


@check
def await_elapses(client):
    """AwaitResult answers OK with the current state and no result when its time is over."""
    workflow = client.start("nobody-offers-this")
    begin = time.monotonic()
    result = client.result(workflow, seconds=1)
    equal((result.state, result.result, result.error), (api.PENDING, b"", ""))
    assert 0.9 < time.monotonic() - begin < 10


@check
def await_until_deadline(client):
    """AwaitResult with 0 waits for the call's own deadline."""
    workflow = client.start("nobody-offers-this")
    request = api.AwaitResultRequest(workflow_id=workflow)
    refused(Code.DEADLINE_EXCEEDED, client.service.AwaitResult, request, timeout=0.5)


@check
def cancel_pending(client):
    """A cancelled PENDING workflow is CANCELLED at once, and can't be cancelled again."""
    workflow = client.start("nobody-offers-this")
    equal(client.cancel(workflow).success, True)
    equal(client.status(workflow).state, api.CANCELLED)
    equal(client.result(workflow).state, api.CANCELLED)
    refused(Code.FAILED_PRECONDITION, client.cancel, workflow)


@check
def unknown_workflow(client):
    """Every call about an unknown workflow is NOT_FOUND."""
    for call in (client.status, client.result, client.cancel):
        assert "no-such-id" in refused(Code.NOT_FOUND, call, "no-such-id")


@check
def invalid_arguments(client):
    """What makes no sense is INVALID_ARGUMENT."""
    workflow = client.start("nobody-offers-this")
    refused(Code.INVALID_ARGUMENT, client.start, "")
    refused(Code.INVALID_ARGUMENT, client.status, "")
    refused(Code.INVALID_ARGUMENT, client.result, workflow, seconds=-1)


@check
def big_input(client):
    """An input of 10 MiB is refused with a reason, one of 1 MiB is taken."""
    refused((Code.INVALID_ARGUMENT, Code.RESOURCE_EXHAUSTED), client.start, "big", b'"' + b"x" * (10 << 20) + b'"')
    workflow = client.start("big", b'"' + b"x" * (1 << 20) + b'"')
    equal(client.status(workflow).state, api.PENDING)


@check
def input_is_json(client):
    """An empty input is null to the worker."""
    workflow = client.start("empty-input", b"")
    with Worker(client.server.target, "empty-input") as worker:
        task = worker.next()
        assert task.input in (b"", b"null")
        worker.complete(task, b"1")
        equal(client.result(workflow).state, api.COMPLETED)


# Plain worker


@check
def whole_run(client):
    """A plain worker gets the input and its result is the workflow's result."""
    with Worker(client.server.target, "whole") as worker:
        assert worker.answer.server_id
        assert "whole" in worker.answer.supported_workflow_types
        before = int(time.time() * 1000) - 1
        workflow = client.start("whole", b'{"a":1}')
        task = worker.next()
        equal(
            (task.workflow_id, task.workflow_type, task.resource_type, task.input),
            (workflow, "whole", api.WORKFLOW, b'{"a":1}'))
        running = client.status(workflow)
        equal(running.state, api.RUNNING)
        assert before <= running.started_at <= time.time() * 1000 + 1
        equal(worker.heartbeat(task).ok, True)
        equal(worker.complete(task, b'{"b":2}').success, True)
        result = client.result(workflow)
        equal((result.state, result.result, result.error), (api.COMPLETED, b'{"b":2}', ""))
        status = client.status(workflow)
        equal((status.state, status.result), (api.COMPLETED, b'{"b":2}'))
        assert status.completed_at >= status.started_at > 0


@check
def failing_run(client):
    """A non-empty error fails the workflow; the result beside it is ignored."""
    with Worker(client.server.target, "failing") as worker:
        workflow = client.start("failing")
        worker.complete(worker.next(), b"1", error="the card was declined")
        result = client.result(workflow)
        equal((result.state, result.result), (api.FAILED, b""))
        assert "the card was declined" in result.error
        assert "the card was declined" in client.status(workflow).error


@check
def void_result(client):
    """Neither result nor error is the result null."""
    with Worker(client.server.target, "void") as worker:
        workflow = client.start("void")
        worker.complete(worker.next())
        result = client.result(workflow)
        equal(result.state, api.COMPLETED)
        assert result.result in (b"", b"null")


@check
def repeated_completion(client):
    """The same outcome again is a success; another one, or one of an unknown task, is refused."""
    with Worker(client.server.target, "repeated") as worker:
        workflow = client.start("repeated")
        task = worker.next()
        worker.complete(task, b"1")
        equal(worker.complete(task, b"1").success, True)
        refused(Code.FAILED_PRECONDITION, worker.complete, task, b"2")
        equal(client.result(workflow).result, b"1")
        refused(Code.NOT_FOUND, worker.complete, api.Task(task_id="no-such-task"), b"1")


@check
def cancel_running(client):
    """A run that a plain worker holds is cancelled at once; the worker hears of it and its late result is refused."""
    with Worker(client.server.target, "cancelled") as worker:
        workflow = client.start("cancelled")
        task = worker.next()
        equal(client.cancel(workflow).success, True)
        equal(client.status(workflow).state, api.CANCELLED)
        equal(worker.heartbeat(task).ok, False)
        refused(Code.FAILED_PRECONDITION, worker.complete, task, b"1")


@check
def credits(client):
    """A worker that takes one task at a time gets the second when it has answered the first."""
    first, second = client.start("credits", b"1"), client.start("credits", b"2")
    with Worker(client.server.target, "credits", max_tasks=1) as worker:
        task = worker.next()
        equal(task.workflow_id, first)
        equal(client.status(second).state, api.PENDING)
        worker.complete(task, b"1")
        task = worker.next()
        equal(task.workflow_id, second)
        worker.complete(task, b"2")
        equal(client.result(second).result, b"2")


@check
def worker_lost(client):
    """What a lost worker had goes to another after the grace period; the lost one's late result is refused."""
    workflow = client.start("lost")
    lost = Worker(client.server.target, "lost")
    stale = lost.next()
    lost.close()
    with Worker(client.server.target, "lost") as worker:
        task = worker.next()
        equal(task.workflow_id, workflow)
        assert task.task_id != stale.task_id
        refused(Code.FAILED_PRECONDITION, worker.complete, stale, b"1")
        worker.complete(task, b"2")
        equal(client.result(workflow).result, b"2")


@check
def second_stream(client):
    """A second stream of a worker ends the first with ABORTED."""
    with Worker(client.server.target, "streams") as worker:
        second = worker.service.PollTasks(api.PollRequest(worker_id=worker.id), timeout=60)
        workflow = client.start("streams")
        task = next(second)
        equal(task.workflow_id, workflow)
        refused(Code.ABORTED, worker.next)
        worker.complete(task, b"1")
        equal(client.result(workflow).state, api.COMPLETED)
        second.cancel()


@check
def wrong_polls(client):
    """Polling unregistered is FAILED_PRECONDITION, for a negative number of tasks INVALID_ARGUMENT."""
    poll = client.worker.PollTasks
    refused(Code.FAILED_PRECONDITION, poll, api.PollRequest(worker_id="never-registered"), timeout=10)
    with Worker(client.server.target, "polls") as worker:
        refused(Code.INVALID_ARGUMENT, poll, api.PollRequest(worker_id=worker.id, max_tasks=-1), timeout=10)
    refused(Code.INVALID_ARGUMENT, client.worker.Register, api.RegisterRequest(), timeout=10)


# Operator


@check
def lists(client):
    """Lists filter by type and state; an unset filter lists all."""
    ids = {client.start("listed") for _ in range(3)}
    equal({info.workflow_id for info in client.list(workflow_type="listed")}, ids)
    cancelled = ids.pop()
    client.cancel(cancelled)
    found = client.list(workflow_type="listed", state=api.CANCELLED)
    equal([info.workflow_id for info in found], [cancelled])
    equal((found[0].state, found[0].workflow_type), (api.CANCELLED, "listed"))
    assert ids | {cancelled} <= {info.workflow_id for info in client.list()}
    equal(client.list(workflow_type="no-such-type"), [])


@check
def metrics(client):
    """Metrics count the workflows of the database."""
    before = client.metrics()
    with Worker(client.server.target, "counted") as worker:
        done, failed, _open = (client.start("counted") for _ in range(3))
        for _ in range(3):
            task = worker.next()
            if task.workflow_id == done:
                worker.complete(task, b"1")
            elif task.workflow_id == failed:
                worker.complete(task, error="no")
        client.result(done)
        client.result(failed)
        after = client.metrics()
        equal(after.completed_workflows - before.completed_workflows, 1)
        equal(after.failed_workflows - before.failed_workflows, 1)
        equal(after.active_workflows - before.active_workflows, 1)


@check
def prometheus(client):
    """/metrics, /healthz, /readyz and the text page answer."""
    def get(port, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{client.server.ports[port]}{path}", timeout=10) as answer:
            return answer.read().decode()

    active = client.metrics().active_workflows
    samples = dict(line.rsplit(" ", 1) for line in get("metrics", "/metrics").splitlines() if not line.startswith("#"))
    states = {state: int(samples[f'aether_workflows{{state="{state}"}}']) for state in ("pending", "running")}
    equal(sum(states.values()), active)
    for port in ("http", "metrics"):
        equal(get(port, "/healthz"), "ok\n")
        equal(get(port, "/readyz"), "ready\n")
    assert client.server.target.split(":")[1] in get("http", "/")


# Standard tools


@check
def health(client):
    """grpc.health.v1 says SERVING of the server and of each service."""
    stub = health_pb2_grpc.HealthStub(client.channel)
    for service in ("", "aether.v1.ClientService", "aether.v1.WorkerService", "aether.v1.AdminService"):
        answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
        equal(answer.status, health_pb2.HealthCheckResponse.SERVING)
    refused(Code.NOT_FOUND, stub.Check, health_pb2.HealthCheckRequest(service="x"), timeout=10)
    for service, expected in (("", "SERVING"), ("x", "SERVICE_UNKNOWN")):
        watch = stub.Watch(health_pb2.HealthCheckRequest(service=service), timeout=10)
        equal(next(watch).status, health_pb2.HealthCheckResponse.ServingStatus.Value(expected))
        watch.cancel()


@check
def reflection(client):
    """Reflection lists the services, and a generic tool learns the API from it."""
    database = ProtoReflectionDescriptorDatabase(client.channel)
    services = set(database.get_services())
    assert {"aether.v1.ClientService", "aether.v1.WorkerService", "aether.v1.AdminService",
            "grpc.health.v1.Health"} <= services, services
    pool = descriptor_pool.DescriptorPool(database)
    service = pool.FindServiceByName("aether.v1.ClientService")
    equal(service.FindMethodByName("StartWorkflow").input_type.full_name, "aether.v1.StartWorkflowRequest")
    fields = pool.FindMessageTypeByName("aether.v1.WorkflowStatus").fields_by_name
    equal((fields["started_at"].number, fields["completed_at"].number), (6, 7))


@check
def reflection_v1(client):
    """Reflection's version v1 answers as v1alpha does: their messages are the same."""
    call = client.channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString)
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol="nothing.of.the.Kind"),
    ]
    listed, missing = call(iter(requests), timeout=10)
    assert "aether.v1.ClientService" in [service.name for service in listed.list_services_response.service]
    equal(missing.error_response.error_code, Code.NOT_FOUND.value[0])


@check
def unknown_method(client):
    """A method that isn't there is UNIMPLEMENTED."""
    call = client.channel.unary_unary("/aether.v1.ClientService/Nothing")
    refused(Code.UNIMPLEMENTED, call, b"", timeout=10)


# Robustness


@check
def garbage(client):
    """Garbage on the port ends that connection alone."""
    for junk in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 10_000, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 10_000):
        with socket.create_connection(("127.0.0.1", client.server.ports["grpc"]), timeout=10) as connection:
            connection.sendall(junk)
            connection.shutdown(socket.SHUT_WR)
            try:
                while connection.recv(65_536):
                    pass
            except ConnectionResetError:
                pass
    client.metrics()


@check
def drain(client):
    """SIGTERM ends open streams and waits with UNAVAILABLE, and the server within 5 seconds."""
    workflow = client.start("drained")
    request = api.AwaitResultRequest(workflow_id=workflow, timeout_seconds=60)
    result = client.service.AwaitResult.future(request, timeout=60)
    watch = health_pb2_grpc.HealthStub(client.channel).Watch(health_pb2.HealthCheckRequest(), timeout=60)
    equal(next(watch).status, health_pb2.HealthCheckResponse.SERVING)
    with Worker(client.server.target, "nothing-to-do") as worker:
        begin = time.monotonic()
        equal(client.server.stop(), 0)
        took = time.monotonic() - begin
        assert took < 5, f"took {took} s"
        equal(next(watch).status, health_pb2.HealthCheckResponse.NOT_SERVING)
        refused(Code.UNAVAILABLE, lambda: next(watch))
        refused(Code.UNAVAILABLE, result.result)
        refused(Code.UNAVAILABLE, worker.next)
    client.server.start()
    client.connect()
    equal(client.status(workflow).state, api.PENDING)


@check
def restart(client):
    """SIGTERM ends the server with 0; what was acknowledged is there after a restart, and after kill -9."""
    workflow = client.start("restarted")
    equal(client.server.stop(), 0)
    client.server.start()
    client.connect()
    equal(client.status(workflow).state, api.PENDING)
    second = client.start("restarted", b"2")
    client.server.kill()
    client.server.start()
    client.connect()
    with Worker(client.server.target, "restarted") as worker:
        for _ in range(2):
            task = worker.next()
            worker.complete(task, task.input)
        equal(client.result(workflow).result, b'"in"')
        equal(client.result(second).result, b"2")


if __name__ == "__main__":
    with serving("--worker-grace-ms", "200") as the_server:
        sys.exit(run(Client(the_server)))
