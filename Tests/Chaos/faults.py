"""Arms the points at which a server dies, fails or waits: what faults.c does, told through a file that both have mapped."""

import mmap
import os
import struct

from preload import library

(RECEIVED, LOG_WRITE, LOG_SYNC, LOG_SYNCED, ANSWER, DISPATCH,
 DATABASE_WRITE, DATABASE_SYNC, DATABASE_SYNCED, FILE_READ) = POINTS = range(10)
KILL, FAIL, DELAY = range(1, 4)
# All that writes to the log, and to the database.
LOG_CALLS = (LOG_WRITE, LOG_SYNC)
DATABASE_CALLS = (DATABASE_WRITE, DATABASE_SYNC)
FOREVER = (1 << 31) - 1

# `struct control` of faults.c.
ARMED = struct.Struct("<IIIIq")
COUNTS = struct.Struct(f"<{1 + len(POINTS)}Q")
CLOCK = struct.Struct("<q")
MARK_LENGTH = 32


class Faults:
    """The control of one server, over all its lives."""

    def __init__(self, directory, mark=b""):
        path = os.path.join(directory, "faults")
        with open(path, "w+b") as file:
            file.write(bytes(ARMED.size + COUNTS.size + CLOCK.size) + mark.ljust(MARK_LENGTH, b"\0"))
            file.flush()
            self.memory = mmap.mmap(file.fileno(), 0)
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "faults.c")
        # The command under which the server is run.
        self.under = ["env", f"LD_PRELOAD={library(source, directory)}", f"FAULTS={path}"]

    def arm(self, *points, action=KILL, value=0, times=1, after=0):
        """Strikes so many calls in a row at any of the points, after so many that pass."""
        self.disarm()
        struct.pack_into("<Q", self.memory, ARMED.size, 0)
        # The points last: with them it holds.
        ARMED.pack_into(self.memory, 0, 0, action, value, times, after)
        struct.pack_into("<I", self.memory, 0, sum(1 << point for point in points))

    def disarm(self):
        struct.pack_into("<I", self.memory, 0, 0)

    def set_clock(self, seconds):
        """The server's wall clock is so much ahead."""
        CLOCK.pack_into(self.memory, ARMED.size + COUNTS.size, seconds)

    @property
    def struck(self):
        """How many calls were, since it was armed."""
        return COUNTS.unpack_from(self.memory, ARMED.size)[0]

    def reached(self, point):
        """How often a point was, ever."""
        return COUNTS.unpack_from(self.memory, ARMED.size)[1 + point]
