"""What must hold of a database, whatever happened to the server: read from the database itself."""

import base64
import sqlite3
from collections import Counter

from aether.v1 import types_pb2 as types

import load
import postgres

OUTCOMES = {types.ENTRY_KIND_STEP_COMPLETED, types.ENTRY_KIND_STEP_FAILED, types.ENTRY_KIND_TIMER_FIRED,
            types.ENTRY_KIND_CHILD_CLOSED, types.ENTRY_KIND_ACTIVITY_COMPLETED, types.ENTRY_KIND_ACTIVITY_FAILED,
            types.ENTRY_KIND_SIGNAL_CONSUMED, types.ENTRY_KIND_VALUE_SET, types.ENTRY_KIND_VERSION_SET}
# What must have begun before it can have the outcome.
BEGINNINGS = {
    types.ENTRY_KIND_TIMER_FIRED: {types.ENTRY_KIND_TIMER_STARTED, types.ENTRY_KIND_SIGNAL_AWAITED},
    types.ENTRY_KIND_CHILD_CLOSED: {types.ENTRY_KIND_CHILD_STARTED},
    types.ENTRY_KIND_ACTIVITY_COMPLETED: {types.ENTRY_KIND_ACTIVITY_STARTED},
    types.ENTRY_KIND_SIGNAL_CONSUMED: {types.ENTRY_KIND_SIGNAL_AWAITED},
}
TERMINAL = {types.COMPLETED, types.FAILED, types.CANCELLED}


