"""Databases whose opening is cut short: new ones, those of an older version, which migrate, and those of a server that died."""

import errno
import os
import shutil
import sqlite3
import tempfile

import faults
import invariants
from bed import Result
from faults import FAIL, KILL, Faults
from load import Client, Life
from server import Server

VERSION_1 = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../StorageTests/Golden/version-1.db")
CALLS = (faults.LOG_WRITE, faults.LOG_SYNC, faults.LOG_SYNCED,
         faults.DATABASE_WRITE, faults.DATABASE_SYNC, faults.DATABASE_SYNCED)
HARM = ((KILL, 0), (FAIL, errno.EIO), (FAIL, errno.ENOSPC))


def new(folder):
    """No database yet."""


def older(folder):
    """One that an older version wrote."""
    shutil.copy(VERSION_1, os.path.join(folder, "aether.db"))


def crashed(folder):
    """One whose last entries are in its log alone."""
    with Server(folder) as server:
        client = Client(server.target, patience=10)
        for _ in range(20):
            Life(folder, padding=1000).start(client, lambda *_: None)
        client.close()
        server.kill()


def each_call(make):
    """At each of the calls that write or sync, the server is killed or the call fails."""
    def open(random, count):
        with tempfile.TemporaryDirectory(prefix="aether-opening-") as home:
            source = os.path.join(home, "source")
            os.mkdir(source)
            make(source)
            trial = Trial(source, os.path.join(home, "copy"))
            calls = trial.calls()
            tried = [(call, harm) for call in range(calls) for harm in HARM]
            random.shuffle(tried)
            for call, harm in tried[:count]:
                trial.run(call, *harm)
            return Result(min(count, len(tried)), trial.kept, trial.lost, [], trial.broken)
    return open


class Trial:
    def __init__(self, source, copy):
        self.source, self.copy = source, copy
        self.lost, self.broken = [], []
        # Reading it would mend it: a copy is read.
        self._take()
        self.expected = rows(copy)
        self.kept = 0

    def calls(self):
        """How many calls there are until the server serves."""
        control = self._take()
        with Server(self.copy, under=control.under) as server:
            count = sum(map(control.reached, CALLS))
            assert server.stop() == 0
        return count

    def run(self, call, action, value):
        control = self._take()
        control.arm(*CALLS, action=action, value=value, after=call)
        with open(os.path.join(self.copy, "errors"), "w+") as errors:
            self._begin(control, action, errors)
        with Server(self.copy) as server:
            if server.stop() != 0:
                self.broken.append(f"the server that came after the fault at call {call} did not end well")
        database = os.path.join(self.copy, "aether.db")
        self.broken += invariants.Database(database).faults
        missing = self.expected - rows(self.copy)
        self.lost += [f"the row {row} is lost after the fault at call {call}" for row in missing]
        self.kept += len(self.expected) - len(missing)

    def _begin(self, control, action, errors):
        """It may serve all the same; else it says in one line why not, unless it was killed."""
        try:
            with Server(self.copy, under=control.under, errors=errors):
                serves = True
        except RuntimeError:
            serves = False
        assert control.struck == 1, "the fault did not happen"
        if serves:
            return
        errors.seek(0)
        lines = errors.read().splitlines()
        if action == FAIL and not (len(lines) == 1 and "the database" in lines[0]):
            self.broken.append(f"the server that can't open its database says {lines}")

    def _take(self):
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.source, self.copy)
        return Faults(self.copy)


def rows(folder):
    path = os.path.join(folder, "aether.db")
    if not os.path.exists(path):
        return set()
    database = sqlite3.connect(path)
    try:
        return {("workflow", *row) for row in database.execute("SELECT row, id, type, created FROM workflow")} | {
            ("journal", *row) for row in database.execute("SELECT row, workflow, previous, entry FROM journal")}
    finally:
        database.close()
