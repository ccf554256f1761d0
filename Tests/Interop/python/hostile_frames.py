"""HTTP/2 that breaks its rules: the cases of h2spec, each with what RFC 9113 and RFC 7541 ask of a server."""

from checks import check, equal
from http2 import *
from raw import Closed, Connection, data, error_code, field, fields, headers, integer, request

CALL = request(1)
MAX_WINDOW = 2**31 - 1


def goaway(*codes):
    """The connection ends, with GOAWAY and one of the codes."""
    def expect(connection):
        code = connection.ending()
        assert code in codes, f"the connection ended with {code}, expected {codes}"
    return expect


def closed(connection):
    """The connection ends; GOAWAY is optional."""
    connection.ending()


def reset_with(*codes, stream=1):
    """The stream is reset and the connection lives; or it is an error of the connection, as section 5.4.2 allows."""
    def expect(connection):
        try:
            while (arrived := connection.next()).kind not in (RST_STREAM, GOAWAY):
                connection.skip(arrived)
        except Closed:
            raise AssertionError("closed without a reason")
        assert error_code(arrived) in codes, f"{arrived}, expected {codes}"
        if arrived.kind == RST_STREAM:
            equal(arrived.stream, stream)
            connection.ping()
    return expect


def answered(connection):
    """The call succeeds, and the connection lives."""
    answer, _ = connection.answer()
    equal((answer[":status"], answer["grpc-status"]), ("200", "0"))
    connection.ping()


def ignored(connection):
    """Nothing comes of it."""
    connection.ping()


def either(first, code):
    """What a rule allows (MAY): the first, or an error of the connection with the code."""
    def expect(connection):
        try:
            first(connection)
        except Closed as ending:
            equal(str(ending), f"GOAWAY with code {code}")
    return expect


def case(title, expect, *steps, settings=(), preface=PREFACE):
    """A check that sends the steps, bytes or what else to do with the connection, and then expects an outcome."""
    def run(server, *_):
        with Connection(server, *settings, preface=preface) as connection:
            for step in steps:
                connection.send(step) if isinstance(step, bytes) else step(connection)
            expect(connection)
    run.__doc__ = f"HTTP/2: {title}"
    check(run)


def answer(connection):
    connection.answer()


def ping(connection):
    connection.ping()


ENDING = END_HEADERS | END_STREAM
OPEN = headers(1)
HALF_CLOSED = OPEN + data(1)
FIRST_HALF, SECOND_HALF = headers(1, fields()[:20], 0), fields()[20:]
PRIORITY_FRAME = frame(PRIORITY, stream=1, payload=bytes(4) + b"\x10")

# RFC 9113

case("3.4 a preface and a call", answered, CALL)
case("3.4 another preface ends the connection", closed, preface=b"INVALID CONNECTION PREFACE\r\n\r\n")
case("3.4 a preface without SETTINGS", goaway(PROTOCOL_ERROR), CALL, preface=PREFACE + frame(PING, payload=bytes(8)))
case("4.1 a frame of an unknown kind is ignored", answered, frame(0x16, payload=bytes(8)), CALL)
case("4.1 unknown flags are ignored", ignored, frame(PING, 0x16 & ~ACK, payload=bytes(8)))
case("4.1 the reserved bit is ignored", ignored, frame(PING, stream=1 << 31, payload=bytes(8)))
case("4.2 DATA of 16,384 bytes is taken", answered,
     headers(1) + data(1, b"\0" + (16379).to_bytes(4, "big") + b"\x7a\xf8\x7f" + bytes(16376)))
