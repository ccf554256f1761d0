"""Traces through client, server and worker: what a collector is told, also when one of them is killed."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time

import grpc

import aether_pb2 as api
import aether_pb2_grpc as stubs
from checks import check, equal, run
from collector import Collector
from server import BINARY, Server
from swift_caller import SWIFT_WORKER
from worker import Worker

EXAMPLE = os.path.join(os.path.dirname(BINARY), "tracing")
QUICK = {"OTEL_BSP_SCHEDULE_DELAY": "20"}


def step(name):
    return {"step": {"_0": name, "failures": 0, "attempts": 1, "isRetryable": True}}


def signal(name):
    return {"signal": {"_0": name}}


def activity(behaviour):
    return {"activity": {"_0": behaviour, "_1": {"attempts": 3}, "cancellation": "try"}}


def child(name, *operations):
    return {"child": {"_0": name, "_1": list(operations), "policy": "cancel"}}


def fail(message):
    return {"fail": {"_0": message}}


class Bed:
    """A server and a worker in Swift that tell a collector what they do."""

    def __init__(self, directory, collector, *flags, worker=True):
        self.directory, self.collector = directory, collector
        self.server = Server(
            directory, "--otlp-endpoint", collector.url, "--worker-grace-ms", "300", *flags, environment=QUICK)
        self.connect()
        self.worker = None
        if worker:
            self.start_worker()

    def connect(self):
        self.client = stubs.ClientServiceStub(grpc.insecure_channel(self.server.target))

    def start_worker(self):
        environment = os.environ | QUICK | {
            "AETHER_SERVER": self.server.url, "WORKER_ID": "swift", "OTEL_EXPORTER_OTLP_ENDPOINT": self.collector.url}
        self.worker = subprocess.Popen([SWIFT_WORKER], env=environment, stdout=subprocess.DEVNULL)

    def kill_worker(self):
        self.worker.kill()
        self.worker.wait()

    def start(self, *operations, trace=None, flags="01", state="", **fields):
        """Starts a script within a trace; returns the run's id, the trace's, and that of the client's span."""
        trace, span = trace or secrets.token_hex(16), secrets.token_hex(8)
        path = os.path.join(self.directory, "lines")
        request = api.StartWorkflowRequest(
            workflow_type="script", input=json.dumps({"path": path, "operations": operations}).encode(), **fields)
        metadata = [("traceparent", f"00-{trace}-{span}-{flags}")] + ([("tracestate", state)] if state else [])
        return self.client.StartWorkflow(request, metadata=metadata, timeout=10).workflow_id, trace, span

    def result(self, workflow):
        request = api.AwaitResultRequest(workflow_id=workflow, timeout_seconds=20)
        return self.client.AwaitResult(request, timeout=30)

    def signal(self, workflow, name):
        subprocess.run(
            [BINARY, "workflow", "signal", workflow, name, "--payload", '"now"', "--server", self.server.url], check=True,
            stdout=subprocess.DEVNULL)

    def wait_for_line(self, line):
        deadline = time.monotonic() + 20
        path = os.path.join(self.directory, "lines")
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError), open(path) as file:
                if line in file.read().splitlines():
                    return
            time.sleep(0.02)
        raise AssertionError(f"no line {line}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.worker:
            self.kill_worker()
        self.server.__exit__()


@contextlib.contextmanager
def bed(*flags, **keywords):
    with tempfile.TemporaryDirectory() as directory, Collector() as collector:
        with Bed(directory, collector, *flags, **keywords) as made:
            yield made


def tree(spans, root=""):
    """Names with what is below them; what is below a span that is not there counts as below the root."""
    known = {span.id for span in spans}
    def below(parent):
        return sorted((span.name, *below(span.id)) for span in spans
                      if span.parent == parent or (parent == root and span.parent not in known))
    return below(root)


def one(spans, name):
    found, = (span for span in spans if span.name == name)
    return found


@check
def whole_tree():
    """Client, server, worker, activities and children are one trace, and each span is where it belongs."""
    with bed() as made:
        workflow, trace, root = made.start(
            step("a"), activity({"fail": {"times": 1, "isRetryable": True}}), child("kid", step("b")), state="x=y")
        equal(made.result(workflow).state, api.COMPLETED)
        spans = made.collector.wait_for(trace, 13)
        equal(tree(spans, root), [
            ("start workflow script",
             ("run script",
              ("activity work",), ("activity work",),
              ("run script", ("task script",), ("workflow script", ("step b",))),
              ("task script",), ("task work",), ("task work",),
              ("workflow script", ("step a",))))])
        for span in spans:
            server = span.name.split()[0] in ("start", "run", "task")
            equal((span.service, span.state), ("aether" if server else "worker", "x=y"))
            equal(span.attributes["aether.workflow.id"] in (workflow, "kid"), True)
        start = one(spans, "start workflow script")
        equal((start.parent, start.kind, start.status), (root, 2, {}))
        assert {"service.version", "service.instance.id"} <= start.resource.keys(), start.resource
        parent, = (span for span in spans if span.name == "run script" and span.attributes["aether.workflow.id"] == workflow)
        equal((parent.attributes["aether.workflow.state"], parent.attributes["aether.attempts"],
               parent.attributes["aether.tier"], parent.attributes["aether.workflow.type"]),
              ("COMPLETED", 1, "state-action-log", "script"))
        attempts = sorted((span.attributes["aether.attempt"], bool(span.status)) for span in spans
                          if span.name == "activity work")
        equal(attempts, [(1, True), (2, False)])
        kid, = (span for span in spans if span.name == "run script" and span is not parent)
        equal((kid.parent, kid.attributes["aether.workflow.parent_id"]), (parent.id, workflow))
        for name in ("step a", "task work"):
            for span in spans:
                if span.name == name:
                    assert parent.start <= span.start and span.end <= parent.end, name


@check
def failure():
    """A run that fails is an error, and says why."""
    with bed() as made:
        workflow, trace, _ = made.start(step("a"), fail("no stock"))
        equal(made.result(workflow).state, api.FAILED)
        spans = made.collector.wait_for(trace, 5)
        for name in ("run script", "workflow script"):
            span = one(spans, name)
            equal((span.status["code"], span.attributes["aether.workflow.state"]), (2, "FAILED"))
            assert "no stock" in span.status["message"], span.status


@check
def killed_server():
    """A server that is killed and comes back goes on with the trace, and no step's span is there twice."""
    with bed() as made:
        workflow, trace, root = made.start(step("a"), signal("go"), step("b"))
        made.wait_for_line("a")
        made.collector.wait_for(trace, 3)
        made.server.kill()
        made.server.restart()
        made.connect()
        made.signal(workflow, "go")
        equal(made.result(workflow).state, api.COMPLETED)
        spans = made.collector.wait_for(trace, 6)
        equal(one(spans, "run script").parent, one(spans, "start workflow script").id)
        equal(sorted(span.name for span in spans if span.name.startswith("step")), ["step a", "step b"])
        equal(one(spans, "start workflow script").parent, root)


@check
def killed_worker():
    """Another worker goes on with the trace; what it replays has no span."""
    with bed() as made:
        workflow, trace, _ = made.start(step("a"), step("b"), signal("go"), step("c"))
        made.wait_for_line("b")
        made.collector.wait_for(trace, 4)
        made.kill_worker()
        made.start_worker()
        made.signal(workflow, "go")
        equal(made.result(workflow).state, api.COMPLETED)
        spans = made.collector.wait_for(trace, 8)
        equal(sorted(span.name for span in spans if span.name.startswith("step")), ["step a", "step b", "step c"])
        run_span = one(spans, "run script")
        equal(run_span.attributes["aether.attempts"], 2)
        workflow_span = one(spans, "workflow script")
        equal((workflow_span.parent, workflow_span.attributes["aether.attempt"]), (run_span.id, 2))


@check
def unsampled():
    """Nothing is sent of a trace that is not sampled, by server or worker; malformed traces begin new ones."""
    with bed("--trace-sample-ratio", "0") as made:
        workflow, quiet, _ = made.start(step("a"), child("kid", step("b")), flags="00")
        equal(made.result(workflow).state, api.COMPLETED)
        made.client.StartWorkflow(api.StartWorkflowRequest(workflow_type="script"), timeout=10)
        workflow, loud, _ = made.start(step("a"))
        equal(made.result(workflow).state, api.COMPLETED)
        made.collector.wait_for(loud, 5)
        equal({span.trace for span in made.collector.spans}, {loud})
        assert quiet != loud


@check
def untraced():
    """A start without a trace, or with one that makes no sense, begins one."""
    with bed(worker=False) as made:
        for metadata in ([], [("traceparent", "00-nonsense-01")]):
            request = api.StartWorkflowRequest(workflow_type="nobody")
            made.client.StartWorkflow(request, metadata=metadata, timeout=10)
        deadline = time.monotonic() + 20
        while len(made.collector.spans) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        spans = made.collector.spans
        equal([(span.name, span.parent) for span in spans], [("start workflow nobody", "")] * 2)
        assert spans[0].trace != spans[1].trace


@check
def plain_worker():
    """A plain worker finds the trace in its task; of the API's HTTP the trace is in the headers."""
    with bed(worker=False) as made, Worker(made.server.target, "plain") as worker:
        trace = secrets.token_hex(16)
        output = subprocess.run(
            ["curl", "-sS", "-H", f"traceparent: 00-{trace}-{'1' * 16}-01", "-d", '{"type":"plain","id":"p"}',
             f"http://127.0.0.1:{made.server.ports['http']}/api/v1/workflows"], check=True, capture_output=True, text=True)
        assert '"p"' in output.stdout, output
        task = worker.next()
        assert task.traceparent.startswith(f"00-{trace}-") and task.traceparent.endswith("-01"), task
        worker.complete(task, b"1")
        equal(made.result("p").state, api.COMPLETED)
        spans = made.collector.wait_for(trace, 3)
        equal(one(spans, "run plain").id, task.traceparent.split("-")[2])
        equal(tree(spans, "1" * 16), [("start workflow plain", ("run plain", ("task plain",)))])


@check
def example():
    """The example's trace is the one that docs/tracing.md draws."""
    with bed(worker=False) as made:
        environment = os.environ | QUICK | {
            "AETHER_SERVER": made.server.url, "OTEL_EXPORTER_OTLP_ENDPOINT": made.collector.url}
        subprocess.run([EXAMPLE], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=60)
        trace = next(span.trace for span in made.collector.spans if span.name == "checkout")
        spans = made.collector.wait_for(trace, 14)
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
        with open(os.path.join(root, "docs", "tracing.md")) as file:
            drawn = file.read().split("```text\n")[1].split("```")[0].splitlines()
        expected, parents = [], []
        for line in drawn:
            text = line[:37].rstrip()
            depth = (len(text) - len(text.lstrip(" │├└─"))) // 3
            parents = [*parents[:depth], text.lstrip(" │├└─")]
            expected.append(tuple(parents))
        known = {span.id: span for span in spans}
        def path(span):
            return (*(path(known[span.parent]) if span.parent in known else ()), span.name)
        equal(sorted(path(span) for span in spans), sorted(expected))


@check
def collector_in_trouble():
    """A collector that refuses, hangs or is gone neither blocks nor slows workflows, nor the server's end."""
    for trouble in (503, 400, None, "gone"):
        with bed() as made:
            if trouble == "gone":
                made.collector.server.shutdown()
                made.collector.server.server_close()
            else:
                made.collector.status = trouble
            begin = time.monotonic()
            runs = [made.start(*[step(f"s{number}") for number in range(5)])[0] for _ in range(100)]
            for workflow in runs:
                equal(made.result(workflow).state, api.COMPLETED)
            assert time.monotonic() - begin < 20, trouble
            begin = time.monotonic()
            equal(made.server.stop(), 0)
            assert time.monotonic() - begin < 8, trouble


@check
def late_collector():
    """What waited while the collector refused is sent when it takes spans again."""
    with bed() as made:
        made.collector.status = 503
        workflow, trace, _ = made.start(step("a"))
        equal(made.result(workflow).state, api.COMPLETED)
        deadline = time.monotonic() + 20
        while made.collector.requests < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        made.collector.status = 200
        made.collector.wait_for(trace, 5)


if __name__ == "__main__":
    sys.exit(run())
