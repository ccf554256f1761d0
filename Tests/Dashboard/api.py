"""What the checks do behind the page's back."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request


def ask(server, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{server.ports['http']}/api/v1{path}", data=data, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def start(server, workflow_type, id=None, input=None):
    body = {"type": workflow_type, "input": input}
    if id is not None:
        body["id"] = id
    return ask(server, "POST", "/workflows", body)["id"]


def status(server, id):
    return ask(server, "GET", f"/workflows/{urllib.parse.quote(id, safe='')}")


def until(condition, seconds=20):
    """Waits for something to become true, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def ended(server, id, state="COMPLETED"):
    until(lambda: status(server, id)["state"] == state)