case("4.2 DATA over the largest frame size", goaway(FRAME_SIZE_ERROR), OPEN + data(1, bytes(16385)))
case("4.2 HEADERS over the largest frame size", goaway(FRAME_SIZE_ERROR), headers(1, fields({"x": "x" * 16384})))
case("4.3 a header block that can't be decoded", goaway(COMPRESSION_ERROR), headers(1, b"\x40"))
case("4.3 PRIORITY between HEADERS and CONTINUATION", goaway(PROTOCOL_ERROR), FIRST_HALF + PRIORITY_FRAME)
case("4.3 HEADERS of another stream before CONTINUATION", goaway(PROTOCOL_ERROR), FIRST_HALF + headers(3))
case("5.1 idle: DATA", goaway(PROTOCOL_ERROR), data(1))
case("5.1 idle: RST_STREAM", goaway(PROTOCOL_ERROR), reset(1))
case("5.1 idle: WINDOW_UPDATE", goaway(PROTOCOL_ERROR), window_update(1, 100))
case("5.1 idle: CONTINUATION", goaway(PROTOCOL_ERROR), frame(CONTINUATION, END_HEADERS, 1, fields()))
case("5.1 idle: PRIORITY is allowed", answered, frame(PRIORITY, stream=9, payload=bytes(4) + b"\xff") + CALL)
case("5.1 half closed: DATA", reset_with(STREAM_CLOSED), HALF_CLOSED + data(1))
case("5.1 half closed: HEADERS", reset_with(STREAM_CLOSED), HALF_CLOSED + headers(1))
case("5.1 half closed: CONTINUATION", goaway(PROTOCOL_ERROR), HALF_CLOSED + frame(CONTINUATION, END_HEADERS, 1, fields()))
case("5.1 half closed: WINDOW_UPDATE and PRIORITY are allowed", answered, HALF_CLOSED + window_update(1, 9) + PRIORITY_FRAME)
for state, steps in [("closed by its end", [CALL, answer]), ("closed by a reset", [OPEN + reset(1), ping])]:
    case(f"5.1 {state}: DATA", either(ignored, STREAM_CLOSED), *steps, data(1))
    case(f"5.1 {state}: HEADERS", either(ignored, STREAM_CLOSED), *steps, headers(1))
    case(f"5.1 {state}: CONTINUATION", goaway(STREAM_CLOSED, PROTOCOL_ERROR), *steps,
         frame(CONTINUATION, END_HEADERS, 1, fields()))
    case(f"5.1 {state}: WINDOW_UPDATE, RST_STREAM and PRIORITY are ignored", either(ignored, STREAM_CLOSED), *steps,
         window_update(1, 9) + reset(1) + PRIORITY_FRAME)
case("5.1.1 a stream with an even number", goaway(PROTOCOL_ERROR), headers(2))
# The RFC asks for GOAWAY, but nghttp2 does not know such a stream from one that the server has reset a moment ago.
case("5.1.1 a stream below one that was opened is ignored", ignored, headers(5), headers(3))
case("5.3.1 HEADERS that depend on their own stream", reset_with(PROTOCOL_ERROR),
     headers(1, b"\0\0\0\1\xff" + fields(), END_HEADERS | WITH_PRIORITY))
case("5.3.1 PRIORITY that depends on its own stream", reset_with(PROTOCOL_ERROR),
     OPEN + frame(PRIORITY, stream=1, payload=b"\0\0\0\1\xff"))
case("5.4.1 GOAWAY, and then the end", goaway(FRAME_SIZE_ERROR), frame(PING, payload=bytes(3)))
case("5.4.1 nothing is answered after GOAWAY", goaway(FRAME_SIZE_ERROR), frame(PING, payload=bytes(3)) + CALL)
case("5.5 an unknown frame on a stream is ignored", answered, OPEN + frame(0x16, stream=1, payload=bytes(8)) + data(1))
case("5.5 an unknown frame inside of a header block", goaway(PROTOCOL_ERROR), FIRST_HALF + frame(0x16, payload=bytes(8)))
case("6.1 padded DATA", answered, OPEN + data(1, b"\x06" + bytes(5) + bytes(6), END_STREAM | PADDED))
case("6.1 DATA on stream 0", goaway(PROTOCOL_ERROR), data(0))
case("6.1 DATA with more padding than there is", goaway(PROTOCOL_ERROR),
     OPEN + data(1, b"\x06" + bytes(5), END_STREAM | PADDED))
