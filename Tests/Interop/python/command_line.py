"""The `aether` program against a real server: what it prints, its exit codes, its errors."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

import grpc

from checks import check, equal, refused, run
from postgres import Postgres, query
from server import BINARY, Server, serving
from worker import Worker


class CommandLine:
    def __init__(self, server):
        self.server = server

    def begin(self, *arguments, **environment):
        """Starts the program."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("AETHER_")}
        clean |= {"AETHER_SERVER": self.server.url, "TZ": "UTC"} | environment
        return subprocess.Popen(
            [BINARY, *arguments], env=clean, cwd=self.server.directory, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __call__(self, *arguments, text=None, **environment):
        """Runs the program; returns exit code, standard output, standard error."""
        process = self.begin(*arguments, **environment)
        output, errors = process.communicate(text, timeout=60)
        return process.returncode, output, errors

    def ok(self, *arguments, **keywords):
        code, output, errors = self(*arguments, **keywords)
        equal((code, errors), (0, ""))
        return output

    def fails(self, expected_code, pattern, *arguments, **keywords):
        """Expects the exit code, and one line on standard error with the pattern; returns standard output."""
        code, output, errors = self(*arguments, **keywords)
        lines = [line for line in errors.splitlines() if not line.startswith("Started ")]
        assert code == expected_code, f"exit code {code}, expected {expected_code}: {errors}"
        assert len(lines) == 1 and lines[0].startswith("aether: "), errors
        assert re.search(pattern, lines[0]), f"{lines[0]!r} has no {pattern!r}"
        return output

    def start(self, workflow_type, *arguments):
        return self.ok("workflow", "start", workflow_type, *arguments).strip()

    def status(self, workflow):
        return json.loads(self.ok("status", workflow, "--json"))


@check
def list_of_nothing(aether):
    """A list of nothing says so, as JSON it is empty."""
    equal(aether("workflow", "list", "--type", "none"), (0, "", "No such workflows.\n"))
    equal(aether.ok("workflow", "list", "--type", "none", "--json"), "")


@check
def start_and_status(aether):
    """start prints an id, a UUIDv7; status tells why the workflow isn't moving."""
    workflow = aether.start("waiting", "--input", '{"b":1, "a":2}')
    equal(uuid.UUID(workflow).version, 7)
    status = aether.status(workflow)
    equal((status["id"], status["type"], status["state"]), (workflow, "waiting", "PENDING"))
    equal((status["startedAt"], status["completedAt"], status["result"]), (None, None, None))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", status["createdAt"])
    assert "no connected worker" in status["reason"]
    text = aether.ok("status", workflow)
    assert re.search(r"^state +PENDING$", text, re.M) and "\x1b" not in text


@check
def canonical_input(aether):
    """--input is sent in the canonical form, so two spellings of one value are one start."""
    workflow = aether.start("spelled", "--id", "spelled-1", "--input", '{ "b": "x/y", "a": 1 }')
    equal(aether.start("spelled", "--id", "spelled-1", "--input", '{"a":1,"b":"x\\/y"}'), workflow)
    aether.fails(1, "exists already", "workflow", "start", "spelled", "--id", "spelled-1", "--input", "2")
    with Worker(aether.server.target, "spelled") as worker:
        task = worker.next()
        equal(task.input, b'{"a":1,"b":"x/y"}')
        worker.complete(task)


@check
def input_sources(aether):
    """--input comes from a file and from standard input too."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write('[1, 2]')
        file.flush()
        aether.start("sources", "--input", f"@{file.name}")
    code, _, errors = aether("workflow", "start", "sources", "--input", "-", text="[3]")
    equal((code, errors), (0, ""))
    with Worker(aether.server.target, "sources") as worker:
        inputs = set()
        for _ in range(2):
            task = worker.next()
            inputs.add(task.input)
            worker.complete(task)
        equal(inputs, {b"[1,2]", b"[3]"})


@check
def wrong_input(aether):
    """Input that isn't JSON never reaches the server, and the error tells where it goes wrong."""
    aether.fails(64, r"line 1, column 6", "workflow", "start", "x", "--input", '{"a":}')
    aether.fails(64, r"""--input '"Ada"'""", "workflow", "start", "x", "--input", "Ada")
    aether.fails(64, r"nonexistent", "workflow", "start", "x", "--input", "@/nonexistent")
    equal(aether.ok("workflow", "list", "--type", "x", "--json"), "")


@check
def start_and_wait(aether):
    """start --wait prints the result; a failure is exit code 1 with the reason."""
    with Worker(aether.server.target, "waited") as worker:
        process = aether.begin("workflow", "start", "waited", "--wait")
        worker.complete(worker.next(), b'{"b":1,"a":[2]}')
        output, errors = process.communicate(timeout=60)
        equal((process.returncode, output), (0, '{"b":1,"a":[2]}\n'))
        assert re.fullmatch(r"Started [0-9a-f-]{36}\n", errors)

        process = aether.begin("workflow", "start", "waited", "--wait", "--json")
        worker.complete(worker.next(), error="out of stock")
        output, errors = process.communicate(timeout=60)
        document = json.loads(output)
        equal((process.returncode, document["state"], document["result"]), (1, "FAILED", None))
        assert "out of stock" in document["error"] and "out of stock" in errors


@check
def wait_and_follow(aether):
    """start --wait --follow tells what happens; without a terminal it does not unless asked to."""
    with Worker(aether.server.target, "followed") as worker:
        process = aether.begin("workflow", "start", "followed", "--wait", "--follow", "--id", "followed")
        task = worker.next()
        lines = [process.stderr.readline() for _ in range(3)]
        equal(lines[0], "Started followed\n")
        assert "workflow started" in lines[1] and "assigned to worker" in lines[2], lines
        worker.complete(task, b"7")
        output, errors = process.communicate(timeout=60)
        equal((process.returncode, output), (0, "7\n"))
        assert "workflow completed" in errors and errors.rstrip().endswith("→ 7"), errors
    aether.fails(64, "--follow needs --wait", "workflow", "start", "followed", "--follow")


@check
def wait_with_timeout(aether):
    """--timeout ends the wait, not the workflow."""
    aether.fails(1, "still PENDING", "workflow", "start", "slow", "--id", "slow", "--wait", "--timeout", "1s")
    equal(aether.status("slow")["state"], "PENDING")


@check
def wait_interrupted(aether):
    """Ctrl-C ends the wait, not the workflow, and says so."""
    process = aether.begin("workflow", "start", "slow", "--id", "interrupted", "--wait")
    equal(process.stderr.readline(), "Started interrupted\n")
    # The signal counts from the moment the command waits; before, it ends the process by itself, with the same code.
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    equal(aether.status("interrupted")["state"], "PENDING")


@check
def history(aether):
    """history is a table for people, and one document a line as JSON."""
    with Worker(aether.server.target, "told") as worker:
        workflow = aether.start("told", "--input", '"\\u001b[31mred"')
        worker.complete(worker.next(), b"7")
        entries = [json.loads(line) for line in aether.ok("workflow", "history", workflow, "--json").splitlines()]
        equal([entry["sequence"] for entry in entries], list(range(1, len(entries) + 1)))
        equal([entries[0]["kind"], entries[-1]["kind"]], ["STARTED", "CLOSED"])
        equal((entries[0]["input"], entries[-1]["result"]), ("\x1b[31mred", 7))
        equal([entry["worker"] for entry in entries if entry["kind"] == "ASSIGNED"], [worker.id])
    table = aether.ok("workflow", "history", workflow)
    assert table.startswith("#") and worker.id in table and "\x1b" not in table


@check
def lists(aether):
    """list filters, limits, and gives the youngest first."""
    ids = [aether.start("listed") for _ in range(3)]
    aether.ok("cancel", ids[0])

    def found(*arguments):
        output = aether.ok("workflow", "list", "--type", "listed", "--json", *arguments)
        return [json.loads(line)["id"] for line in output.splitlines()]

    equal(found(), ids[::-1])
    equal(found("--limit", "1"), [ids[2]])
    equal(found("--state", "cancelled"), [ids[0]])
    equal(found("--state", "PENDING", "--state", "CANCELLED"), ids[::-1])
    code, table, note = aether("workflow", "list", "--type", "listed", "--limit", "2")
    equal((code, len(table.splitlines())), (0, 3))
    assert "--limit" in note


@check
def watch(aether):
    """list --watch goes on: what is new or has changed comes as further lines."""
    first = aether.start("watched")
    process = aether.begin("workflow", "list", "--type", "watched", "--watch", "--json")
    equal(json.loads(process.stdout.readline())["id"], first)
    second = aether.start("watched")
    equal(json.loads(process.stdout.readline())["id"], second)
    aether.ok("cancel", first)
    changed = json.loads(process.stdout.readline())
    equal((changed["id"], changed["state"]), (first, "CANCELLED"))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    equal(process.returncode, -signal.SIGINT)


@check
def cancel(aether):
    """cancel ends a PENDING workflow at once; of one that has ended it is refused."""
    workflow = aether.start("cancelled")
    equal(aether.ok("cancel", workflow), f"Cancelled {workflow}.\n")
    equal(aether.status(workflow)["state"], "CANCELLED")
    aether.fails(1, "CANCELLED", "cancel", workflow)


@check
def terminate(aether):
    """terminate ends a workflow that a worker has, at once; of one that has ended it is refused."""
    with Worker(aether.server.target, "terminated") as worker:
        workflow = aether.start("terminated")
        worker.next()
        equal(aether.ok("workflow", "terminate", workflow), f"Terminated {workflow}.\n")
    equal(aether.status(workflow)["state"], "CANCELLED")
    assert " terminated\n" in aether.ok("workflow", "history", workflow)
    aether.fails(1, "CANCELLED", "workflow", "terminate", workflow)
    other = aether.start("terminated")
    equal(json.loads(aether.ok("workflow", "terminate", other, "--json")), {"id": other, "terminated": True})


@check
def signal_workflow(aether):
    """signal gives a workflow a message, once for each id; its payload is JSON."""
    workflow = aether.start("signalled")
    equal(aether.ok("workflow", "signal", workflow, "approve", "--payload", '{"by": "Ada"}', "--signal-id", "s-1"),
          f'Sent signal "approve" to {workflow}.\n')
    document = json.loads(aether.ok("workflow", "signal", workflow, "approve", "--signal-id", "s-1", "--json"))
    equal(document, {"id": workflow, "signal": "approve", "signalId": "s-1"})
    made = json.loads(aether.ok("workflow", "signal", workflow, "reject", "--json"))["signalId"]
    equal(uuid.UUID(made).version, 7)
    entries = [json.loads(line) for line in aether.ok("workflow", "history", workflow, "--json").splitlines()]
    equal([(entry["signal"], entry["signalId"], entry["payload"]) for entry in entries
           if entry["kind"] == "SIGNAL_RECEIVED"], [("approve", "s-1", {"by": "Ada"}), ("reject", made, None)])
    assert 'approve ← {"by":"Ada"}' in aether.ok("workflow", "history", workflow)
    aether.fails(64, "--payload isn't JSON", "workflow", "signal", workflow, "approve", "--payload", "{")
    aether.fails(1, "name must be", "workflow", "signal", workflow, "")
    aether.ok("cancel", workflow)
    aether.fails(1, "CANCELLED", "workflow", "signal", workflow, "approve")


@check
def delete(aether):
    """delete forgets a workflow that has ended; one that has not is refused, with what to do."""
    workflow = aether.start("deleted", "--id", "deleted-1")
    aether.fails(1, "PENDING.*aether cancel deleted-1", "workflow", "delete", workflow)
    aether.ok("cancel", workflow)
    equal(aether.ok("workflow", "delete", workflow), "Deleted deleted-1.\n")
    aether.fails(1, "no workflow has the id", "status", workflow)
    equal(aether.ok("workflow", "list", "--type", "deleted", "--json"), "")
    aether.fails(1, "no workflow has the id", "workflow", "delete", workflow)
    aether.start("deleted", "--id", "deleted-1", "--input", "2")
    aether.ok("cancel", workflow)
    equal(json.loads(aether.ok("workflow", "delete", workflow, "--json")), {"id": workflow, "deleted": True})


@check
def unknown_workflow(aether):
    """Every command about an unknown workflow says that there is none."""
    for command in ("status", "cancel", "workflow history", "workflow terminate", "workflow delete"):
        equal(aether.fails(1, "no-such-id", *command.split(), "no-such-id"), "")
    equal(aether.fails(1, "no-such-id", "workflow", "signal", "no-such-id", "name"), "")


@check
def big_input(aether):
    """An input of 10 MiB is refused with the limit."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write('"' + "x" * (10 << 20) + '"')
        file.flush()
        aether.fails(1, "2097152", "workflow", "start", "big", "--input", f"@{file.name}")


@check
def unreachable(aether):
    """A server that isn't there is exit code 69."""
    for command in (("status", "x"), ("workflow", "list"), ("workflow", "start", "x"), ("cancel", "x"),
                    ("workflow", "signal", "x", "y"), ("workflow", "terminate", "x"), ("workflow", "delete", "x")):
        aether.fails(69, "aether serve", *command, "--server", "http://localhost:1")
    aether.fails(69, "nothing listens", "status", "x", AETHER_SERVER="http://localhost:1")


@check
def usage(aether):
    """Wrong usage is exit code 64, in one line that names the help."""
    aether.fails(64, "--help", "status")
    aether.fails(64, "--help", "no-such-command")
    aether.fails(64, "--help", "workflow", "signal", "x")
    aether.fails(64, "--help", "workflow", "list", "--state", "ODD")
    aether.fails(64, "65535", "serve", "--grpc-port", "70000")
    equal(aether.ok("--version").count("."), 2)
    for command in ((), ("serve",), ("workflow", "start"), ("workflow", "signal"), ("status",)):
        assert "USAGE" in aether.ok(*command, "--help")


@check
def completions(aether):
    """Completion scripts name the commands, and their shells can read them."""
    for shell in ["bash", "zsh", "fish"]:
        script = aether.ok("completions", shell)
        assert "history" in script and "persistence" in script, script[:200]
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=script, text=True, check=True)
    aether.fails(64, "csh", "completions", "csh")


