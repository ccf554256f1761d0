"""The HTTP API: what it answers is what its OpenAPI document says, and its events tell what happens without gaps."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import jsonschema
from openapi_spec_validator import validate

from checks import check, equal, run
from server import BINARY, serving

WORKER = os.path.join(os.path.dirname(BINARY), "dashboard-worker")


def ask(server, method, path, body=None, headers=None):
    """The status, and the document."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.ports['http']}/api/v1{path}", data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def get(server, path):
    status, document = ask(server, "GET", path)
    equal(status, 200)
    return document


def quoted(workflow):
    return urllib.parse.quote(workflow, safe="")


def until(condition, seconds=20):
    """Waits for something to become true, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


class Events:
    """A page: reads a stream of events in a thread."""

    def __init__(self, server, topics, last=None, headers=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{server.ports['http']}/api/v1/events?topics={topics}",
            headers={**(headers or {}), **({"Last-Event-ID": last} if last else {})})
        self.answer = urllib.request.urlopen(request, timeout=60)
        self.events, self.last, self.ended = [], last, False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        until(lambda: self.events)

    def read(self):
        name = None
        try:
            for line in self.answer:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    self.last = value
                elif field == "data":
                    self.events.append((name, json.loads(value)))
        except Exception:  # The server is gone, or this page is closed.
            pass
        self.ended = True

    @property
    def hello(self):
        return self.events[0][1]

    def frames(self):
        return [data for name, data in self.events if name == "frame"]

    def seen(self):
        """The state of each workflow, as the frames tell it."""
        states = {}
        for frame in self.frames():
            for row in frame.get("workflows", {}).get("changed", []):
                states[row["id"]] = row["state"]
        return states

    def close(self):
        self.answer.fp.raw._sock.shutdown(2)
        self.answer.close()


@check
def document(server):
    """The OpenAPI document is one."""
    validate(get(server, "/openapi.json"))


@check
def shapes(server):
    """Every answer has the shape that the document gives it, and none has a member more."""
    for number in range(3):
        order = {"item": f"book \"{number}\" <script>", "quantity": 1, "refusals": number, "needsApproval": number == 2}
        equal(ask(server, "POST", "/workflows", {"type": "process-order", "id": f"shape/{number}", "input": order})[0], 201)
    ask(server, "POST", "/workflows", {"type": "process-order", "id": "shape/fails", "input": {"item": "x", "quantity": 500}})
    ask(server, "POST", "/workflows", {"type": "nobody-serves-it", "id": "shape/waits"})
    until(lambda: get(server, "/workflows/shape%2F1")["state"] == "COMPLETED")
    until(lambda: get(server, "/workflows/shape%2F2")["pending"])

    api = get(server, "/openapi.json")
    requests = {
        ("get", "/workflows/{id}"): [f"/workflows/{quoted(f'shape/{name}')}" for name in (0, 1, 2, "fails", "waits")],
        ("get", "/workflows/{id}/pending"): ["/workflows/shape%2F2/pending"],
        ("get", "/workflows/{id}/history"): ["/workflows/shape%2F1/history", "/workflows/shape%2Ffails/history?limit=2"],
        ("get", "/workflows/{id}/children"): ["/workflows/shape%2F1/children"],
        ("get", "/workflows/{id}/values/{name}"): ["/workflows/shape%2F2/values/state"],
        ("get", "/workflows"): ["/workflows", "/workflows?limit=2", "/workflows?state=FAILED&text=SHAPE"],
        ("post", "/workflows"): [("/workflows", {"type": "echo", "input": "x"})],
        ("post", "/workflow-cancellations"): [("/workflow-cancellations", {"ids": ["shape/waits", "nothing"]})],
        ("post", "/workflows/{id}/signal"): [("/workflows/shape%2F2/signal", {"name": "approved", "payload": "me"})],
    }
    checked = set()
    for path, item in api["paths"].items():
        for method, operation in item.items():
            success = next(status for status in operation["responses"] if status != "default")
            schema = operation["responses"][success]["content"].get("application/json", {}).get("schema")
            if schema is None or "{" in path and (method, path) not in requests:
                continue
            schema = {**schema, "components": api["components"]}
            for request in requests.get((method, path), [path]):
                request, body = request if isinstance(request, tuple) else (request, None)
                status, answer = ask(server, method.upper(), request, body)
                equal(status, int(success))
                jsonschema.Draft202012Validator(schema).validate(answer)
                checked.add((method, path))
    assert checked >= set(requests), f"not asked for: {set(requests) - checked}"
    error = {"$ref": "#/components/schemas/Error", "components": api["components"]}
    for path in ("/workflows/nothing", "/workflows?limit=0", "/nothing"):
        status, answer = ask(server, "GET", path)
        assert status in (400, 404), status
        jsonschema.Draft202012Validator(error).validate(answer)


@check
def export(server):
    """An export is the workflow and its whole journal."""
    ask(server, "POST", "/workflows", {"type": "count", "id": "long", "input": 2_500})
    until(lambda: get(server, "/workflows/long")["state"] == "COMPLETED", 60)
    document = get(server, "/workflows/long/export")
    equal(document["format"], "aether-history/1")
    entries, after = [], 0
    while after is not None:
        page = get(server, f"/workflows/long/history?after={after}")
        entries += page["entries"]
        after = page["next"]
    equal(document["entries"], entries)
    equal([entry["sequence"] for entry in entries], list(range(1, document["workflow"]["lastSequence"] + 1)))
    assert len(entries) > 2_500


@check
def live(server):
    """Events tell of every workflow, within a second, in frames that have the document's shape."""
    api = get(server, "/openapi.json")
    with_components = {"$ref": "#/components/schemas/Frame", "components": api["components"]}
    page = Events(server, "workflows,workers,workflow:live-7")
    for number in range(50):
        ask(server, "POST", "/workflows", {"type": "echo", "id": f"live-{number}", "input": "x"})
    until(lambda: all(page.seen().get(f"live-{number}") == "COMPLETED" for number in range(50)))
    last = get(server, "/workflows/live-7")["lastSequence"]
    until(lambda: any(frame.get("runs", {}).get("live-7", {}).get("lastSequence") == last for frame in page.frames()))
    for frame in page.frames():
        jsonschema.Draft202012Validator(with_components).validate(frame)
    counts = [frame["workflows"]["counts"] for frame in page.frames() if "workflows" in frame][-1]
    equal(counts, get(server, "/workflow-counts")["counts"])
    page.close()


