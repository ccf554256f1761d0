"""Runs functions as checks and counts them."""

import sys
import traceback

import grpc

_checks = []


def check(function):
    """Marks a function as a check; its docstring says what holds."""
    _checks.append(function)
    return function


def run(*arguments):
    """Runs all checks with the arguments, prints "N passed, N failed", returns the exit code."""
    failed = 0
    for function in _checks:
        try:
            function(*arguments)
        except Exception:  # A check may fail in any way, and the others run all the same.
            failed += 1
            print(f"FAILED: {function.__doc__}", file=sys.stderr)
            traceback.print_exc()
    print(f"{sys.argv[0].rsplit('/', 1)[-1]}: {len(_checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


def equal(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def refused(code, call, *arguments, **keywords):
    """Expects the call to fail with one of the codes, and a message for a person; returns the message."""
    codes = code if isinstance(code, tuple) else (code,)
    try:
        answer = call(*arguments, **keywords)
        # The error of a stream shows when it is read.
        if hasattr(answer, "__next__"):
            answer = list(answer)
    except grpc.RpcError as error:
        assert error.code() in codes, f"{error.code()} ({error.details()}), expected {codes}"
        assert len(error.details() or "") > 10, f"the message {error.details()!r} helps nobody"
        return error.details()
    raise AssertionError(f"answered {answer!r}, expected {codes}")