@check
def closed_output(aether):
    """Nobody reading the output any more is no crash."""
    for _ in range(3):
        aether.start("many")
    process = aether.begin("workflow", "list", "--json")
    process.stdout.close()
    errors = process.stderr.read()
    equal((process.wait(timeout=60), errors), (0, ""))


# serve


FREE = ("--grpc-port", "0", "--http-port", "0", "--metrics-port", "0")


@check
def port_in_use(aether):
    """A port in use is one line that names the port and the flag."""
    for kind in ("grpc", "http", "metrics"):
        flags = [*FREE, "--db", "second.db"]
        flags[flags.index(f"--{kind}-port") + 1] = str(aether.server.ports[kind])
        aether.fails(1, f"{aether.server.ports[kind]}.*in use.*--{kind}-port", "serve", *flags)


@check
def open_files(aether):
    """A server started with few open files, as by a shell, allows itself as many as it may."""
    with tempfile.TemporaryDirectory() as directory, Server(directory, under=["prlimit", "--nofile=256:2048"]) as server:
        with open(f"/proc/{server.process.pid}/limits") as limits:
            equal([line.split()[3:5] for line in limits if line.startswith("Max open files")], [["2048", "2048"]])


@check
def database_in_use(aether):
    """A second server on the same database is refused."""
    aether.fails(1, "in use by another server", "serve", *FREE, "--db", "aether.db")


