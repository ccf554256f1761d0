"""What no browser and no monitor sends to the HTTP and the metrics port."""

import socket
import time

from checks import check, equal

LINE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
BODY = b"POST /healthz HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = BODY + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"4000\r\n" + bytes(0x4000) + b"\r\n"


def talk(port, sent):
    """The status of the first answer (None without one), when the server has closed the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        received = b""
        try:
            connection.sendall(sent)
        except ConnectionError:
            pass
        try:
            while piece := connection.recv(1 << 16):
                received += piece
        except ConnectionError:
            pass
        return received.split(b" ")[1].decode() if received else None


def healthy(server):
    for name in ("http", "metrics"):
        equal(talk(server.ports[name], LINE + b"Connection: close\r\n\r\n"), "200")


def case(title, statuses, sent):
    """A check that what is sent ends its connection, with one of the statuses, on both ports, and that others are served."""
    def run(server, *_):
        for name in ("http", "metrics"):
            status = talk(server.ports[name], sent)
            assert status in statuses, f"{name}: {status}, expected one of {statuses}"
        healthy(server)
    run.__doc__ = f"HTTP/1.1: {title}"
    check(run)


# A connection that is reset while it still sends may lose the answer.
REFUSED = ("400", None)

case("bytes that are no request", REFUSED, bytes(range(256)))
case("HTTP/2", REFUSED, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
case("a method without an end", REFUSED, b"G" * 100_000)
case("a path of 100,000 bytes", REFUSED, b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
case("a field of 17 KiB", REFUSED, LINE + b"a: " + b"x" * 17_408 + b"\r\n\r\n")
case("the name of a field without an end", REFUSED, LINE + b"a" * 100_000)
case("20 KiB of fields", REFUSED, LINE + (b"a: " + b"x" * 1000 + b"\r\n") * 20 + b"\r\n")
case("101 fields", REFUSED, LINE + b"a: b\r\n" * 101 + b"\r\n")
case("a length and chunks", REFUSED, BODY + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
case("a length of more than 64 bits", REFUSED, BODY + b"Content-Length: 99999999999999999999\r\n\r\n")
case("a body announced as 3 MiB", ("413",), BODY + b"Content-Length: 3145728\r\n\r\n")
case("a body announced as 2^62 bytes", ("413",), BODY + b"Content-Length: 4611686018427387904\r\n\r\n")
case("chunks of 3 MiB together", ("404", None), CHUNKED + CHUNK * 192)
case("a chunk whose size is no number", ("404", *REFUSED), CHUNKED + b"xyz\r\n")


@check
def connections(server, *_):
    """HTTP/1.1: connections past 1,000 are closed at once, and when others have gone there is room again."""
    for name in ("http", "metrics"):
        held = [socket.create_connection(("127.0.0.1", server.ports[name])) for _ in range(1_100)]
        time.sleep(0.5)
        closed = 0
        for connection in held:
            connection.setblocking(False)
            try:
                closed += connection.recv(1) == b""
            except BlockingIOError:
                pass
            except ConnectionError:
                closed += 1
        # Of the checks before some connections may be on their way out.
        assert 100 <= closed <= 120, f"{closed} of 1,100 were closed"
        for connection in held:
            connection.close()
        time.sleep(0.2)
    healthy(server)
