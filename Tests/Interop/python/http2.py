"""The frames of HTTP/2 (RFC 9113, section 4.1) in the pieces in which a connection was read or written."""

from typing import NamedTuple

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM = ACK = 0x1
END_HEADERS = 0x4
PADDED = 0x8
WITH_PRIORITY = 0x20
(NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR,
 REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM) = range(12)
HEADER_LENGTH = 9
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Frame(NamedTuple):
    place: int
    kind: int
    stream: int
    payload: bytes
    flags: int


def frames(pieces):
    """The frames of one direction. A piece has a place, and a frame that of the piece with its first byte."""
    rest, begin = b"", 0
    for place, data in pieces:
        if not rest:
            begin = place
        rest = (rest + data).removeprefix(PREFACE)
        while len(rest) >= HEADER_LENGTH:
            end = HEADER_LENGTH + int.from_bytes(rest[:3], "big")
            if len(rest) < end:
                break
            yield Frame(begin, rest[3], int.from_bytes(rest[5:9], "big"), rest[HEADER_LENGTH:end], rest[4])
            rest, begin = rest[end:], place


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def settings(*pairs):
    return frame(SETTINGS, payload=b"".join(key.to_bytes(2, "big") + value.to_bytes(4, "big") for key, value in pairs))


def window_update(stream, increment):
    return frame(WINDOW_UPDATE, stream=stream, payload=increment.to_bytes(4, "big"))


def reset(stream, code=CANCEL):
    return frame(RST_STREAM, stream=stream, payload=code.to_bytes(4, "big"))