@check
def wrong_databases(aether):
    """A database that is none, is newer, or can't be made: each one line with the file's name."""
    directory = aether.server.directory
    with open(os.path.join(directory, "text.db"), "w") as file:
        file.write("This is no database, and long enough to be taken for none.\n" * 100)
    aether.fails(1, r"text\.db", "serve", *FREE, "--db", "text.db")
    with serving() as other:
        other.stop()
        path = os.path.join(other.directory, "aether.db")
        with sqlite3.connect(path) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {version + 1000}")
        aether.fails(1, "newer", "serve", *FREE, "--db", path)
    aether.fails(1, "/proc/none", "serve", *FREE, "--db", "/proc/none/aether.db")
    # Of a URL the password is not told.
    aether.fails(1, "^(?!.*secret).*can't open the database postgres://me@127.0.0.1:1/aether: .*check the URL",
                 "serve", *FREE, "--db", "postgres://me:secret@127.0.0.1:1/aether")


@check
def configuration_file(aether):
    """aether.toml is read; what is wrong in it is named with file, line and key; flags win."""
    path = os.path.join(aether.server.directory, "other.toml")

    def configure(text):
        with open(path, "w") as file:
            file.write(text)
        return ("serve", "--config", "other.toml")

    aether.fails(1, r"other\.toml:2: .*prt", *configure("[server]\nprt = 1\n"))
    aether.fails(1, r"other\.toml:2: grpc_port .*integer", *configure('[server]\ngrpc_port = "x"\n'))
    aether.fails(1, r"other\.toml:3", *configure("[server]\n\ngrpc_port = = 1\n"))
    aether.fails(1, "does not exist", "serve", "--config", "missing.toml")
    taken = aether.server.ports["grpc"]
    command = configure(f'[server]\ngrpc_port = {taken}\ndb_path = "third.db"\n')
    aether.fails(1, f"port {taken}", *command, *FREE[2:])