case("6.2 padded HEADERS with a priority", answered,
     headers(1, b"\x02" + bytes(4) + b"\xff" + fields() + bytes(2), END_HEADERS | PADDED | WITH_PRIORITY) + data(1))
case("6.2 HEADERS on stream 0", goaway(PROTOCOL_ERROR), headers(0))
case("6.2 HEADERS with more padding than there is", goaway(PROTOCOL_ERROR),
     headers(1, b"\xff" + fields(), END_HEADERS | PADDED))
case("6.2 HEADERS too short for their priority", goaway(PROTOCOL_ERROR, FRAME_SIZE_ERROR),
     headers(1, bytes(2), END_HEADERS | WITH_PRIORITY))
case("6.3 PRIORITY on stream 0", goaway(PROTOCOL_ERROR), frame(PRIORITY, payload=bytes(4) + b"\xff"))
case("6.3 PRIORITY of 4 bytes", reset_with(FRAME_SIZE_ERROR), OPEN + frame(PRIORITY, stream=1, payload=bytes(4)))
case("6.4 RST_STREAM on stream 0", goaway(PROTOCOL_ERROR), reset(0))
case("6.4 RST_STREAM of 3 bytes", goaway(FRAME_SIZE_ERROR), OPEN + frame(RST_STREAM, stream=1, payload=bytes(3)))
case("6.5 an acknowledgement of SETTINGS with settings in it", goaway(FRAME_SIZE_ERROR),
     frame(SETTINGS, ACK, payload=bytes(6)))
case("6.5 SETTINGS on a stream", goaway(PROTOCOL_ERROR), frame(SETTINGS, stream=1))
case("6.5 SETTINGS of 3 bytes", goaway(FRAME_SIZE_ERROR), frame(SETTINGS, payload=bytes(3)))
case("6.5.2 ENABLE_PUSH of 2", goaway(PROTOCOL_ERROR), settings((2, 2)))
case("6.5.2 INITIAL_WINDOW_SIZE over 2^31-1", goaway(FLOW_CONTROL_ERROR), settings((4, 2**31)))
case("6.5.2 MAX_FRAME_SIZE under 16,384", goaway(PROTOCOL_ERROR), settings((5, 16383)))
case("6.5.2 MAX_FRAME_SIZE over 2^24-1", goaway(PROTOCOL_ERROR), settings((5, 2**24)))
case("6.5.2 an unknown setting is ignored", answered, settings((0xFF, 1)) + CALL)
case("6.5.3 of several values the last one counts", answered, settings((4, 2), (4, 65535)) + CALL)
case("6.5.3 SETTINGS are acknowledged",
     lambda connection: equal(any(f.kind == SETTINGS and f.flags & ACK for f in connection.arriving), True), settings())
