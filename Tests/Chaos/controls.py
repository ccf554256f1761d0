"""Whether the tests of this folder would see it: servers that do lose, steps that do run again, databases that are broken."""

import shutil
import sqlite3
import sys
import time

import disk
import invariants
from aether.v1 import types_pb2 as types
from bed import LAST_AGAIN, ONCE, ANY, Bed
from checks import check, run
from kills import PATIENT
from load import RESULT, step


def stepping(_):
    """Nothing but steps, so that all of it may lag."""
    return [step(f"a.{number}") for number in range(1, 200)]


def killed(*flags, **bed_is):
    """What came of a server that was killed a few times."""
    with Bed(*PATIENT, *flags, **bed_is) as bed:
        bed.begin()
        for _ in range(5):
            time.sleep(0.3)
            bed.revive()
        result = bed.finish()
        bed.is_good = True
        return result


@check
def memory():
    """A server that keeps runs in memory alone loses them when it is killed: it shows."""
    result = killed("--persistence", "memory", patience=3)
    assert result.lost and result.broken, result


@check
def snapshot():
    """Steps that lag behind the disk run again when the server is killed, although they were acknowledged: it shows."""
    result = killed("--persistence", "snapshot", "--snapshot-interval-ms", "5000", "--snapshot-steps", "4096",
                    operations=stepping, clients=4)
    assert result.repeated and not result.lost, result


@check
def still_writing():
    """A server that does not mind a disk that fails is not taken for one that is read-only."""
    with Bed(*PATIENT, "--persistence", "memory", clients=1) as bed:
        bed.begin()
        bed.until = lambda condition, *_: None
        bed.is_good = True
        try:
            disk.stays_read_only(bed, 1)
        except AssertionError:
            assert bed.broken, "acknowledged, and not seen"
            return
        raise AssertionError("it was taken for read-only")


def broken(database, harm):
    """What is found in a copy of the database after harm was done to it."""
    copy = database + ".copy"
    shutil.copy(database, copy)
    connection = sqlite3.connect(copy)
    harm(connection)
    connection.commit()
    connection.close()
    return invariants.violations(copy)


def changed(kind, change):
    """Changes all entries of a kind."""
    def harm(database):
        for row, entry in database.execute("SELECT row, entry FROM journal").fetchall():
            found = types.JournalEntry.FromString(entry)
            if found.kind == kind:
                change(found)
                database.execute("UPDATE journal SET entry = ? WHERE row = ?", (found.SerializeToString(), row))
    return harm


def fields(**values):
    return lambda entry: entry.MergeFrom(types.JournalEntry(**values))


def without_steps(database):
    """The entries of steps are gone, and so are the references to them."""
    for row, previous, entry in database.execute("SELECT row, previous, entry FROM journal ORDER BY row DESC").fetchall():
        if types.JournalEntry.FromString(entry).kind == types.ENTRY_KIND_STEP_COMPLETED:
            database.execute("DELETE FROM journal WHERE row = ?", (row,))
            database.execute("UPDATE journal SET previous = ? WHERE previous = ?", (previous, row))


def sql(statement):
    return lambda database: database.execute(statement)


# What is done to a database, and what is then said of it.
HARM = [
    (without_steps, "is in place"),
    (sql("UPDATE journal SET previous = previous - 1 WHERE previous > 1"), "as the one before"),
    (sql("UPDATE journal SET workflow = 1000000 WHERE row = 1"), "is of no workflow"),
    (sql("DELETE FROM journal WHERE previous = 0"), "does not begin with its start"),
    (changed(types.ENTRY_KIND_STEP_COMPLETED, fields(key="step:a.1#1")), "has a second outcome"),
    (changed(types.ENTRY_KIND_TIMER_STARTED, fields(key="sleep:#7")), "has an outcome and no beginning"),
    (changed(types.ENTRY_KIND_STEP_COMPLETED, fields(record=1)), "behind"),
    (changed(types.ENTRY_KIND_STEP_COMPLETED, fields(kind=types.ENTRY_KIND_ASSIGNED, epoch=1)), "is assigned in epoch 1"),
    (changed(types.ENTRY_KIND_TIMER_FIRED, fields(kind=types.ENTRY_KIND_RELEASED, epoch=7)), "epoch 7 ends in epoch 1"),
    (changed(types.ENTRY_KIND_STEP_COMPLETED, fields(time=1)), "ms older than the one before"),
    (changed(types.ENTRY_KIND_TIMER_FIRED, fields(kind=types.ENTRY_KIND_SIGNAL_RECEIVED)), "was received twice"),
    (changed(types.ENTRY_KIND_SIGNAL_CONSUMED, fields(signal_sequence=1)), "consumes what is no signal"),
    (changed(types.ENTRY_KIND_TIMER_FIRED, fields(kind=types.ENTRY_KIND_CLOSED)), "goes on behind its end"),
    (changed(types.ENTRY_KIND_CHILD_CLOSED, fields(payload=b"[]")), "did not end as it was told"),
    (changed(types.ENTRY_KIND_CHILD_STARTED, fields(child_id="another")), "is not there"),
    (sql("UPDATE workflow SET state = 3 WHERE row = 1"), "its journal says COMPLETED"),
    (sql("UPDATE workflow SET head = 1 WHERE row = 2"), "its head is row 1"),
    (sql("UPDATE bookkeeping SET completed = completed + 1"), "the counts of states"),
]


@check
def databases():
    """A database that is whole has no faults; every harm that is done to a copy of it is found, and so is what is missing."""
    with Bed(*PATIENT) as bed:
        bed.begin()
        result = bed.finish()
        assert result.is_good and result.acknowledged > 20, result
        for harm, said in HARM:
            found = broken(bed.database, harm)
            assert any(said in fault for fault in found), f"'{said}' is not said, but {found[:3]}"
        told = bed.load.told[0]
        for wrong in (told._replace(workflow="another"), told._replace(payload=b"another"), told._replace(what=RESULT)):
            assert list(invariants.lost(bed.database, [wrong])), f"{wrong} is not missed"


@check
def steps():
    """A step that ran again, did not run or ran out of order is found, each where it may not be."""
    with Bed(*PATIENT, clients=1) as bed:
        bed.begin()
        assert bed.finish().is_good
        life = bed.load.lives[0]
        for mode, ran in [(ONCE, "a.1 a.2 a.2 a.3"), (LAST_AGAIN, "a.1 a.2 a.1 a.2 a.3"), (ANY, "a.1 a.3")]:
            bed.steps = mode
            with open(life.path, "w") as file:
                file.write(ran.replace(" ", "\n"))
            assert len(list(bed.repeated())) == 1, (mode, ran)


if __name__ == "__main__":
    sys.exit(run())