@check
def exposed_host(aether):
    """An address that others reach is refused without --insecure."""
    aether.fails(1, "--insecure", "serve", *FREE, "--host", "0.0.0.0", "--db", "exposed.db")


@check
def banner(aether):
    """serve prints its URLs, the database and the tier; Ctrl-C ends it with 0."""
    process = aether.begin("serve", *FREE, "--db", "banner.db", "--persistence", "memory", "--no-metrics")
    lines = [process.stdout.readline() for _ in range(6)]
    text = "".join(lines)
    assert re.search(r"gRPC +http://localhost:\d+\n", text) and re.search(r"HTTP +http://localhost:\d+\n", text), text
    assert re.search(r"metrics +off\n", text) and "banner.db" in text and "memory" in text, text
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=15)
    equal(process.returncode, 0)


@check
def logs(aether):
    """In a pipe the log is JSON lines; a flag wins over the environment, that over the file."""
    with open(os.path.join(aether.server.directory, "log.toml"), "w") as file:
        file.write('[log]\nlevel = "critical"\n')

    def run(*flags, **environment):
        process = aether.begin(
            "serve", *FREE, "--db", "logs.db", "--config", "log.toml", *flags, **environment)
        while not process.stdout.readline().startswith("tier"):
            pass
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=15)
        equal(process.returncode, 0)
        return errors

    equal(run(), "")
    equal(run("--log-level", "error", AETHER_LOG_LEVEL="debug"), "")
    lines = [json.loads(line) for line in run(AETHER_LOG_LEVEL="notice").splitlines()]
    equal([(line["level"], line["message"]) for line in lines],
          [("notice", f"the server {what}") for what in ("has started", "is stopping", "has stopped")])
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in lines), lines
    assert lines[0]["database"] == "logs.db" and lines[0]["grpc"].startswith("http://"), lines[0]
    text = run("--log-level", "notice", "--log-format", "text").splitlines()
    assert re.fullmatch(r"[-\d]{10} [:.\d]{12}  NOTICE    the server has started +database=logs\.db grpc=.*", text[0]), text
    aether.fails(64, "--log-level is 'loud'", "serve", *FREE, "--log-level", "loud")


