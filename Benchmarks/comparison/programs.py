"""The programs that measure: getting them ready, running one at a time, and leaving nothing of it behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from comparison.failure import Failure

BENCHMARKS = Path(__file__).resolve().parent.parent
ENVIRONMENT = BENCHMARKS / "Peers" / ".venv"
REQUIREMENTS = BENCHMARKS / "Peers" / "requirements.txt"
SECONDS_TO_STOP = 10


def session_members(session):
    """The processes of a session. `aether bench` puts its server and workers into process groups of their own."""
    members = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = Path("/proc", process, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            members.append(int(process))
    return members


def end(process):
    """Asks a process to stop, then kills what is left of its session."""
    try:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        pass
    finally:
        for member in session_members(process.pid):
            try:
                os.kill(member, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()


def run(command, directory):
    """What a program prints. It has a session of its own, so that Ctrl-C reaches it only through `end`.

    It prints to files: a pipe would stay open as long as a process that it left behind.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AETHER_")}
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        try:
            process = subprocess.Popen(
                [str(argument) for argument in command], cwd=directory, env=environment,
                stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True)
        except OSError as error:
            raise Failure(f"can't run {command[0]}: {error.strerror}") from None
        try:
            process.wait()
        finally:
            end(process)
        if process.returncode != 0:
            said = last_line(errors) or last_line(output)
            raise Failure(said or f"ended with {process.returncode}, and said nothing")
        output.seek(0)
        return output.read()


def last_line(file):
    file.seek(0)
    return file.read().strip().rpartition("\n")[2].strip()


class Aether:
    def __init__(self, path):
        found = shutil.which(path)
        if found is None:
            raise Failure(f"there is no program {path}: build it with scripts/build.sh and name it with --aether PATH")
        self.path = os.path.abspath(found)
        try:
            self.version = run([self.path, "--version"], BENCHMARKS).strip()
        except Failure as failure:
            raise Failure(f"{path} is not aether, name another with --aether PATH: {failure}") from None

    def measure(self, command, directory):
        return json.loads(run([self.path, "bench", *command, "--json"], directory))


class Limits:
    """limits.c, compiled into a folder."""

    def __init__(self, folder):
        self.path = Path(folder).resolve() / "limits"
        source = BENCHMARKS / "Limits" / "limits.c"
        if shutil.which("cc") is None:
            raise Failure("there is no cc to compile limits.c with: install a C compiler (Debian: gcc, libsqlite3-dev)")
        try:
            run(["cc", "-O2", "-o", self.path, source, "-lsqlite3", "-lpthread"], folder)
        except Failure as failure:
            raise Failure(f"cc can't compile limits.c: {failure} (Debian: libsqlite3-dev)") from None

    def measure(self, directory):
        """The figures, by what tells them apart."""
        documents = map(json.loads, run([self.path, directory], directory).splitlines())
        return {key_of_limit(document): document for document in documents}


def key_of_limit(document):
    variants = {"sqlite_append": ["batch"], "fdatasync": ["mode"], "loopback": ["cores", "depth"]}[document["limit"]]
    return " ".join(str(document[name]) for name in ["limit", *variants])


class DBOS:
    """dbos_workload.py, with what it needs in a virtual environment."""

    def __init__(self):
        self.python = ENVIRONMENT / "bin" / "python"
        try:
            if not (ENVIRONMENT / "bin" / "pip").exists():
                print(f"DBOS is installed into {ENVIRONMENT}", file=sys.stderr, flush=True)
                run([sys.executable, "-m", "venv", ENVIRONMENT], BENCHMARKS)
            run([self.python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS], BENCHMARKS)
        except Failure as failure:
            raise Failure(
                f"can't install DBOS: {failure} (needs python3-venv and a package registry; --no-dbos does without)"
            ) from None

    def measure(self, command, backend, directory):
        program = BENCHMARKS / "Peers" / "dbos_workload.py"
        return json.loads(run([self.python, program, *command, "--backend", backend], directory))
