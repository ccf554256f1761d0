"""A PostgreSQL server of the tests' own, in a temporary directory.

As a program: postgres.py COMMAND… runs a command that finds the server in TEST_POSTGRES, postgres://USER@HOST:PORT, in which
whoever starts an Aether server makes a database for it.
"""

import contextlib
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

VARIABLE = "TEST_POSTGRES"
USER = "aether"
# PostgreSQL does not run as root.
AS_USER = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []


def program(name):
    """One of PostgreSQL's programs, of the newest version that is installed."""
    versions = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    if not versions:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql")
    return os.path.join(versions[-1], name)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    """It keeps what it has committed, as a real one does; `settings` are lines for its postgresql.conf."""

    def __init__(self, settings=""):
        self.directory = tempfile.mkdtemp(prefix="aether-pg-")
        self.data = os.path.join(self.directory, "data")
        if AS_USER:
            shutil.chown(self.directory, "nobody")
        self.run(program("initdb"), "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        self.port = free_port()
        with open(os.path.join(self.data, "postgresql.conf"), "a") as file:
            file.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\nmax_connections = 300\n"
                       f"unix_socket_directories = '{self.directory}'\n{settings}\n")
        self.start()

    @property
    def url(self):
        return f"postgres://{USER}@127.0.0.1:{self.port}"

    def run(self, *command):
        done = subprocess.run([*AS_USER, *command], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}")

    def control(self, *arguments):
        # Its output goes to a file: the server inherits it, and would keep a pipe open.
        with open(os.path.join(self.directory, "control"), "w+") as output:
            done = subprocess.run([*AS_USER, program("pg_ctl"), "-D", self.data, *arguments], cwd="/",
                                  stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
            if done.returncode:
                output.seek(0)
                raise RuntimeError(output.read())

    def start(self):
        self.control("start", "-w", "-t", "60", "-l", os.path.join(self.data, "log"))

    def stop(self):
        """As an administrator does: connections are ended."""
        self.control("stop", "-w", "-m", "fast")

    def crash(self):
        """Every process ends at once, and nothing is written down."""
        self.control("stop", "-w", "-m", "immediate")

    def remove(self):
        with contextlib.suppress(RuntimeError):
            self.crash()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def query(url, sql):
    """The rows that a statement gives, as texts; bytes are hexadecimal behind \\x."""
    done = subprocess.run([program("psql"), "-XAtq", "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1", "-c", sql, url],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    text = done.stdout.decode().removesuffix("\n")
    return [row.split("\x1f") for row in text.split("\x1e")] if text else []


def database(directory):
    """The URL of the database of a folder's server, made when it isn't there; nothing where there is no PostgreSQL."""
    base = os.environ.get(VARIABLE)
    if not base:
        return None
    name = "d" + "".join(c if c.isalnum() else "_" for c in os.path.basename(os.path.normpath(directory))).lower()
    if not query(base + "/postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        query(base + "/postgres", f"CREATE DATABASE {name}")
    return f"{base}/{name}"


def main(command):
    if not command:
        raise SystemExit("usage: postgres.py COMMAND…")
    # Whoever ends this process ends the server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Postgres() as server:
        return subprocess.run(command, env={**os.environ, VARIABLE: server.url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