@check
def resumed(server):
    """A page that comes back with the last id it saw is told what it missed, once; others begin anew."""
    page = Events(server, "workflows")
    equal(page.hello["resumed"], False)
    ask(server, "POST", "/workflows", {"type": "echo", "id": "before", "input": "x"})
    until(lambda: page.seen().get("before") == "COMPLETED")
    page.close()
    for number in range(20):
        ask(server, "POST", "/workflows", {"type": "echo", "id": f"missed-{number}", "input": "x"})
    until(lambda: get(server, "/workflows/missed-19")["state"] == "COMPLETED")
    again = Events(server, "workflows", page.last)
    equal(again.hello["resumed"], True)
    until(lambda: all(again.seen().get(f"missed-{number}") == "COMPLETED" for number in range(20)))
    assert "before" not in again.seen()
    again.close()
    for last in ("nonsense", "0-1", page.last.rpartition("-")[0] + "-18446744073709551615"):
        other = Events(server, "workflows", last)
        equal(other.hello["resumed"], False)
        other.close()


@check
def quiet(server):
    """A stream on which nothing happens has a heartbeat every five seconds, and outlives the time of an exchange."""
    page = Events(server, "workflow:none")
    time.sleep(33)
    assert not page.ended
    names = [name for name, _ in page.events]
    assert 5 <= names.count("heartbeat") <= 7, names
    page.close()


@check
def restarted(server):
    """A server that stops ends the streams; a page of its successor begins anew."""
    page = Events(server, "workflows")
    equal(server.stop(), 0)
    until(lambda: page.ended, 5)
    server.restart()
    again = Events(server, "workflows", page.last)
    equal(again.hello["resumed"], False)
    assert again.hello["boot"] != page.hello["boot"]
    again.close()


@check
def stuck(server):
    """A page that reads nothing is let go, and costs the server no memory."""
    before = memory(server)
    pages = [Events(server, "workflows") for _ in range(3)]
    with socket.create_connection(("127.0.0.1", server.ports["http"])) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /api/v1/events?topics=workflows HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for number in range(2_000):
            ask(server, "POST", "/workflows", {"type": "nobody-serves-it", "id": f"stuck-{number}-{'x' * 200}"})
    assert memory(server) - before < 64 << 20, f"{(memory(server) - before) >> 20} MiB more"
    until(lambda: len(pages[0].seen()) == 2_000)
    for page in pages:
        page.close()


@check
def tokens(*_):
    """Reading, changing and deleting want their roles; streams end when a token is removed, and who still may misses nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tokens")
        secrets = {role: role[0] * 32 for role in ("admin", "client", "read-only")}

        def write(roles):
            with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.writelines(f"{role} {role} {secrets[role]}\n" for role in roles)

        def headers(role):
            return {"Authorization": f"Bearer {secrets[role]}"}

        write(secrets)
        with serving("--tokens-file", path) as server:
            equal(ask(server, "GET", "/workflows")[0], 401)
            equal(ask(server, "GET", "/server", headers=headers("read-only"))[1]["role"], "read-only")
            order = {"type": "order", "id": "1"}
            status, answer = ask(server, "POST", "/workflows", order, headers("read-only"))
            equal((status, answer["error"]["code"]), (403, "PERMISSION_DENIED"))
            equal(ask(server, "POST", "/workflows", order, headers("client"))[0], 201)
            equal(ask(server, "POST", "/workflows/1/cancel", None, headers("client"))[0], 200)
            equal(ask(server, "DELETE", "/workflows/1", None, headers("client"))[0], 403)
            equal(ask(server, "DELETE", "/workflows/1", None, headers("admin"))[0], 200)
            equal(ask(server, "POST", "/workflows", order, {**headers("client"), "Origin": "http://evil.example"})[0], 403)

            pages = {role: Events(server, "workflows", headers=headers(role)) for role in ("admin", "read-only")}
            write(("admin", "client"))
            server.process.send_signal(signal.SIGHUP)
            until(lambda: all(page.ended for page in pages.values()), 5)
            ask(server, "POST", "/workflows", order, headers("client"))
            again = Events(server, "workflows", pages["admin"].last, headers("admin"))
            equal(again.hello["resumed"], True)
            until(lambda: again.seen().get("1") == "PENDING")
            again.close()
            try:
                Events(server, "workflows", pages["read-only"].last, headers("read-only"))
            except urllib.error.HTTPError as error:
                equal(error.code, 401)
            else:
                raise AssertionError("a stream for a token that was removed")


def memory(server):
    with open(f"/proc/{server.process.pid}/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmRSS"))


def main():
    with serving() as server:
        environment = {**os.environ, "AETHER_SERVER": server.url}
        worker = subprocess.Popen([WORKER], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: get(server, "/workers")["workers"])
            return run(server)
        finally:
            worker.kill()
            worker.wait()


if __name__ == "__main__":
    sys.exit(main())
