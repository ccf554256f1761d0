"""A healthy client in a process of its own: it starts a workflow and asks for its status, at a steady pace, on four connections.

Told a number of seconds on its standard input, it works for so long and prints how many milliseconds each took, as JSON. The time
counts from when a call was due, so that a server that stands still is not forgiven for the calls that it held up meanwhile.
"""

import json
import subprocess
import sys
import time
from types import SimpleNamespace

from http2 import window_update
from raw import Connection, request

START = "/aether.v1.ClientService/StartWorkflow"
STATUS = "/aether.v1.ClientService/GetWorkflowStatus"
PERIOD = 0.005


class Probe:
    """Runs this file as a process; `measure` is what a test calls."""

    def __init__(self, server):
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(server.ports["grpc"])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.measure(0.5)

    def measure(self, seconds):
        """The milliseconds of each start and status within so many seconds."""
        print(seconds, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, "the healthy client was not served"
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Client:
    def __init__(self, port):
        self.connection = Connection(SimpleNamespace(ports={"grpc": port}))
        # Room for all that is ever answered.
        self.connection.send(window_update(0, 2**31 - 65536))
        self.stream = -1

    def call(self, path, message):
        self.stream += 2
        self.connection.send(request(self.stream, path=path, message=message))
        fields, body = self.connection.answer(self.stream)
        assert fields["grpc-status"] == "0", fields
        return body[5:]

    def work(self):
        # The answer's only field is the id, which the request for the status has in the same place.
        self.call(STATUS, self.call(START, text(1, b"probe") + text(2, b"1")))


def text(number, value):
    """A field of protobuf."""
    return bytes([number << 3 | 2, len(value)]) + value


def main(port):
    clients = [Client(port) for _ in range(4)]
    for line in sys.stdin:
        begin = due = time.monotonic()
        taken = []
        while due < begin + float(line):
            time.sleep(max(0, due - time.monotonic()))
            clients[len(taken) % len(clients)].work()
            taken.append(1000 * (time.monotonic() - due))
            due += PERIOD
        print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