# backup, restore, doctor, migrate


def database_of(server):
    return os.path.join(server.directory, "aether.db")


def parts(server):
    """What an unfinished or replaced database leaves behind."""
    return [name for name in os.listdir(server.directory) if "partial" in name or "before-restore" in name]


@check
def doctor_beside_a_server(aether):
    """doctor checks a database that a server is using; with --json the last line sums up."""
    output = aether.ok("doctor", "--db", "aether.db")
    assert re.fullmatch(r"aether\.db: \d+ workflows, \d+ journal entries, healthy \(.*\)\n", output), output
    summary = json.loads(aether.ok("doctor", "--json", AETHER_DB="aether.db"))
    assert summary["findings"] == 0 and summary["entries"] >= summary["workflows"] > 0, summary
    aether.fails(1, "there is no database .*missing", "doctor", "--db", "missing.db")
    aether.fails(1, "AETHER_DB names a PostgreSQL database.*pg_dump", "doctor", AETHER_DB="postgres:///aether")


@check
def doctor_finds(aether):
    """doctor lists what is wrong with a database and ends with 1."""
    with serving() as server:
        here = CommandLine(server)
        here.start("waiting", "--id", "whole")
        broken = here.start("waiting", "--id", "broken")
        server.stop()
        with sqlite3.connect(database_of(server)) as database:
            database.execute("UPDATE workflow SET state = 2 WHERE id = ?", (broken,))
            database.execute("UPDATE bookkeeping SET pending = 1, completed = 1, completed_bytes = "
                             "(SELECT bytes FROM workflow WHERE id = ?)", (broken,))
        lines = here.fails(1, "has 1 findings", "doctor", "--db", "aether.db", "--json").splitlines()
        finding, summary = map(json.loads, lines)
        equal((finding["finding"], finding["workflow"], summary["findings"]), ("state", broken, 1))
        assert "COMPLETED" in finding["what"] and "backup" in finding["remedy"], finding
        output = here.fails(1, "has 1 findings", "doctor", "--db", "aether.db")
        assert re.search(r"^state +broken +its row says", output, re.M), output
        here.fails(1, "1 findings, the first: workflow broken", "backup", "copy.db", "--db", "aether.db")
        equal(parts(server), [])


