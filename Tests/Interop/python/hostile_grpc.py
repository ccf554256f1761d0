"""Calls that no gRPC client makes, and messages that are no messages: each gets its status, and the connection goes on."""

import time

from checks import check
from raw import Connection, data, field, fields, long_headers, request

OK, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL = 0, 3, 4, 5, 8, 12, 13
SERVICES = "/aether.v1."
START = SERVICES + "ClientService/StartWorkflow"
STATUS = SERVICES + "ClientService/GetWorkflowStatus"
AWAIT = SERVICES + "ClientService/AwaitResult"
METRICS = SERVICES + "AdminService/GetMetrics"
REGISTER = SERVICES + "WorkerService/Register"
ADVANCE = SERVICES + "WorkerService/Advance"


def case(title, codes, path=METRICS, changes=None, payload=bytes(5), http="200", block=None):
    """A check that a call is answered with one of the statuses, and that a proper one on the same connection succeeds."""
    codes = {codes} if isinstance(codes, int) else set(codes)

    def run(server, *_):
        with Connection(server) as connection:
            connection.send(long_headers(1, fields(changes, path=path) if block is None else block))
            connection.upload(1, payload) if payload else connection.send(data(1, b""))
            answer, _ = connection.answer()
            assert answer[":status"] == http, answer
            assert int(answer["grpc-status"]) in codes, answer
            assert answer["grpc-status"] == "0" or len(answer["grpc-message"]) > 10, answer
            connection.send(request(3))
            assert connection.answer(3)[0]["grpc-status"] == "0"
    run.__doc__ = f"gRPC: {title}"
    check(run)


def message(content, flag=0, length=None):
    return bytes([flag]) + (len(content) if length is None else length).to_bytes(4, "big") + content


# The prefix

case("a length of 4 GiB", RESOURCE_EXHAUSTED, payload=message(b"x", length=0xFFFFFFFF))
case("a length over the limit of 16 MiB", RESOURCE_EXHAUSTED, payload=message(b"x", length=(16 << 20) + 1))
case("a length that promises more than comes", INTERNAL, payload=message(b"x", length=100))
case("a length shorter than what comes", {INTERNAL, UNIMPLEMENTED}, payload=message(b"", length=0) + b"rest")
case("half a prefix", INTERNAL, payload=bytes(3))
case("no message", {INTERNAL, UNIMPLEMENTED}, payload=b"")
case("two messages in a call that takes one", {INTERNAL, UNIMPLEMENTED}, payload=message(b"") * 2)
case("10,000 messages in a call that takes one", {INTERNAL, UNIMPLEMENTED}, payload=message(b"") * 10000)
case("compressed, and no encoding", {INTERNAL, UNIMPLEMENTED}, payload=message(b"x", flag=1))
case("compressed, and the encoding identity", {INTERNAL, UNIMPLEMENTED}, changes={"grpc-encoding": "identity"},
     payload=message(b"x", flag=1))
case("an unknown flag", {INTERNAL, UNIMPLEMENTED}, payload=message(b"", flag=0xFE))
case("an unknown encoding", UNIMPLEMENTED, changes={"grpc-encoding": "br"})
for kind in ("ClientService/WatchResults", "WorkerService/PollTasks", "AdminService/ListWorkflows"):
    case(f"half a message to {kind}", {INTERNAL, OK}, path=SERVICES + kind, payload=message(b"", length=9))

# The message

GARBAGE = [
    ("a number without an end", b"\x08" + b"\xff" * 11),
    ("a field cut off", b"\x0a\x7fabc"),
    ("a length of 2^63", b"\x0a" + b"\xff" * 8 + b"\x7f"),
    ("field 0", b"\x02\x01x"),
    ("wire type 7", b"\x0f"),
    ("the end of a group that did not begin", b"\x0c"),
    ("a group without its end", b"\x0b"),
    ("10,000 groups inside of each other", b"\x0b" * 10000 + b"\x0c" * 10000),
]
for title, content in GARBAGE:
    for path in (START, REGISTER, ADVANCE):
        case(f"protobuf, {path.rsplit('/')[-1]}: {title}", INVALID_ARGUMENT, path=path, payload=message(content))
case("protobuf: text that is no UTF-8", INVALID_ARGUMENT, path=START, payload=message(b"\x0a\2\xff\xfe"))
case("protobuf: a number in place of a text counts as unknown", INVALID_ARGUMENT, path=START, payload=message(b"\x08\1"))
case("protobuf: a million unknown fields", INVALID_ARGUMENT, path=START, payload=message(b"\xf8\7\1" * 1000000))
case("protobuf: a text of 1 MiB for a name", INVALID_ARGUMENT, path=START,
     payload=message(b"\x0a\x80\x80\x40" + b"x" * (1 << 20)))
case("an id of 1 MiB", {INVALID_ARGUMENT, NOT_FOUND}, path=STATUS, payload=message(b"\x0a\x80\x80\x40" + b"x" * (1 << 20)))
case("an id with a zero byte", {INVALID_ARGUMENT, NOT_FOUND}, path=STATUS, payload=message(b"\x0a\2a\0"))
case("a timeout of -1 seconds", INVALID_ARGUMENT, path=AWAIT, payload=message(b"\x0a\1x\x10" + b"\xff" * 9 + b"\1"))
case("a value over the limit of 2 MiB", {INVALID_ARGUMENT, RESOURCE_EXHAUSTED}, path=START,
     payload=message(b"\x0a\1x\x12\x81\x80\x80\1" + b"1" * ((2 << 20) + 1)))

# The headers

case("metadata over the limit of 32 KiB", RESOURCE_EXHAUSTED, changes={f"x-{at}": "x" * 8000 for at in range(3)}
     | {f"y-{at}": "" for at in range(300)})
for timeout in ("banana", "999999999S", "-1S", "1", "1x", "S", "1.5S", ""):
    case(f"grpc-timeout {timeout!r} counts as none", OK, changes={"grpc-timeout": timeout})
case("grpc-timeout of 11,000 years", OK, changes={"grpc-timeout": "99999999H"})
case("GET", INTERNAL, changes={":method": "GET"}, http="405")
for kind in ("text/html", "application/grpcx", "application/json", "", None):
    case(f"content-type {kind!r}", INVALID_ARGUMENT, changes={"content-type": kind}, http="415")
for path in ("/aether.v1.ClientService/Nothing", "/nobody/Nothing", "/", "/a", "//", "/a/", "//a", "/" + "x/" * 5000 + "y"):
    case(f"path {path[:40]!r}", UNIMPLEMENTED, path=path)
case("no TE", OK, changes={"te": None})
case("metadata that is no base64", OK, changes={"x-bin": "!!!,===,\xc3"})
case("metadata that is no UTF-8", OK, block=fields() + field("x", b"\xff\xfe"))
case("a status in the request", OK, changes={"grpc-status": "13", "grpc-message": "%"})


@check
def one_byte_at_a_time(server, *_):
    """gRPC: a call whose bytes come one by one is answered."""
    with Connection(server) as connection:
        for byte in request(1):
            connection.send(bytes([byte]))
            time.sleep(0.001)
        assert connection.answer()[0]["grpc-status"] == "0"
