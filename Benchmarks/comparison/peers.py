"""Aether beside DBOS."""

import shlex

from comparison.markdown import table
from comparison.workloads import WORKLOADS

# What the tables call it: the backend of dbos_workload.py.
BACKENDS = {"DBOS as shipped": "sqlite", "DBOS with WAL": "sqlite-wal"}
GOAL_RATIO = 70
EXPLANATION = (
    "A ratio says how many times Aether is faster or takes less. As shipped, DBOS has SQLite keep a rollback journal. "
    "Every commit is synced in all three. Aether is a server, a worker and a client, each a process, and its memory is "
    "that of the first two; DBOS is one process.")


def section(results, share):
    workloads = compared(results)
    if not workloads:
        return None
    parts = [
        "### Beside DBOS Transact, on SQLite", matches(workloads, results), EXPLANATION, ratio_of_steps(results),
        ends_of_sleepers(results), commands(workloads, share)]
    return "\n\n".join(part for part in parts if part)


def compared(results):
    return [workload for workload in WORKLOADS.values() if documents_of_dbos(results, workload.name)]


def documents_of_dbos(results, workload):
    """As shipped and with WAL, or none if DBOS did not run."""
    documents = results.get(workload, {})
    return [documents[title] for title in BACKENDS if title in documents]


def matches(workloads, results):
    header = ["", "Aether"]
    for title in BACKENDS:
        header += [title, "ratio"]
    return table(header, [
        row(match, results[workload.name]["Aether"], documents_of_dbos(results, workload.name))
        for workload in workloads for match in workload.peer.matches])


def row(match, ours, theirs):
    cells = [match.label, match.form.format(match.aether(ours))]
    for document in theirs:
        cells += [match.form.format(match.dbos(document)), f"{match.ratio(ours, document):,.1f}"]
    return cells


def ratio_of_steps(results):
    theirs = documents_of_dbos(results, "steps")
    if not theirs:
        return None
    match = WORKLOADS["steps"].peer.matches[0]
    shipped, log = [match.ratio(results["steps"]["Aether"], document) for document in theirs]
    return (
        f"The goal is at least {GOAL_RATIO} times DBOS on SQLite in steps/s. Measured: {shipped:,.0f} times DBOS as "
        f"shipped, {log:,.0f} times DBOS with WAL.")


def ends_of_sleepers(results):
    theirs = documents_of_dbos(results, "sleepers")
    if not theirs:
        return None
    shipped, log = theirs
    return (
        f"DBOS's sleepers sleep for {WORKLOADS['sleepers'].peer.sizes['nap']} s; the last had ended after "
        f"{shipped['seconds']:.1f} s as shipped, after {log['seconds']:.1f} s with WAL, and at most "
        f"{shipped['most_asleep']:,.0f} and {log['most_asleep']:,.0f} slept at the same time. Those of `aether bench` "
        "sleep for a day, all at the same time.")


def commands(workloads, share):
    return "\n".join(
        f"- Aether `{shlex.join(workload.command(share))}`, DBOS `{shlex.join(workload.peer.command(share))}`"
        for workload in workloads)
