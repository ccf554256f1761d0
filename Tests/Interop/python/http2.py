"""The frames of HTTP/2 (RFC 9113, section 4.1) in the pieces in which a connection was read or written."""

from typing import NamedTuple

DATA = 0
HEADER_LENGTH = 9
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Frame(NamedTuple):
    place: int
    kind: int
    stream: int
    payload: bytes


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
            yield Frame(begin, rest[3], int.from_bytes(rest[5:9], "big"), rest[HEADER_LENGTH:end])
            rest, begin = rest[end:], place
