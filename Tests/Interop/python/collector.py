"""A small OpenTelemetry collector: keeps the spans that it is sent by OTLP/HTTP in JSON."""

import http.server
import json
import re
import threading
import time

HEXADECIMAL = re.compile("[0-9a-f]+")


class Collector:
    def __init__(self):
        self.spans = []
        self.requests = 0
        # What requests are answered with: a status; None: nothing, ever.
        self.status = 200
        self.closing = threading.Event()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests += 1
                assert self.path == "/v1/traces" and self.headers["Content-Type"] == "application/json"
                if collector.status is None:
                    collector.closing.wait()
                    return
                if collector.status == 200:
                    collector.take(json.loads(body))
                self.send_response(collector.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                """Clients that are killed are part of the tests."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def take(self, request):
        for resource in request["resourceSpans"]:
            attributes = values(resource["resource"]["attributes"])
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    self.spans.append(Span(span, attributes))

    def trace(self, trace_id):
        return [span for span in self.spans if span.trace == trace_id]

    def wait_for(self, trace_id, count):
        """The spans of a trace, once there are so many of them."""
        deadline = time.monotonic() + 20
        while len(self.trace(trace_id)) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        spans = self.trace(trace_id)
        assert len(spans) >= count, f"{len(spans)} spans of {count}: {sorted(span.name for span in spans)}"
        return spans

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


def values(attributes):
    """OTLP's list of attributes as a dictionary."""
    found = {}
    for attribute in attributes:
        (kind, value), = attribute["value"].items()
        if kind == "intValue":
            assert isinstance(value, str)
            value = int(value)
        assert attribute["key"] not in found
        found[attribute["key"]] = value
    return found


class Span:
    def __init__(self, json, resource):
        self.name = json["name"]
        self.kind = json["kind"]
        self.trace, self.id, self.parent = json["traceId"], json["spanId"], json.get("parentSpanId", "")
        self.state = json.get("traceState", "")
        self.start, self.end = int(json["startTimeUnixNano"]), int(json["endTimeUnixNano"])
        self.attributes = values(json.get("attributes", []))
        self.status = json.get("status", {})
        self.service = resource["service.name"]
        self.resource = resource
        for text, length in ((self.trace, 32), (self.id, 16), (self.parent or "0" * 16, 16)):
            assert len(text) == length and HEXADECIMAL.fullmatch(text), json
        assert isinstance(json["startTimeUnixNano"], str) and self.start <= self.end, json
