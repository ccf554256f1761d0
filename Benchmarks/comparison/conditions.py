"""Where and with what something was measured."""

import datetime
import os
import platform
from pathlib import Path

from comparison.failure import Failure
from comparison.programs import run


def processor():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()


def file_system(directory):
    try:
        return run(["df", "--output=fstype", "."], directory).split()[-1]
    except Failure:
        return "an unknown file system"


def machine(directory):
    return (
        f"{os.cpu_count()} × {processor()}, {platform.system()} {platform.release()}, {file_system(directory)}, "
        f"{datetime.date.today().isoformat()}")


def versions(aether, results, limits):
    """What was measured, as far as it was."""
    known = [f"Aether {aether}"]
    documents = [document for workload in results.values() for document in workload.values()]
    dbos = next((document for document in documents if "dbos" in document), None)
    if dbos:
        known.append(f"DBOS Transact {dbos['dbos']} on Python {dbos['python']} with SQLite {dbos['sqlite']}")
    if limits:
        known.append(f"limits with SQLite {limits['sqlite_append 1']['sqlite']}")
    return ", ".join(known)