case("6.6 PUSH_PROMISE from a client", goaway(PROTOCOL_ERROR),
     OPEN + frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\2" + fields()))
case("6.7 PING is answered with its payload",
     lambda connection: equal(connection.until(PING)[3:], (b"12345678", ACK)), frame(PING, payload=b"12345678"))
case("6.7 an answer without a PING is ignored", ignored, frame(PING, ACK, payload=b"unasked!"))
case("6.7 PING on a stream", goaway(PROTOCOL_ERROR), frame(PING, stream=1, payload=bytes(8)))
case("6.7 PING of 6 bytes", goaway(FRAME_SIZE_ERROR), frame(PING, payload=bytes(6)))
case("6.8 GOAWAY on a stream", goaway(PROTOCOL_ERROR), frame(GOAWAY, stream=1, payload=bytes(8)))
case("6.8 GOAWAY of 7 bytes", goaway(FRAME_SIZE_ERROR), frame(GOAWAY, payload=bytes(7)))
case("6.9 WINDOW_UPDATE by 0 on the connection", goaway(PROTOCOL_ERROR), window_update(0, 0))
case("6.9 WINDOW_UPDATE by 0 on a stream", reset_with(PROTOCOL_ERROR), OPEN + window_update(1, 0))
case("6.9 WINDOW_UPDATE of 3 bytes", goaway(FRAME_SIZE_ERROR), frame(WINDOW_UPDATE, payload=bytes(3)))
case("6.9.1 no more DATA than the window",
     lambda connection: equal(len(connection.until(DATA).payload), 1), CALL, settings=[(4, 1)])
case("6.9.1 the connection's window over 2^31-1", goaway(FLOW_CONTROL_ERROR), window_update(0, MAX_WINDOW) * 2)
case("6.9.1 a stream's window over 2^31-1", reset_with(FLOW_CONTROL_ERROR), OPEN + window_update(1, MAX_WINDOW) * 2)
case("6.9.2 a window opened by SETTINGS",
     lambda connection: equal(len(connection.until(DATA).payload), 1),
     CALL, ping, settings((4, 1)), settings=[(4, 0)])
# The RFC asks for the end of the connection; nghttp2 ends the stream alone.
case("6.9.2 SETTINGS that take a stream's window over 2^31-1", reset_with(FLOW_CONTROL_ERROR),
     OPEN + window_update(1, MAX_WINDOW - 65535) + settings((4, 65536)))
case("6.10 a header block in several frames", answered,
     FIRST_HALF + frame(CONTINUATION, 0, 1, SECOND_HALF[:9]) + frame(CONTINUATION, END_HEADERS, 1, SECOND_HALF[9:]) + data(1))
case("6.10 DATA before the CONTINUATION", goaway(PROTOCOL_ERROR), FIRST_HALF + data(1))
case("6.10 CONTINUATION on stream 0", goaway(PROTOCOL_ERROR), FIRST_HALF + frame(CONTINUATION, END_HEADERS, 0, SECOND_HALF))
case("6.10 CONTINUATION of another stream", goaway(PROTOCOL_ERROR),
     FIRST_HALF + frame(CONTINUATION, END_HEADERS, 3, SECOND_HALF))
case("6.10 CONTINUATION after the end of the headers", goaway(PROTOCOL_ERROR),
     OPEN + frame(CONTINUATION, END_HEADERS, 1, fields()))
case("6.10 CONTINUATION after DATA", goaway(PROTOCOL_ERROR),
     OPEN + data(1, flags=0) + frame(CONTINUATION, END_HEADERS, 1, fields()))
case("7 GOAWAY with an unknown code: what is under way is answered", answer,
     OPEN + frame(GOAWAY, payload=bytes(7) + b"\xff") + data(1))
case("7 RST_STREAM with an unknown code", ignored, OPEN + reset(1, 0xFF))
case("8.1 a second HEADERS without the end of the stream", reset_with(PROTOCOL_ERROR), OPEN + headers(1, field("x", "y")))
case("8.1 trailers", answered, OPEN + data(1, flags=0) + headers(1, field("x", "y"), ENDING))
for title, changes in [
    ("8.2.1 a name in upper case", {"X-Test": "1"}),
    ("8.2.1 a name with a space", {"x test": "1"}),
    ("8.2.1 a value with a line break", {"x": "1\r\ny: 2"}),
    ("8.2.2 a field of the connection", {"connection": "keep-alive"}),
    ("8.2.2 TE other than trailers", {"te": "trailers, deflate"}),
    ("8.2.2 transfer-encoding", {"transfer-encoding": "chunked"}),
    ("8.3 an unknown pseudo-field", {":test": "1"}),
    ("8.3 a pseudo-field of responses", {":status": "200"}),
    ("8.3.1 an empty :path", {":path": ""}),
    ("8.3.1 no :path", {":path": None}),
    ("8.3.1 no :method", {":method": None}),
    ("8.3.1 no :scheme", {":scheme": None}),
]:
    case(title, reset_with(PROTOCOL_ERROR), headers(1, fields(changes), ENDING))
case("8.3 pseudo-fields after another field", reset_with(PROTOCOL_ERROR), headers(1, field("x", "y") + fields()))
for name, value in [(":method", "POST"), (":scheme", "http"), (":path", "/a/b")]:
    case(f"8.3.1 {name} twice", reset_with(PROTOCOL_ERROR), headers(1, field(name, value) + fields()))
case("8.3 a pseudo-field in trailers", reset_with(PROTOCOL_ERROR),
     OPEN + headers(1, field(":method", "POST"), ENDING))
case("8.1.1 a content-length that isn't the DATA's", reset_with(PROTOCOL_ERROR),
     headers(1, fields({"content-length": "1"})) + data(1))
case("8.1.1 a content-length that isn't the sum of the DATA", reset_with(PROTOCOL_ERROR),
     headers(1, fields({"content-length": "9"})) + data(1, bytes(2), 0) + data(1, bytes(3)))
case("8.1.1 a content-length that is no number", reset_with(PROTOCOL_ERROR),
     headers(1, fields({"content-length": "-5"})) + data(1))

# RFC 7541

case("HPACK 2.3.3 an index past the tables", goaway(COMPRESSION_ERROR), headers(1, fields() + integer(70, 7, 0x80)))
case("HPACK 2.3.3 a name's index past the tables", goaway(COMPRESSION_ERROR),
     headers(1, fields() + integer(70, 6, 0x40) + b"\1x"))
case("HPACK 4.2 a new table size at the end of a block", goaway(COMPRESSION_ERROR),
     headers(1, fields() + integer(0, 5, 0x20)))
case("HPACK 4.2 a new table size at the start of a block", answered, headers(1, integer(0, 5, 0x20) + fields()) + data(1))
case("HPACK 5.1 an integer without an end", goaway(COMPRESSION_ERROR), headers(1, fields() + b"\xff" + b"\xff" * 20))
case("HPACK 5.2 a string longer than its block", goaway(COMPRESSION_ERROR), headers(1, fields() + b"\0\x7f\x7fshort"))
for title, text in [("padding of 8 bits", b"\xff"), ("padding of zeros", b"\x18"), ("the end of string", b"\xff\xff\xff\xfc")]:
    case(f"HPACK 5.2 Huffman: {title}", goaway(COMPRESSION_ERROR),
         headers(1, fields() + b"\0\1x" + integer(len(text), 7, 0x80) + text))
case("HPACK 6.1 index 0", goaway(COMPRESSION_ERROR), headers(1, fields() + b"\x80"))
case("HPACK 6.2 fields that the table keeps, does not keep, never keeps", answered,
     headers(1, fields() + field("a", "1", 0x40) + field("b", "2") + field("c", "3", 0x10) + b"\xbe") + data(1))
case("HPACK 6.3 a table size over the limit", goaway(COMPRESSION_ERROR), headers(1, integer(4097, 5, 0x20) + fields()))
LARGE = field("x", "x" * 3967, 0x40)
case("HPACK 7.3 a block that stands for megabytes", goaway(ENHANCE_YOUR_CALM), headers(1, fields() + LARGE + b"\xbe" * 12000))


@check
def large_table(server, *_):
    """HTTP/2: HPACK 7.3 a block that stands for less than four times the limit ends its call alone"""
    with Connection(server) as connection:
        connection.send(headers(1, fields() + LARGE + b"\xbe" * 25), data(1))
        equal(connection.answer()[0]["grpc-status"], "8")
        connection.send(request(3))
        equal(connection.answer(3)[0]["grpc-status"], "0")
