"""The system calls of a program, as strace tells them."""

import os
import re
import tempfile
import threading
from typing import NamedTuple

# What a call is made on, TCP connections with both of their addresses, then its other arguments and its result.
CALL = re.compile(r"(\w+)\(\d+<(TCP:\[[^]]*\]|[^>]*)>(.*)\) += (-?\d+)(?: .*)?")
LINE = re.compile(r"(\d+) +(.*)")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"(\.\.\.)?')
UNFINISHED = " <unfinished ...>"


class Call(NamedTuple):
    """A call that is over. What came first is told by `begin` and `end`, which count the lines of the log."""

    begin: int
    end: int
    name: str
    target: str
    data: bytes
    result: int


class Trace:
    """Traces the program that `under` runs. It is over once the program has ended."""

    def __init__(self, calls, *flags):
        self.directory = tempfile.TemporaryDirectory(prefix="aether-trace-")
        self.pipe = os.path.join(self.directory.name, "log")
        os.mkfifo(self.pipe)
        # The tracer is not the program's parent (-D), so that the program is signalled and waited for as without it.
        self.under = ["strace", "-D", "-f", "-yy", "-s", "1048576", "-e", "signal=none", "-e", f"trace={calls}",
                      *flags, "-o", self.pipe]
        self.lines = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        with open(self.pipe, encoding="ascii") as log:
            self.lines = list(log)

    def calls(self):
        """All calls, once the program has ended."""
        self.reader.join(timeout=30)
        assert not self.reader.is_alive(), "strace did not end with its program"
        self.directory.cleanup()
        return list(parsed(self.lines))


def parsed(lines):
    """A call that other threads' calls interrupt has two lines: one as it begins, one as it ends."""
    begun = {}
    for place, line in enumerate(lines):
        thread, text = LINE.fullmatch(line.rstrip("\n")).groups()
        if text.endswith(UNFINISHED):
            begun[thread] = (place, text.removesuffix(UNFINISHED))
            continue
        begin = place
        if resumed := RESUMED.fullmatch(text):
            begin, text = begun.pop(thread)
            text += resumed[1]
        if match := CALL.fullmatch(text):
            name, target, arguments, result = match.groups()
            yield Call(begin, place, name, target, data_of(arguments)[:max(0, int(result))], int(result))


def data_of(arguments):
    """What the call read or wrote, from one buffer or several."""
    strings = STRING.findall(arguments)
    assert not any(rest for _, rest in strings), "strace left out a part of what a call wrote"
    return "".join(text for text, _ in strings).encode().decode("unicode_escape").encode("latin-1")
