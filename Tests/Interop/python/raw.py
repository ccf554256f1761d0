"""A client of HTTP/2 that sends whatever bytes it is told to, and reads what comes back."""

import socket

import hpack

from http2 import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE, RST_STREAM, SETTINGS,
                   WINDOW_UPDATE, frame, frames, settings)

# Longer than any of the server's answers takes; a test that waits for it fails.
TIMEOUT = 15
# What the server's SETTINGS let a stream send at once.
STREAM_WINDOW = 256 * 1024
EMPTY_MESSAGE = bytes(5)


def integer(value, prefix_bits, first=0):
    """HPACK's integers (RFC 7541, section 5.1)."""
    limit = (1 << prefix_bits) - 1
    if value < limit:
        return bytes([first | value])
    encoded, rest = [first | limit], value - limit
    while rest >= 128:
        encoded.append(rest % 128 + 128)
        rest //= 128
    return bytes([*encoded, rest])


def field(name, value, first=0):
    """A literal field that no table keeps; 0x40 for one that it keeps."""
    name, value = (text if isinstance(text, bytes) else text.encode() for text in (name, value))
    return bytes([first]) + integer(len(name), 7) + name + integer(len(value), 7) + value


def fields(changes=None, path="/aether.v1.AdminService/GetMetrics"):
    """The fields of a gRPC request, with some changed, added, or (None) left out."""
    plain = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost", "te": "trailers",
             "content-type": "application/grpc"}
    return b"".join(field(name, value) for name, value in (plain | (changes or {})).items() if value is not None)


def headers(stream, block=None, flags=END_HEADERS):
    return frame(HEADERS, flags, stream, fields() if block is None else block)


def long_headers(stream, block):
    """A header block in as many frames as it takes."""
    pieces = [block[at:at + 16384] for at in range(0, len(block), 16384)]
    return b"".join(frame(CONTINUATION if at else HEADERS, END_HEADERS if at == len(pieces) - 1 else 0, stream, piece)
                    for at, piece in enumerate(pieces))


def data(stream, payload=EMPTY_MESSAGE, flags=END_STREAM):
    return frame(DATA, flags, stream, payload)


def request(stream, changes=None, message=b"", **keywords):
    """A whole gRPC call with one message."""
    payload = b"\0" + len(message).to_bytes(4, "big") + message
    return headers(stream, fields(changes, **keywords)) + in_frames(stream, payload)


def in_frames(stream, payload):
    """The bytes in frames of DATA, the last one with the end of the stream."""
    pieces = [payload[at:at + 16384] for at in range(0, len(payload), 16384)] or [b""]
    return b"".join(data(stream, piece, END_STREAM if at == len(pieces) - 1 else 0) for at, piece in enumerate(pieces))


class Closed(Exception):
    """The server closed the connection."""


class Connection:
    def __init__(self, server, *values, preface=PREFACE):
        """A connection that begins with the settings of `values`, or with other bytes than HTTP/2's."""
        self.socket = socket.create_connection(("127.0.0.1", server.ports["grpc"]), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.arriving = frames(self._pieces())
        self.decoder = hpack.Decoder()
        if preface == PREFACE:
            self.send(preface + settings(*values))
            next(self.arriving)
            # The server's settings count once they are acknowledged.
            self.send(frame(SETTINGS, ACK))
        else:
            self.send(preface)

    def _pieces(self):
        while piece := self._receive():
            yield 0, piece

    def _receive(self):
        try:
            return self.socket.recv(1 << 16)
        except ConnectionError:
            return b""

    def send(self, *pieces):
        """Whether the connection takes them; what the server said before it closed can still be read."""
        try:
            self.socket.sendall(b"".join(pieces))
            return True
        except (ConnectionError, TimeoutError):
            return False

    def upload(self, stream, payload):
        """Sends the bytes as DATA, as fast as the server opens the stream's window, and ends the stream."""
        window = STREAM_WINDOW
        for at in range(0, len(payload), 16384):
            piece = payload[at:at + 16384]
            while window < len(piece):
                window += int.from_bytes(self.until(WINDOW_UPDATE, stream=stream).payload, "big")
            self.send(data(stream, piece, END_STREAM if at + 16384 >= len(payload) else 0))
            window -= len(piece)

    def next(self):
        """The next frame that isn't part of the handshake, nor the server's question whether the client is still there."""
        for arrived in self.arriving:
            if arrived.kind == PING and not arrived.flags & ACK:
                self.send(frame(PING, ACK, payload=arrived.payload))
                continue
            if arrived.kind != SETTINGS:
                return arrived
        raise Closed

    def until(self, *kinds, stream=None):
        """The next frame of one of the kinds."""
        while True:
            arrived = self.next()
            if arrived.kind in kinds and stream in (None, arrived.stream):
                return arrived
            if arrived.kind == GOAWAY:
                raise Closed(f"GOAWAY with code {error_code(arrived)}")
            self.skip(arrived)

    def skip(self, arrived):
        """Keeps the table of header fields right."""
        if arrived.kind in (HEADERS, CONTINUATION):
            self.decoder.decode(arrived.payload)

    def answer(self, stream=1):
        """All fields of the answer, and its bytes."""
        all_fields, body = {}, b""
        while True:
            arrived = self.until(HEADERS, DATA, RST_STREAM, stream=stream)
            if arrived.kind == RST_STREAM:
                raise AssertionError(f"stream {stream} was reset with code {error_code(arrived)}")
            if arrived.kind == DATA:
                body += arrived.payload
            else:
                all_fields |= dict(self.decoder.decode(arrived.payload))
            if arrived.flags & END_STREAM:
                return all_fields, body

    def ping(self):
        """A round trip: all that was sent before has been dealt with. Fails on a reset stream."""
        self.send(frame(PING, payload=b"pingpong"))
        arrived = self.until(PING, RST_STREAM)
        assert arrived.kind == PING and arrived.flags & ACK, f"reset with code {error_code(arrived)}"

    def ending(self):
        """Reads until the server closes; the code of its GOAWAY, or None."""
        code = None
        try:
            while True:
                arrived = self.next()
                if arrived.kind == GOAWAY:
                    code = error_code(arrived)
        except Closed:
            return code

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def error_code(arrived):
    """Of a RST_STREAM or GOAWAY."""
    return int.from_bytes(arrived.payload[4:8] if arrived.kind == GOAWAY else arrived.payload, "big")
