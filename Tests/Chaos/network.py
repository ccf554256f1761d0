"""Ways to the server that are slow, broken, or lead to a peer that is not there any more; a worker that is there twice."""

import time

import grpc

import proxy
from aether.v1 import worker_pb2 as api
from aether.v1 import worker_pb2_grpc as stubs
from bed import ANY, Bed
from checks import refused

# So long a peer may be silent until the server takes it for dead: 5 s until it asks, 15 s for the answer, and the grace.
SILENCE = 22


def bad_way(manner, seconds, grace=500):
    """The way of one worker and half of the clients is bad for a while."""
    def fault(random, count):
        way = proxy.Proxy()
        with Bed("--worker-grace-ms", str(grace), steps=ANY, proxy=way) as bed:
            bed.begin()
            for _ in range(count):
                way.become(manner)
                time.sleep(random.uniform(*seconds))
                way.become(proxy.GOOD)
                bed.recover()
            result = bed.finish()
        way.close()
        return result
    return fault


def broken_way(how):
    """Connections break, now and then."""
    def fault(random, count):
        way = proxy.Proxy()
        with Bed("--worker-grace-ms", "500", steps=ANY, proxy=way) as bed:
            bed.begin()
            for _ in range(count):
                time.sleep(random.uniform(0, 0.5))
                how(way)
                bed.recover()
            result = bed.finish()
        way.close()
        return result
    return fault


def second_worker(random, count):
    """A second process with the id of a worker that is connected: it is refused, and the first goes on."""
    with Bed() as bed:
        bed.begin()
        with grpc.insecure_channel(bed.server.target) as channel:
            for number in range(count):
                request = api.RegisterRequest(
                    worker_id=random.choice(list(bed.workers)), instance_id=f"another-{number}", protocol=1,
                    provides=[api.ServiceResource(name="script", type=api.WORKFLOW)])
                refused(grpc.StatusCode.ALREADY_EXISTS, stubs.WorkerServiceStub(channel).Register, request, timeout=10)
                bed.recover()
        return bed.finish()
