"""What a program wrote and synced, as disk_log.c recorded it, and what a disk may hold that lost its power meanwhile."""

import os
import struct
from typing import NamedTuple

from preload import library

HEADER = struct.Struct("<QIIQQ")
OPENED, WRITTEN, TRUNCATED, SYNC_BEGAN, SYNC_ENDED, REMOVED, SYNC_FAILED = range(1, 8)
# What a disk writes whole or not at all.
SECTOR = 512


class Operation(NamedTuple):
    nanoseconds: int
    kind: int
    file: int
    offset: int
    data: bytes


def recorder(directory, log, files, *further, failing_syncs=0):
    """The command under which a program is recorded: it runs what follows. `further` are libraries that it is given too; every
    so many syncs one fails."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "disk_log.c")
    libraries = ":".join([library(source, directory), *further])
    failing = [f"DISK_FAILING_SYNCS={failing_syncs}"] if failing_syncs else []
    return ["env", f"LD_PRELOAD={libraries}", f"DISK_LOG={log}", f"DISK_FILES={files}", *failing]


def operations(log):
    """All that was recorded, in order."""
    with open(log, "rb") as file:
        record = file.read()
    place = 0
    while place < len(record):
        nanoseconds, kind, file, offset, length = HEADER.unpack_from(record, place)
        place += HEADER.size
        data = record[place:place + length] if kind in (OPENED, WRITTEN) else b""
        place += len(data)
        yield Operation(nanoseconds, kind, file, offset, data)


class File:
    def __init__(self, name):
        self.name = name
        self.synced = bytearray()
        # What is not synced: writes and truncations, in order, and how many there were when a sync began.
        self.pending = []
        self.begun = []


class Disk:
    """The files as they are synced, and what was written to them since."""

    def __init__(self, random, syncs=lambda name: True):
        """With `syncs`, only the syncs of some files count: a disk, or a program, that does not sync the others."""
        self.random = random
        self.files = {}
        self.syncs = syncs

    def apply(self, operation):
        if operation.kind == OPENED:
            self.files.setdefault(operation.file, File(os.path.basename(operation.data.decode())))
            return
        if operation.kind == REMOVED:
            self.files[operation.file] = File(self.files[operation.file].name)
            return
        file = self.files[operation.file]
        if operation.kind in (WRITTEN, TRUNCATED):
            file.pending.append(operation)
        elif operation.kind == SYNC_BEGAN:
            file.begun.append(len(file.pending))
        elif self.syncs(file.name):
            covered = file.begun.pop(0)
            written = file.pending[:covered]
            # What a failed sync did not write is never written: the system takes it for clean, and later syncs pass it over
            # (https://lwn.net/Articles/752063).
            kept = written if operation.kind == SYNC_ENDED else keep_any(written, self.random)
            for one in kept:
                write(file.synced, one)
            del file.pending[:covered]
            file.begun = [max(0, begun - covered) for begun in file.begun]

    def images(self):
        """What the files may hold when the power goes now: of what was not synced, nothing, all, the first part, or any
        sectors, whichever were written first."""
        fate = self.random.choice([keep_none, keep_all, keep_first, keep_any])
        for file in self.files.values():
            image = bytearray(file.synced)
            for written in fate(file.pending, self.random):
                write(image, written)
            yield file.name, image


def write(image, operation):
    if operation.kind == TRUNCATED:
        del image[operation.offset:]
        image.extend(bytes(operation.offset - len(image)))
        return
    end = operation.offset + len(operation.data)
    image.extend(bytes(max(0, end - len(image))))
    image[operation.offset:end] = operation.data


def keep_none(pending, random):
    return []


def keep_all(pending, random):
    return pending


def keep_first(pending, random):
    """The first so many, and of the next one the first sectors."""
    whole = random.randrange(len(pending) + 1)
    torn = list(sectors(pending[whole])) if whole < len(pending) else []
    return pending[:whole] + torn[:random.randrange(len(torn) + 1)]


def keep_any(pending, random):
    kept = random.random()
    return [sector for operation in pending for sector in sectors(operation) if random.random() < kept]


def sectors(operation):
    if operation.kind == TRUNCATED:
        yield operation
        return
    place = 0
    while place < len(operation.data):
        length = SECTOR - (operation.offset + place) % SECTOR
        yield operation._replace(offset=operation.offset + place, data=operation.data[place:place + length])
        place += length