@check
def backup_and_restore(aether):
    """A backup of a server that serves is restored, and the database that was there is kept."""
    with serving() as server:
        here = CommandLine(server)
        here.start("waiting", "--id", "before")
        document = json.loads(here.ok("backup", "copy.db", "--db", "aether.db", "--json"))
        equal((document["workflows"], document["keptAside"]), (1, None))
        equal(document["bytes"], os.path.getsize(os.path.join(server.directory, "copy.db")))
        here.start("waiting", "--id", "after")
        here.fails(1, "exists already.*--force", "backup", "copy.db", "--db", "aether.db")
        here.fails(1, "directory .*missing", "backup", "missing/copy.db", "--db", "aether.db")
        here.fails(64, "file", "backup")
        here.fails(1, "in use by another server", "restore", "copy.db", "--db", "aether.db", "--force")
        server.stop()
        here.fails(1, "--force", "restore", "copy.db", "--db", "aether.db")
        here.fails(1, "there is no database", "restore", "none.db", "--db", "aether.db", "--force")
        equal(parts(server), [])
        output = here.ok("restore", "copy.db", "--db", "aether.db", "--force")
        kept = re.fullmatch(r"Restored copy\.db to \S+: .* 1 workflows, .*; what was there is now (\S+)\n", output)[1]
        with sqlite3.connect(kept) as database:
            equal(database.execute("SELECT count(*) FROM workflow").fetchone(), (2,))
        server.start()
        here = CommandLine(server)
        here.status("before")
        here.fails(1, "no workflow", "status", "after")


@check
def backup_interrupted(aether):
    """Ctrl-C during a backup leaves nothing, whenever it comes."""
    with serving() as server:
        here = CommandLine(server)
        here.start("waiting")
        server.stop()
        with sqlite3.connect(database_of(server)) as database:
            database.execute("CREATE TABLE ballast AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                             "WHERE i < 60000) SELECT i, randomblob(4000) AS bytes FROM n")
        process = here.begin("backup", "copy.db", "--db", "aether.db")
        while not parts(server):
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        equal((process.returncode, errors), (130, "aether: interrupted; nothing was changed\n"))
        equal((parts(server), os.path.exists(os.path.join(server.directory, "copy.db"))), ([], False))


