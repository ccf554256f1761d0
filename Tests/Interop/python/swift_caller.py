"""A workflow in Swift that calls activities of any language."""

import json
import os
import subprocess

import grpc

import aether_pb2 as api
import aether_pb2_grpc as stubs
from server import BINARY
from worker import Worker

SWIFT_WORKER = os.path.join(os.path.dirname(BINARY), "end-to-end-worker")


class Caller:
    """A worker process in Swift, whose workflow "call-elsewhere" calls what its input says."""

    def __init__(self, server):
        self.server = server
        channel = grpc.insecure_channel(server.target)
        self.service = stubs.ClientServiceStub(channel)
        self.process = subprocess.Popen(
            [SWIFT_WORKER], env=os.environ | {"AETHER_SERVER": server.url, "WORKER_ID": "swift"},
            stdout=subprocess.DEVNULL)

    def call(self, activity, order=5, service="", attempts=3, **limits):
        """Starts a run that calls the activity; limits: timeoutMilliseconds, heartbeatMilliseconds."""
        value = {"activity": activity, "service": service, "order": order, "attempts": attempts} | limits
        request = api.StartWorkflowRequest(workflow_type="call-elsewhere", input=json.dumps(value).encode())
        return self.service.StartWorkflow(request, timeout=10).workflow_id

    def result(self, workflow):
        request = api.AwaitResultRequest(workflow_id=workflow, timeout_seconds=20)
        return self.service.AwaitResult(request, timeout=30)

    def cancel(self, workflow):
        return self.service.CancelWorkflow(api.CancelRequest(workflow_id=workflow), timeout=10)

    def worker(self, activity, service="interop"):
        return Worker(self.server.target, activities=[activity], service=service)

    def history(self, workflow):
        output = subprocess.run(
            [BINARY, "workflow", "history", workflow, "--json", "--server", self.server.url], check=True,
            capture_output=True, text=True).stdout
        return [json.loads(line) for line in output.splitlines()]

    def failures(self, workflow):
        """The messages of the attempts that failed."""
        return [line["failure"]["message"] for line in self.history(workflow)
                if line["kind"] == "ACTIVITY_ATTEMPT_FAILED"]
