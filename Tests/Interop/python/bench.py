"""`aether bench`: what each workload measures, and that nothing is left of it afterwards."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from checks import check, equal, run
from server import BINARY, serving

SMALL = {
    "steps": ["--workflows", "30", "--steps", "3", "--concurrency", "10"],
    "sequential": ["--steps", "50"],
    "start": ["--workflows", "30", "--concurrency", "10"],
    "fanout": ["--children", "20"],
    "sleep": ["--workflows", "30", "--concurrency", "10", "--watch", "200ms"],
    "activities": ["--workflows", "10", "--activities", "3", "--concurrency", "5"],
    "recover": ["--workflows", "30"],
    "idle": ["--watch", "200ms"],
}
STEPS = {"steps": 90, "sequential": 50, "start": 30, "fanout": 20, "sleep": 30, "activities": 30}


class Bench:
    def __init__(self, directory):
        self.directory = directory

    def begin(self, *arguments):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("AETHER_")}
        return subprocess.Popen(
            [BINARY, "bench", *arguments], env=clean, cwd=self.directory, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __call__(self, *arguments):
        process = self.begin(*arguments)
        output, errors = process.communicate(timeout=120)
        return process.returncode, output, errors

    def document(self, workload, *arguments):
        code, output, errors = self(workload, *SMALL[workload], *arguments, "--json")
        equal((code, errors), (0, ""))
        return json.loads(output)

    def expect_clean(self):
        """Nothing is left: no folder, no process."""
        equal(os.listdir(self.directory), [])
        equal(processes_in(self.directory), [])


def processes_in(directory):
    """The processes that have a file open there, or a database of the benchmark."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            if int(process) != os.getpid() and os.readlink(f"/proc/{process}/cwd") == directory:
                found.append(process)
        except OSError:
            pass
    return found


def of_workload(workload, *arguments):
    def test(bench):
        document = bench.document(workload, *arguments)
        equal((document["workload"], document["runs"], document["workers"]), (workload, 1, 1))
        latency, cpu = document["latency_ms"], document["cpu_us_per_step"]
        equal(sorted(latency), ["max", "p50", "p95", "p99"])
        equal(sorted(cpu), ["client", "server", "worker"])
        for name in ["steps_per_second", "workflows_per_second", "commits", "bytes_per_step"]:
            assert name in document, name
        if workload in STEPS:
            rate = STEPS[workload] / document["seconds"]
            assert abs(document["steps_per_second"] - rate) < 0.1 * rate, document
            assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"] <= latency["max"], latency
            assert cpu["server"] >= 0 and cpu["worker"] >= 0, cpu
        if workload not in ["recover", "idle"]:
            assert (document["commits"] > 0), document
            assert document["peak_memory_mb"]["server"] > 5 and document["peak_memory_mb"]["worker"] > 5, document
        if workload in ["sleep", "idle"]:
            assert document["server_cpu_percent"] >= 0 and document["server_memory_mb"] > 5, document
        if workload == "recover":
            assert 0 < document["first_progress_seconds"] <= document["all_resumed_seconds"], document
        bench.expect_clean()

    test.__doc__ = f"bench {' '.join([workload, *arguments])} measures, and leaves nothing behind."
    return check(test)


for name in SMALL:
    of_workload(name)
of_workload("recover", "--kill-workers")
of_workload("recover", "--persistence", "snapshot")


@check
def tiers(bench):
    """The tiers below write less."""
    written = {tier: bench.document("steps", "--persistence", tier) for tier in ["memory", "state-action-log"]}
    equal({tier: document["tier"] for tier, document in written.items()}, {tier: tier for tier in written})
    equal(written["memory"]["bytes_per_step"], 0)
    assert written["state-action-log"]["bytes_per_step"] > 50, written


@check
def several_runs(bench):
    """--runs measures several times, --workers with several processes; the table says so."""
    code, output, errors = bench("steps", *SMALL["steps"], "--runs", "3", "--workers", "2")
    equal((code, errors), (0, ""))
    title = "steps: 30 workflows, 3 steps, 10 concurrency, tier state-action-log, 2 workers, medians of 3 runs"
    equal(output.splitlines()[0], title)
    equal([line.split("  ")[0] for line in output.splitlines()[1:]],
          ["throughput", "latency, ms", "CPU µs a step", "written", "peak memory, MiB"])
    bench.expect_clean()


@check
def other_worker(bench):
    """--worker-command measures another program as worker too, in turn with its own; one that does not start is an error."""
    command = f"env A=1 {BINARY}"
    code, output, errors = bench("steps", *SMALL["steps"], "--worker-command", command, "--runs", "2", "--json")
    equal((code, errors), (0, ""))
    documents = [json.loads(line) for line in output.splitlines()]
    equal([document["worker"] for document in documents], ["swift", command])
    assert all(document["steps_per_second"] > 0 and document["runs"] == 2 for document in documents), documents
    code, output, errors = bench("steps", *SMALL["steps"], "--worker-command", "false")
    equal((code, output, errors), (1, "", "aether: the worker of the benchmark did not start\n"))
    bench.expect_clean()


@check
def server_of_somebody(bench):
    """--server measures a server that is there, and leaves it running with the workflows."""
    with serving() as server:
        document = bench.document("start", "--server", server.url)
        equal(document["cpu_us_per_step"]["server"], None)
        assert document["commits"] > 0, document
        listed = subprocess.run(
            [BINARY, "workflow", "list", "--server", server.url, "--state", "COMPLETED", "--json"],
            text=True, capture_output=True, check=True).stdout
        equal(len(listed.splitlines()), 30)
        equal(server.stop(), 0)
    code, output, errors = bench("start", "--server", server.url)
    equal((code, output, errors.count("\n")), (69, "", 1))


@check
def interrupted(bench):
    """Ctrl-C ends it with 130, and what it started."""
    process = bench.begin("idle", "--watch", "1h")
    # Until its server and its worker are there.
    while len(processes_in(bench.directory)) < 3:
        equal(process.poll(), None)
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    equal((process.returncode, output, errors), (130, "", "aether: stopped\n"))
    bench.expect_clean()


@check
def wrong_arguments(bench):
    """What can't be measured is refused, in one line with 64."""
    for arguments in [
        ["steps", "--workflows", "0"], ["steps", "--steps", "-1"], ["steps", "--persistence", "none"],
        ["recover", "--persistence", "memory"], ["recover", "--server", "http://localhost:1"],
        ["start", "--workers", "0"], ["start", "--runs", "0"], ["sequential", "--steps", "1"], ["nothing"],
        ["steps", "--server", "localhost"],
    ]:
        code, output, errors = bench(*arguments)
        equal((arguments, code, output, errors.count("\n")), (arguments, 64, "", 1))
    bench.expect_clean()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="aether-bench-") as directory:
        sys.exit(run(Bench(os.path.realpath(directory))))