@check
def backup_without_room(aether):
    """A backup that the disk has no room for says so and leaves nothing."""
    path = os.path.join(aether.server.directory, "copy.db")
    process = subprocess.run(
        ["bash", "-c", f"trap '' XFSZ; ulimit -f 8; exec {BINARY} backup {path} --db {database_of(aether.server)}"],
        text=True, capture_output=True, timeout=60)
    equal(process.returncode, 1)
    assert re.fullmatch(r"aether: can't write to the database .*copy\.db\.partial.*\n", process.stderr), process.stderr
    equal(([name for name in os.listdir(aether.server.directory) if "copy.db" in name]), [])


@check
def tasks_of_a_time_undone(aether):
    """What a worker holds from the time that a restore has undone is refused, though its number is given out again."""
    with serving() as server:
        here = CommandLine(server)
        here.start("ordered", "--id", "order")
        here.ok("backup", "copy.db", "--db", "aether.db")
        with Worker(server.target, "ordered", worker_id="early") as early:
            undone = early.next()
            server.stop()
            here.ok("restore", "copy.db", "--db", "aether.db", "--force")
            server.start()
            here = CommandLine(server)
            with Worker(server.target, "ordered", worker_id="late") as late:
                task = late.next()
                equal((task.workflow_id, task.attempt), (undone.workflow_id, undone.attempt))
                stale = Worker(server.target, worker_id="early")
                refused(grpc.StatusCode.FAILED_PRECONDITION, stale.complete, undone, b'"of a time undone"')
                equal(stale.heartbeat(undone).ok, False)
                stale.close()
                equal(late.complete(task, b'"right"').success, True)
        equal(here.status("order")["result"], "right")


def make_database(cluster):
    """The URL of an empty PostgreSQL database."""
    query(cluster.url + "/postgres", "CREATE DATABASE moved")
    return cluster.url + "/moved"


@check
def migrate(aether):
    """What a stopped server had on SQLite goes on with one on PostgreSQL, also what a worker holds meanwhile."""
    ids = ("finished", "failed", "held", "waiting-\u00fc")
    # Longer than all of it takes: so long a worker that is gone keeps what it has.
    grace = ("--worker-grace-ms", "300000")
    with serving(*grace) as server, Postgres() as cluster:
        here, target = CommandLine(server), make_database(cluster)
        command = ("migrate", "--from", "sqlite:aether.db", "--to", target)
        with Worker(server.target, "work", worker_id="early") as worker:
            for workflow in ids[:2]:
                here.start("work", "--id", workflow, "--input", '{"a":"\u20ac"}')
                worker.complete(worker.next(), b'{"b":1}', error="no" if workflow == "failed" else "")
            here.start("work", "--id", "held")
            held = worker.next()
            here.start("later", "--id", ids[3])
            here.ok("workflow", "signal", ids[3], "go", "--payload", "[1]")
            here.fails(1, "in use by another server.*stop that server first", *command)
            server.stop()
        equal(query(target, "SELECT count(*) FROM pg_namespace WHERE nspname = 'aether'"), [["0"]])
        server.start()
        before = CommandLine(server)
        histories = [before.ok("workflow", "history", workflow, "--json") for workflow in ids]
        listed = before.ok("workflow", "list", "--json")
        equal(len(listed.splitlines()), len(ids))
        server.stop()

        document = json.loads(here.ok(*command, "--json"))
        equal((document["workflows"], document["entries"]), (len(ids), sum(len(h.splitlines()) for h in histories)))
        assert document["from"].endswith("/aether.db") and document["to"] == target, document
        here.fails(1, "has workflows already", *command)
        server.flags = (*grace, "--db", target)
        server.start()
        here = CommandLine(server)
        equal([here.ok("workflow", "history", workflow, "--json") for workflow in ids], histories)
        equal(here.ok("workflow", "list", "--json"), listed)
        with Worker(server.target, "later") as worker:
            # Whoever knows a task's id speaks for the worker that has it.
            equal(worker.complete(held, b'"held"').success, True)
            worker.complete(worker.next(), b'"later"')
        equal([here.status(workflow)["result"] for workflow in ids], [{"b": 1}, None, "held", "later"])
        here.fails(1, "in use by another server|has workflows already", *command)


