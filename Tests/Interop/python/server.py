"""A real `aether serve`, on free ports with a database of its own."""

import json
import os
import signal
import subprocess
import tempfile

import postgres

BINARY = os.environ["AETHER_BINARY"]


class Server:
    def __init__(self, directory, *flags, under=(), errors=None, port=0, metrics_port="0", environment=None,
                 database=None, binary=BINARY):
        """Its standard error goes to a file, if there is one. Without a metrics_port there is what aether.toml says."""
        self.directory = directory
        self.binary = binary
        self.flags = flags
        self.under = under
        self.errors = errors
        self.environment = environment or {}
        self.given_database = database
        self.metrics = ("--metrics-port", metrics_port) if metrics_port else ()
        self.start(port)

    def start(self, port=0):
        """Starts the process and waits until it serves: it prints its first line then."""
        ready = os.path.join(self.directory, "ready.json")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AETHER_")} | self.environment
        self.process = subprocess.Popen(
            [*self.under, self.binary, "serve", "--grpc-port", str(port), "--http-port", "0", *self.metrics,
             "--db", self.database, "--ready-file", ready, *self.flags],
            cwd=self.directory, env=environment, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        if not self.process.stdout.readline():
            raise RuntimeError(f"the server did not start: exit code {self.process.wait()}")
        with open(ready) as file:
            self.ports = json.load(file)

    @property
    def database(self):
        """What the server is given with --db."""
        return self.given_database or postgres.database(self.directory) or os.path.join(self.directory, "aether.db")

    @property
    def target(self):
        return f"127.0.0.1:{self.ports['grpc']}"

    @property
    def url(self):
        return f"http://{self.target}"

    def stop(self):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=15)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        """Starts it again where clients and workers know it."""
        self.start(self.ports["grpc"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()


def serving(*flags, under=()):
    """A server in a folder of its own; `under` is a command that runs it, as strace does."""
    directory = tempfile.TemporaryDirectory(prefix="aether-")
    server = Server(directory.name, *flags, under=under)
    server.keep = directory
    return server
