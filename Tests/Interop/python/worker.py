"""A plain worker, as a program in any language would write it: register, poll, complete."""

import uuid

import grpc

import aether_pb2 as api
import aether_pb2_grpc as stubs


class Worker:
    def __init__(self, target, *workflow_types, activities=(), service="interop", worker_id=None, max_tasks=0):
        self.id = worker_id or f"python-{uuid.uuid4()}"
        self.channel = grpc.insecure_channel(target)
        self.service = stubs.WorkerServiceStub(self.channel)
        self.answer = self.service.Register(api.RegisterRequest(
            worker_id=self.id, service_name=service, language=["python"],
            provides=[api.ServiceResource(name=name, type=api.WORKFLOW) for name in workflow_types]
            + [api.ServiceResource(name=name, type=api.ACTIVITY) for name in activities]), timeout=10)
        # The deadline is a guard against a test that hangs, no part of the protocol.
        self.tasks = self.service.PollTasks(api.PollRequest(worker_id=self.id, max_tasks=max_tasks), timeout=60)

    def next(self):
        return next(self.tasks)

    def complete(self, task, result=b"", error="", non_retryable=False):
        return self.service.CompleteStep(
            api.CompleteStepRequest(
                task_id=task.task_id, result=result, error=error, non_retryable=non_retryable), timeout=10)

    def heartbeat(self, task, details=b""):
        return self.service.Heartbeat(api.HeartbeatRequest(task_id=task.task_id, details=details), timeout=10)

    def close(self):
        """Breaks the connection, as a worker that died."""
        self.tasks.cancel()
        self.channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