@check
def migrate_usage(aether):
    """migrate goes from a SQLite file to a PostgreSQL database, and says which of its flags is something else."""
    url = "postgres://me:secret@127.0.0.1:1/aether"
    aether.fails(64, "--from names a PostgreSQL database", "migrate", "--from", url, "--to", url)
    aether.fails(64, "--to must be a PostgreSQL database", "migrate", "--from", "a.db", "--to", "sqlite:b.db")
    aether.fails(64, "--from is empty", "migrate", "--from", "sqlite:", "--to", url)
    aether.fails(64, "--from.*--help", "migrate", "--to", url)
    aether.fails(1, "there is no database .*none.db", "migrate", "--from", "none.db", "--to", url)
    with serving() as other:
        other.stop()
        # Of a URL the password is not told.
        aether.fails(1, "^(?!.*secret).*can't open the database postgres://me@127.0.0.1:1/aether: ",
                     "migrate", "--from", database_of(other), "--to", url)


@check
def migrate_interrupted(aether):
    """Ctrl-C during a migration leaves nothing in the target."""
    with serving() as server, Postgres() as cluster, tempfile.TemporaryDirectory() as other:
        here, target = CommandLine(server), make_database(cluster)
        for _ in range(2):
            here.start("waiting")
        server.stop()
        with Server(other, "--db", target):
            pass
        query(target, "CREATE FUNCTION delay() RETURNS trigger LANGUAGE plpgsql AS "
                      "'BEGIN PERFORM pg_sleep(1); RETURN new; END'")
        query(target, "CREATE TRIGGER delaying BEFORE INSERT ON aether.journal FOR EACH ROW EXECUTE FUNCTION delay()")
        process = here.begin("migrate", "--from", "aether.db", "--to", target)
        while not query(target, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        equal((process.returncode, errors), (130, "aether: interrupted; nothing was changed\n"))
        equal(query(target, "SELECT (SELECT count(*) FROM aether.workflow), (SELECT count(*) FROM aether.journal)"),
              [["0", "0"]])


@check
def retention(aether):
    """A server deletes what [retention] keeps no longer, counts it, and keeps what ended otherwise or is open."""
    with serving("--completed-max-bytes", "0", "--failed-max-age", "1h") as server:
        here = CommandLine(server)
        here.start("waiting", "--id", "open")
        with Worker(server.target, "done") as worker:
            for workflow, error in (("gone", ""), ("kept", "no")):
                here.start("done", "--id", workflow)
                worker.complete(worker.next(), b"1", error=error)
        metrics = f"http://127.0.0.1:{server.ports['metrics']}/metrics"
        deadline = time.monotonic() + 30
        while b"aether_workflows_expired_total 1\n" not in urllib.request.urlopen(metrics).read():
            assert time.monotonic() < deadline, "nothing was deleted"
            time.sleep(0.1)
        here.fails(1, "no workflow", "status", "gone")
        equal([here.status(workflow)["state"] for workflow in ("kept", "open")], ["FAILED", "PENDING"])
        aether.fails(64, "must be forever", "serve", "--completed-max-age", "30x")
        aether.fails(64, "must be unlimited", "serve", "--completed-max-bytes", "20GB")


@check
def wait_over_restart(aether):
    """start --wait survives a restart of the server."""
    with serving() as server:
        port = str(server.ports["grpc"])
        here = CommandLine(server)
        process = here.begin("workflow", "start", "patient", "--id", "patient", "--wait")
        equal(process.stderr.readline(), "Started patient\n")
        server.kill()
        server.flags = ("--grpc-port", port)
        server.start()
        with Worker(server.target, "patient") as worker:
            worker.complete(worker.next(), b'"done"')
            output, _ = process.communicate(timeout=60)
            equal((process.returncode, output), (0, '"done"\n'))


if __name__ == "__main__":
    with serving() as the_server:
        sys.exit(run(CommandLine(the_server)))
