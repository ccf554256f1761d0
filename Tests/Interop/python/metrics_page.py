"""The metrics page, as Prometheus reads it: its format, its conventions, and whether its numbers are right."""

import json
import os
import re
import sys
import tempfile
import time
import urllib.request
import uuid

import grpc
from prometheus_client.parser import text_string_to_metric_families

import aether_pb2 as api
import aether_pb2_grpc as stubs
from checks import check, equal, run
from server import Server, serving
from swift_caller import Caller
from worker import Worker

SUFFIXES = ("_bucket", "_sum", "_count")
# What https://prometheus.io/docs/practices/naming says of units, and of names that tell what the type says already.
NO_BASE_UNITS = re.compile(r"_(milliseconds|microseconds|nanoseconds|minutes|hours|kilobytes|megabytes|ms|us|ns|percent)(_|$)")
TYPES_IN_NAMES = re.compile(r"_(counter|gauge|histogram|summary)(_|$)")


class Page:
    """One scrape."""

    def __init__(self, server):
        url = f"http://127.0.0.1:{server.ports['metrics']}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            self.content_type = answer.headers["Content-Type"]
            self.text = answer.read().decode()
        self.families = list(text_string_to_metric_families(self.text))
        self.samples = {(sample.name, frozenset(sample.labels.items())): sample.value
                        for family in self.families for sample in family.samples}

    def value(self, name, **labels):
        return self.samples[name, frozenset(labels.items())]

    def sum(self, name):
        """Of all series of that name."""
        return sum(value for (found, _), value in self.samples.items() if found == name)

    def labels(self):
        """All values of all labels, by metric and label; the bounds of buckets are no labels in this sense."""
        return {(name, label, value) for name, labels in self.samples for label, value in labels if label != "le"}


