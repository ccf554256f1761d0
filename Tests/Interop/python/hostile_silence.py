"""Connections that say nothing, or all but nothing: each port closes them in its time. They wait side by side."""

import selectors
import socket
import subprocess
import threading
import time

from checks import check
from http2 import PREFACE
from server import serving

# Said at the beginning, said again each second, and after how many seconds the connection is to be closed.
GRPC, HTTP = 10, 30
PLAIN = {
    "nothing to gRPC": ("grpc", b"", b"", GRPC),
    "half a preface to gRPC": ("grpc", PREFACE[:10], b"", GRPC),
    "nothing to HTTP": ("http", b"", b"", HTTP),
    "a request without an end": ("http", b"GET / HTTP/1.1\r\n", b"a: b\r\n", HTTP),
    "a body without an end": ("http", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n", b"x", HTTP),
    "nothing after an answer": ("http", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", b"", HTTP),
    "nothing to metrics": ("metrics", b"", b"", HTTP),
}
# The beginning of a handshake of TLS that claims to go on.
HELLO = b"\x16\x03\x01\x02\x00\x01"
SECURE = {
    "nothing to gRPC over TLS": ("grpc", b"", b"", GRPC),
    "half a handshake to gRPC": ("grpc", HELLO, b"", GRPC),
    "nothing to HTTP over TLS": ("http", b"", b"", HTTP),
    "half a handshake to HTTP": ("http", HELLO, b"", HTTP),
    "a handshake to metrics, byte by byte": ("metrics", HELLO, b"\0", HTTP),
}
SLACK = 6


class Waiting:
    """Opens all connections at once, and notes in a thread after how long each was closed."""

    def __init__(self, server, cases):
        self.closed = {}
        self.begin = time.monotonic()
        self.sockets = {}
        for title, (port, first, _, _) in cases.items():
            connection = socket.create_connection(("127.0.0.1", server.ports[port]))
            connection.sendall(first)
            connection.setblocking(False)
            self.sockets[connection] = title
        self.cases = cases
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        with selectors.DefaultSelector() as selector:
            for connection in self.sockets:
                selector.register(connection, selectors.EVENT_READ)
            said = self.begin
            while selector.get_map() and time.monotonic() < self.begin + HTTP + SLACK:
                for key, _ in selector.select(timeout=0.5):
                    if self._is_over(key.fileobj):
                        self.closed[self.sockets[key.fileobj]] = time.monotonic() - self.begin
                        selector.unregister(key.fileobj)
                        key.fileobj.close()
                if time.monotonic() > said + 1:
                    said = time.monotonic()
                    for key in list(selector.get_map().values()):
                        self._say(key.fileobj)

    def _say(self, connection):
        try:
            connection.send(self.cases[self.sockets[connection]][2])
        except OSError:
            pass

    def _is_over(self, connection):
        try:
            return connection.recv(1 << 16) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True


def begin(server, directory):
    """Opens them, so that they wait while other things are tested. `directory` takes the keys of a server with TLS."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
         "/CN=localhost", "-keyout", f"{directory}/key.pem", "-out", f"{directory}/certificate.pem"],
        check=True, capture_output=True)
    secure = serving("--tls-cert", f"{directory}/certificate.pem", "--tls-key", f"{directory}/key.pem")
    return secure, Waiting(server, PLAIN), Waiting(secure, SECURE)


def case(title, seconds, place):
    def run(_, __, silence):
        waiting = silence[place]
        waiting.thread.join()
        took = waiting.closed.get(title)
        assert took is not None, "it is still open"
        assert seconds - 1 <= took <= seconds + SLACK, f"closed after {took:.1f} s"
    run.__doc__ = f"silence: {title}"
    check(run)


for place, cases in ((1, PLAIN), (2, SECURE)):
    for title, (_, _, _, seconds) in cases.items():
        case(title, seconds, place)
