"""A server under load with its workers, in a folder of its own; what happened to it, and what came of that."""

import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

import invariants
from faults import Faults
from load import TASK_MARK, Load
from server import BINARY, Server

WORKER = os.path.join(os.path.dirname(BINARY), "end-to-end-worker")
# What may run again: nothing, the step that was under way when its worker died, or any, as with a worker that does not know
# yet that its lease is over.
ONCE, LAST_AGAIN, ANY = "once", "the last again", "any"


class Skipped(Exception):
    """A fault that can't be made on this machine."""


@dataclass
class Result:
    """What came of faults."""

    faults: int = 0
    acknowledged: int = 0
    lost: list = field(default_factory=list)
    repeated: list = field(default_factory=list)
    broken: list = field(default_factory=list)
    # Seconds from a fault's end until something was acknowledged, the longest.
    recovery: float = 0.0

    @property
    def is_good(self):
        return not (self.lost or self.repeated or self.broken)

    def add(self, other):
        self.faults += other.faults
        self.acknowledged += other.acknowledged
        self.lost += other.lost
        self.repeated += other.repeated
        self.broken += other.broken
        self.recovery = max(self.recovery, other.recovery)


def lasting_port():
    """A free port that no connection is given while the server is away."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        first = int(file.read().split()[0])
    while True:
        port = random.randrange(10_000, first)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


class Bed:
    def __init__(self, *flags, under=(), folder=None, clients=8, workers=2, steps=ONCE, patience=60, proxy=None,
                 runs_in_memory=1000, binary=BINARY, **life):
        """With `folder`, the database lies there. With `proxy`, half of the clients and of the workers go through it. `binary`
        is the server's."""
        self.directory = tempfile.TemporaryDirectory(prefix="aether-chaos-")
        self.path = folder or self.directory.name
        self.errors = open(os.path.join(self.directory.name, "errors"), "a+")
        self.steps = steps
        self.runs_in_memory = runs_in_memory
        self.faults = Faults(self.directory.name, TASK_MARK)
        self.server = Server(self.path, *flags, under=[*under, *self.faults.under], errors=self.errors,
                             port=lasting_port(), binary=binary)
        self.ways = self.make_ways(proxy)
        self.workers = {}
        for number in range(workers):
            self.start_worker(f"w{number}", self.target(number))
        self.count = 0
        self.recovery = 0.0
        # Only what is known to be good is thrown away.
        self.is_good = False
        self.broken = []
        self.load = Load([self.target(number) for number in range(clients)], self.directory.name, patience, **life)

    def make_ways(self, proxy):
        return [self.server.target, proxy.reach(self.server.target) if proxy else self.server.target]

    def target(self, number):
        """Where the client or the worker of a number finds the server."""
        return self.ways[number % len(self.ways)]

    @property
    def database(self):
        return self.server.database

    def start_worker(self, name, target=None):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AETHER_")}
        environment |= {"AETHER_SERVER": f"http://{target or self.server.target}", "WORKER_ID": name,
                        "MAX_RUNS": str(self.runs_in_memory)}
        self.workers[name] = subprocess.Popen([WORKER], env=environment, stdout=subprocess.DEVNULL, stderr=self.errors)

    def begin(self):
        """Waits until the load goes."""
        self.load.until_told(20)

    def struck(self, timeout=30):
        """Waits until an armed fault has happened."""
        deadline = time.monotonic() + timeout
        while not self.faults.struck:
            assert time.monotonic() < deadline, f"the point was not reached in {timeout} s"
            time.sleep(0.002)

    def recover(self, since=None):
        """A fault is over: waits until something is acknowledged again."""
        begin = since or time.monotonic()
        self.load.until_told()
        self.recovery = max(self.recovery, time.monotonic() - begin)
        self.count += 1

    def revive(self):
        """The server was killed, or is now: starts it again and waits until something is acknowledged."""
        self.server.kill()
        self.faults.disarm()
        begin = time.monotonic()
        self.server.restart()
        self.recover(begin)

    def ready(self):
        """What `/readyz` says: nothing when the server is ready."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.server.ports['http']}/readyz", timeout=5):
                return ""
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def open_runs(self):
        """How many workflows have not ended, says the server."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.server.ports['metrics']}/metrics", timeout=5) as page:
            text = page.read().decode()
        return sum(int(float(re.search(rf'^aether_workflows{{state="{state}"}} (.*)$', text, re.MULTILINE)[1]))
                   for state in ("pending", "running"))

    def until(self, condition, what, timeout=15, pause=0.01):
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, f"after {timeout} s: {what}"
            time.sleep(pause)

    def finish(self):
        """Faults are over: all that began ends. Then says what is lost, ran again or is broken."""
        self.load.finish()
        # A child that is cancelled ends after its parent.
        deadline = time.monotonic() + 10
        while self.open_runs() and time.monotonic() < deadline:
            time.sleep(0.02)
        code = self.server.stop()
        if code:
            self.broken.append(f"the server ended with {code}")
        self.broken += self.load.failures + invariants.violations(self.database) + invariants.open_runs(self.database)
        result = Result(self.count, len(self.load.told), list(invariants.lost(self.database, self.load.told)),
                        list(self.repeated()), self.broken, self.recovery)
        self.is_good = result.is_good
        return result

    def repeated(self):
        """Steps that ran again although they were acknowledged, or at all where nothing may; or did not run in order."""
        for life in self.load.lives:
            if not life.ended:
                continue
            for name, ran in life.chains().items():
                ends = max(ran)
                if set(ran) != set(range(1, ends + 1)):
                    yield f"{life.id}: of {name} ran {ran}"
                elif self.steps == ONCE and ran != list(range(1, ends + 1)):
                    yield f"{life.id}: of {name} ran {ran}, although its worker lived on"
                elif self.steps == LAST_AGAIN and ran != sorted(ran):
                    yield f"{life.id}: of {name} ran {ran}: an acknowledged step again"

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        for process in [*self.workers.values(), self.server.process]:
            process.kill()
            process.wait()
        self.load.is_ending.set()
        self.errors.close()
        if not self.is_good and error is not KeyboardInterrupt:
            kept = tempfile.mkdtemp(prefix="aether-chaos-kept-")
            shutil.copytree(self.directory.name, kept, dirs_exist_ok=True)
            if self.path != self.directory.name:
                shutil.copytree(self.path, kept, dirs_exist_ok=True)
            print(f"  what there was is kept in {kept}", flush=True)
        self.directory.cleanup()