class Bed:
    def __init__(self, server):
        self.server = server
        channel = grpc.insecure_channel(server.target)
        self.service = stubs.ClientServiceStub(channel)
        self.admin = stubs.AdminServiceStub(channel)

    def start(self, workflow_type):
        request = api.StartWorkflowRequest(workflow_type=workflow_type, input=b"1")
        return self.service.StartWorkflow(request, timeout=10).workflow_id

    def post(self, path, **document):
        url = f"http://127.0.0.1:{self.server.ports['http']}/api/v1/{path}"
        request = urllib.request.Request(
            url, json.dumps(document).encode(), {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def result(self, workflow):
        return self.service.AwaitResult(
            api.AwaitResultRequest(workflow_id=workflow, timeout_seconds=20), timeout=30)

    def page(self):
        return Page(self.server)

    def counts(self):
        return self.admin.GetMetrics(api.GetMetricsRequest(), timeout=10)

    def wait(self, condition):
        """The first page of which the condition holds."""
        end = time.monotonic() + 20
        while not condition(page := self.page()):
            assert time.monotonic() < end, page.text
            time.sleep(0.05)
        return page


@check
def described(bed):
    """Every family has its HELP and its TYPE, once, before its samples; and nothing else is there."""
    page = bed.page()
    equal(page.content_type, "text/plain; version=0.0.4; charset=utf-8")
    seen, name = set(), None
    for line in page.text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, text = line.split(" ", 3)
            assert name not in seen and text.endswith("."), line
            seen.add(name)
            last = "help"
        elif line.startswith("# TYPE "):
            assert line.split(" ")[2] == name and last == "help", line
            last = "type"
        else:
            found = re.match(r"[a-z_:]+", line)[0]
            assert last in ("type", "sample") and (found == name or found.removeprefix(name) in SUFFIXES), line
            last = "sample"
    assert len(seen) > 30, seen
    for family in page.families:
        assert family.type in ("counter", "gauge", "histogram") and family.documentation, family.name


@check
def named(bed):
    """Names keep Prometheus' conventions: _total for counters alone, base units, no type in a name."""
    for family in bed.page().families:
        for sample in family.samples:
            assert re.fullmatch(r"[a-z][a-z_]*", sample.name), sample.name
            equal(sample.name.endswith("_total"), family.type == "counter")
            assert not NO_BASE_UNITS.search(sample.name) and not TYPES_IN_NAMES.search(sample.name), sample.name
            if family.type != "histogram":
                assert not sample.name.endswith(SUFFIXES) and "le" not in sample.labels, sample.name
        if re.search("_(duration|wait|time|cpu)(_|$)", family.name):
            assert family.name.endswith("_seconds"), family.name
        if "_memory_bytes" in family.name:
            equal(family.type, "gauge")


@check
def buckets(bed):
    """Histograms' buckets ascend, in bounds and counts, to +Inf, which has all."""
    with Worker(bed.server.target, "bucketed") as worker:
        workflow = bed.start("bucketed")
        worker.complete(worker.next(), b"1")
        bed.result(workflow)
    histograms = [family for family in bed.page().families if family.type == "histogram"]
    assert len(histograms) >= 6, histograms
    for family in histograms:
        series = {}
        for sample in family.samples:
            key = frozenset((name, value) for name, value in sample.labels.items() if name != "le")
            suffix = sample.name.removeprefix(family.name)
            series.setdefault(key, {}).setdefault(suffix, []).append((sample.labels.get("le"), sample.value))
        for values in series.values():
            bounds = [float(bound) for bound, _ in values["_bucket"]]
            counts = [count for _, count in values["_bucket"]]
            equal((bounds, counts), (sorted(set(bounds)), sorted(counts)))
            equal((bounds[-1], counts[-1]), (float("inf"), values["_count"][0][1]))
            assert values["_sum"][0][1] >= 0 and (values["_sum"][0][1] == 0 or counts[-1] > 0), family.name


@check
def bounded(bed):
    """However many ids, types, names and failures there are, there are no more series, and none has such a name."""
    before, mark = bed.page(), f"mark-{uuid.uuid4()}"
    types = [f"{mark}-type-{number}" for number in range(40)]
    with Worker(bed.server.target, *types, worker_id=f"{mark}-worker", service=f"{mark}-service") as worker:
        ids = [bed.post("workflows", type=name, id=f"{mark}-{number}")["id"] for number, name in enumerate(types)]
        for workflow in ids:
            bed.post(f"workflows/{workflow}/signal", name=f"{mark}-signal", signalId=f"{mark}-{workflow}")
        for number in range(len(types)):
            task = worker.next()
            worker.complete(task, b"1") if number % 2 else worker.complete(task, error=f"{mark} failed")
        for workflow in ids:
            bed.result(workflow)
    after = bed.page()
    assert mark not in after.text
    equal(after.labels(), before.labels())
    equal(set(after.samples), set(before.samples))
    equal(after.value("aether_signals_received_total") - before.value("aether_signals_received_total"), len(types))


@check
def counted(bed):
    """The counts are those of what was run, and those of GetMetrics and the text page."""
    before = bed.page()
    name = f"counted-{uuid.uuid4()}"
    with Worker(bed.server.target, name, max_tasks=7) as worker:
        ids = [bed.start(name) for _ in range(6)]
        bed.service.CancelWorkflow(api.CancelRequest(workflow_id=ids[0]), timeout=10)
        tasks = {}
        while len(tasks) < 6:
            task = worker.next()
            tasks[task.workflow_id] = task
            if len(tasks) == 5 and ids[0] not in tasks:
                break
        for workflow in ids[1:4]:
            worker.complete(tasks[workflow], b"1")
            bed.result(workflow)
        worker.complete(tasks[ids[4]], error="no")
        bed.result(ids[4])
        page, counts = bed.page(), bed.counts()
        waiting = bed.start(f"{name}-nobody-offers")

        def grown(metric, **labels):
            return page.value(metric, **labels) - before.value(metric, **labels)

        equal(grown("aether_workflows_started_total"), 6)
        closed = {state: grown("aether_workflows_closed_total", state=state)
                  for state in ("completed", "failed", "cancelled")}
        equal(closed, {"completed": 3, "failed": 1, "cancelled": 1})
        equal(grown("aether_workflow_duration_seconds_count"), 5)
        equal(grown("aether_workflow_tasks_assigned_total"),
              grown("aether_queue_wait_seconds_count", kind="workflow"))
        equal(grown("aether_commit_entries_sum"), grown("aether_journal_entries_total"))
        equal(grown("aether_commit_entries_count"), grown("aether_commits_total"))
        equal(grown("aether_commit_duration_seconds_count"), grown("aether_commits_total"))
        assert grown("aether_sync_duration_seconds_count") >= grown("aether_commits_total")
        assert page.value("aether_sync_duration_seconds_sum") <= page.value("aether_commit_duration_seconds_sum") * 1.5
        states = {state: page.value("aether_workflows", state=state)
                  for state in ("pending", "running", "completed", "failed", "cancelled")}
        equal(states, {
            "pending": counts.pending_workflows, "running": counts.active_workflows - counts.pending_workflows,
            "completed": counts.completed_workflows, "failed": counts.failed_workflows,
            "cancelled": counts.cancelled_workflows})
        equal((page.value("aether_commits_total"), page.value("aether_journal_entries_total")),
              (counts.commits, counts.entries_committed))
        equal(page.value("aether_workers_connected"), counts.connected_workers)
        equal((page.value("aether_worker_task_capacity"), page.value("aether_worker_tasks_held")), (7, 1))
        with urllib.request.urlopen(f"http://127.0.0.1:{bed.server.ports['http']}/", timeout=10) as answer:
            text = answer.read().decode()
        for state in ("completed", "failed", "cancelled"):
            assert re.search(rf"{state} +{int(states[state])}\n", text), text
        bed.wait(lambda page: page.value("aether_queue_depth", kind="workflow") == 1)
        bed.service.CancelWorkflow(api.CancelRequest(workflow_id=waiting), timeout=10)
        worker.complete(tasks[ids[5]], b"1")
        bed.result(ids[5])


@check
def lost(bed):
    """A worker that dies is counted: its leases end once it is away for longer than the grace period."""
    before = bed.page()
    name = f"lost-{uuid.uuid4()}"
    with Worker(bed.server.target, name) as worker:
        workflow = bed.start(name)
        worker.next()
    page = bed.wait(lambda page: page.value("aether_leases_ended_total", reason="worker_gone")
                    > before.value("aether_leases_ended_total", reason="worker_gone"))
    equal(page.value("aether_workers_connected"), before.value("aether_workers_connected"))
    bed.service.CancelWorkflow(api.CancelRequest(workflow_id=workflow), timeout=10)


@check
def activities(bed):
    """Activities, their attempts and how long these took are counted; steps too."""
    caller = Caller(bed.server)
    try:
        before, name = bed.page(), f"charge-{uuid.uuid4()}"
        workflow = caller.call(name)
        with caller.worker(name) as worker:
            worker.complete(worker.next(), error="no luck")
            task = worker.next()
            time.sleep(0.3)
            worker.complete(task, b"1")
            equal(caller.result(workflow).state, api.COMPLETED)
        page = bed.page()
        grown = {metric: page.sum(f"aether_{metric}") - before.sum(f"aether_{metric}") for metric in (
            "activities_completed_total", "activity_attempts_failed_total", "activities_failed_total",
            "activity_attempt_duration_seconds_count")}
        equal(list(grown.values()), [1, 1, 0, 2])
        took = page.sum("aether_activity_attempt_duration_seconds_sum") \
            - before.sum("aether_activity_attempt_duration_seconds_sum")
        assert 0.3 <= took < 5, took
        assert page.value("aether_queue_wait_seconds_count", kind="activity") \
            - before.value("aether_queue_wait_seconds_count", kind="activity") == 2
    finally:
        caller.process.kill()
        caller.process.wait()


@check
def process(bed):
    """What is said of the process is true."""
    page = bed.page()
    with open(f"/proc/{bed.server.process.pid}/status") as file:
        resident = int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) * 1024
    assert abs(page.value("process_resident_memory_bytes") / resident - 1) < 0.2, resident
    assert abs(page.value("process_open_fds") - len(os.listdir(f"/proc/{bed.server.process.pid}/fd"))) < 10
    assert time.time() - 600 < page.value("process_start_time_seconds") < time.time() + 1
    assert 0 < page.value("process_cpu_seconds_total") < 600
    equal(page.value("aether_ready"), 1)
    equal(page.value("aether_build_info", version=re.search(r'version="(.*?)"', page.text)[1]), 1)


@check
def configured(_bed):
    """[metrics] of aether.toml moves the port, and closes it."""
    for table, opened in (("enabled = true\nport = 0\n", True), ("enabled = false\n", False)):
        with tempfile.TemporaryDirectory(prefix="aether-") as directory:
            with open(os.path.join(directory, "aether.toml"), "w") as file:
                file.write(f"[metrics]\n{table}")
            # The flag would win over the file.
            with Server(directory, metrics_port=None) as server:
                equal(server.ports.get("metrics") is not None, opened)
                if opened:
                    equal(Page(server).value("aether_ready"), 1)
                equal(server.stop(), 0)


if __name__ == "__main__":
    with serving("--worker-grace-ms", "500") as server:
        status = run(Bed(server))
        equal(server.stop(), 0)
    sys.exit(status)
