"""Everything at once: servers and workers die, calls fail, the network breaks and clocks jump, in any order."""

import errno
import time

import proxy
from bed import ANY, Bed
from faults import DATABASE_CALLS, DELAY, FAIL, KILL, LOG_CALLS, POINTS
from load import varied


def mixed(random, count):
    way = proxy.Proxy()
    with Bed("--worker-grace-ms", "500", steps=ANY, proxy=way, operations=varied, clients=16, runs_in_memory=3) as bed:
        bed.begin()
        harm = Harm(bed, way, random)
        for _ in range(count):
            time.sleep(random.uniform(0, 0.3))
            random.choice([harm.server, harm.point, harm.all, harm.worker, harm.call, harm.disk, harm.way, harm.reset, harm.clock])()
            bed.recover()
        result = bed.finish()
    way.close()
    return result


class Harm:
    def __init__(self, bed, way, random):
        self.bed, self.the_way, self.random = bed, way, random
        self.workers = 0

    def server(self):
        self.bed.server.kill()
        self.bed.faults.disarm()
        self.bed.server.restart()

    def point(self):
        """The server dies at a point, if it comes there soon."""
        self.bed.faults.arm(*POINTS, action=KILL, after=self.random.randrange(200))
        end = time.monotonic() + 2
        while not self.bed.faults.struck and time.monotonic() < end:
            time.sleep(0.002)
        self.bed.faults.disarm()
        if self.bed.faults.struck:
            self.server()

    def worker(self):
        name = self.random.choice(list(self.bed.workers))
        worker = self.bed.workers.pop(name)
        worker.kill()
        worker.wait()
        self.workers += 1
        self.bed.start_worker(f"further-{self.workers}")

    def all(self):
        """As when the machine goes down."""
        for _ in list(self.bed.workers):
            self.worker()
        self.server()

    def call(self):
        error = self.random.choice([errno.EIO, errno.ENOSPC])
        self.bed.faults.arm(*LOG_CALLS, *DATABASE_CALLS, action=FAIL, value=error, after=self.random.randrange(30))

    def disk(self):
        """A disk that hesitates."""
        self.bed.faults.arm(*LOG_CALLS, action=DELAY, value=200_000, times=5)

    def way(self):
        self.the_way.become(self.random.choice([proxy.SLOW, proxy.STALLED, proxy.ONE_WAY, proxy.DROPPING]))
        time.sleep(self.random.uniform(0, 1))
        self.the_way.become(proxy.GOOD)

    def reset(self):
        self.the_way.reset()

    def clock(self):
        self.bed.faults.set_clock(self.random.choice([-86400, -3600, 0, 3600, 86400]))
