"""The place in a file for what was measured: between two marks."""

from pathlib import Path

from comparison.failure import Failure

BEGIN, END = "<!-- compare.py: begin -->", "<!-- compare.py: end -->"


def around(path):
    """What is before and what is after the place, without the marks."""
    try:
        content = Path(path).read_text()
    except OSError as error:
        raise Failure(f"can't read {path}: {error.strerror}") from None
    before, begin, rest = content.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Failure(f"{path} has no place for the tables: add the lines {BEGIN} and {END}")
    return before, after


def write(path, text):
    before, after = around(path)
    try:
        Path(path).write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
    except OSError as error:
        raise Failure(f"can't write {path}: {error.strerror}") from None