class Database:
    """The workflows of a database and their journals."""

    def __init__(self, place):
        """Reads a SQLite file, or a database of PostgreSQL by its URL."""
        self.faults = []
        if place.startswith("postgres://"):
            self.read_postgres(place)
        else:
            self.read_sqlite(place)

    def read_postgres(self, url):
        self.states = {id: int(state) for id, state in postgres.query(url, "SELECT id, state FROM aether.workflow")}
        self.counts = [int(count) for count in postgres.query(
            url, "SELECT sum(pending), sum(running), sum(completed), sum(failed), sum(cancelled) FROM aether.tally")[0]]
        self.journals = {id: [] for id in self.states}
        for workflow, entry in postgres.query(
                url, "SELECT workflow, encode(entry, 'base64') FROM aether.journal ORDER BY workflow, sequence"):
            if workflow in self.journals:
                self.journals[workflow].append(types.JournalEntry.FromString(base64.b64decode(entry)))
            else:
                self.faults.append(f"the journal has an entry of {workflow}, which is no workflow")

    def read_sqlite(self, path):
        database = sqlite3.connect(path)
        try:
            (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
            if verdict != "ok":
                self.faults.append(f"corrupt: {verdict}")
            rows = database.execute("SELECT row, id, state, head FROM workflow").fetchall()
            journal = database.execute("SELECT row, workflow, previous, entry FROM journal ORDER BY row").fetchall()
            (self.mended, *self.counts) = database.execute(
                "SELECT mended, pending, running, completed, failed, cancelled FROM bookkeeping").fetchone()
        finally:
            database.close()
        self.states = {id: state for _, id, state, _ in rows}
        ids = {row: id for row, id, _, _ in rows}
        self.journals = {id: [] for id in self.states}
        last = {}
        for row, workflow, previous, entry in journal:
            if workflow not in ids:
                self.faults.append(f"the journal's row {row} is of no workflow")
                continue
            if previous != last.get(workflow, 0):
                self.faults.append(f"{ids[workflow]}: the entry in row {row} refers to row {previous} as the one before")
            last[workflow] = row
            self.journals[ids[workflow]].append(types.JournalEntry.FromString(entry))
        for row, id, _, head in rows:
            if head != last.get(row, 0) and last.get(row, 0) <= self.mended:
                self.faults.append(f"{id}: its head is row {head}, its last entry is in row {last.get(row, 0)}")


def violations(path):
    """All that is wrong with a database, whoever was told what."""
    database = Database(path)
    found = list(database.faults)
    for id, entries in database.journals.items():
        found += [f"{id}: {fault}" for fault in faults_of_run(entries, database.states[id])]
        found += [f"{id}: {fault}" for fault in faults_of_children(id, entries, database)]
    counts = Counter(database.states.values())
    if database.counts != [counts[state] for state in range(5)]:
        found.append(f"the counts of states are {database.counts}, there are {dict(counts)}")
    return found


def faults_of_run(entries, state):
    """What is wrong with a journal: a gap, a second outcome, a write of a lease that is over, a time that goes back."""
    if not entries or entries[0].kind != types.ENTRY_KIND_STARTED:
        yield "its journal does not begin with its start"
    outcomes, begun, signals = set(), set(), set()
    # A run that continues another one as new counts on.
    epoch, is_leased, record, time = entries[0].epoch if entries else 0, False, 0, 0
    for place, entry in enumerate(entries, 1):
        kind = types.EntryKind.Name(entry.kind).removeprefix("ENTRY_KIND_")
        if entry.sequence != place:
            yield f"entry {entry.sequence} is in place {place}"
        if entry.time < time:
            yield f"entry {place} is {time - entry.time} ms older than the one before"
        time = entry.time
        begun.add((entry.kind, entry.key))
        if entry.kind in OUTCOMES:
            if entry.key in outcomes:
                yield f"{entry.key} has a second outcome, entry {place}"
            outcomes.add(entry.key)
        if entry.kind in BEGINNINGS and not any((kind, entry.key) in begun for kind in BEGINNINGS[entry.kind]):
            yield f"{entry.key} has an outcome and no beginning, entry {place}"
        if entry.kind == types.ENTRY_KIND_ASSIGNED:
            if is_leased or entry.epoch != epoch + 1:
                yield f"epoch {entry.epoch} is assigned in epoch {epoch}, entry {place}"
            epoch, is_leased, record = entry.epoch, True, 0
        elif entry.kind in (types.ENTRY_KIND_RELEASED, types.ENTRY_KIND_BLOCKED):
            if not is_leased or entry.epoch != epoch:
                yield f"epoch {entry.epoch} ends in epoch {epoch}, entry {place}"
            is_leased = False
        elif entry.record:
            if not is_leased or entry.record != record + 1:
                yield f"{kind} is record {entry.record} of epoch {epoch}, behind {record}: entry {place}"
            record = entry.record
        elif entry.kind == types.ENTRY_KIND_SIGNAL_RECEIVED:
            if entry.signal_id in signals:
                yield f"the signal {entry.signal_id} was received twice"
            signals.add(entry.signal_id)
        elif entry.kind == types.ENTRY_KIND_SIGNAL_CONSUMED:
            if entries[entry.signal_sequence - 1].kind != types.ENTRY_KIND_SIGNAL_RECEIVED:
                yield f"entry {place} consumes what is no signal"
        if entry.kind == types.ENTRY_KIND_CLOSED and place != len(entries):
            yield f"its journal goes on behind its end, entry {place}"
    told = entries[-1].state if entries and entries[-1].kind == types.ENTRY_KIND_CLOSED else \
        types.RUNNING if any(entry.kind == types.ENTRY_KIND_ASSIGNED for entry in entries) else types.PENDING
    if state != told:
        yield f"its state is {types.State.Name(state)}, its journal says {types.State.Name(told)}"


def faults_of_children(id, entries, database):
    """A child is its parent's, and ended as the parent was told."""
    children = {entry.key: entry.child_id for entry in entries if entry.kind == types.ENTRY_KIND_CHILD_STARTED}
    for entry in entries:
        if entry.kind != types.ENTRY_KIND_CHILD_CLOSED:
            continue
        child = database.journals.get(children.get(entry.key), [])
        if not child or child[0].parent_id != id or child[0].parent_key != entry.key:
            yield f"its child {children.get(entry.key)} is not there"
        elif (child[-1].kind, child[-1].state, child[-1].payload) != (
                types.ENTRY_KIND_CLOSED, entry.state, entry.payload):
            yield f"its child {children[entry.key]} did not end as it was told"


def lost(path, told):
    """What clients were told and is not so."""
    database = Database(path)
    for _, what, workflow, payload in told:
        entries = database.journals.get(workflow, [])
        has = {
            load.START: lambda entry: entry.kind == types.ENTRY_KIND_STARTED and payload in (entry.payload, entry.first_input),
            load.SIGNAL: lambda entry: entry.kind == types.ENTRY_KIND_SIGNAL_RECEIVED and entry.payload == payload,
            load.CANCEL: lambda entry: entry.kind == types.ENTRY_KIND_CANCEL_REQUESTED or entry.state == types.CANCELLED,
            load.RESULT: lambda entry: entry.kind == types.ENTRY_KIND_CLOSED and entry.payload == payload,
        }[what]
        if not any(map(has, entries)):
            yield f"{what} of {workflow} was acknowledged and is lost"


def open_runs(path):
    """The workflows that have not ended."""
    return [f"{id} has not ended" for id, state in Database(path).states.items() if state not in TERMINAL]
