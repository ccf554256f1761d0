"""Aether beside its goals."""

import shlex

from comparison.markdown import table
from comparison.workloads import WORKLOADS

HEADER = [
    "`aether bench …`", "measured", "goal", "at least", "reached", "CPU µs a step: server / worker / client",
    "bytes written a step"]


def section(results, share):
    rows = [
        row(workload, results[workload.name]["Aether"], share)
        for workload in WORKLOADS.values() if workload.figures and workload.name in results]
    return "### Aether beside its goals\n\n" + table(HEADER, rows) if rows else None


def row(workload, document, share):
    figures = workload.figures
    return [
        f"`{shlex.join(workload.command(share))}`",
        ", ".join(figure.form.format(figure.value(document)) for figure in figures),
        ", ".join(figure.form.format(figure.goal) for figure in figures),
        ", ".join(figure.form.format(figure.least) for figure in figures if figure.least is not None),
        reached(workload, document),
        *costs(document),
    ]


def reached(workload, document):
    if all(figure.reaches(document, figure.goal) for figure in workload.figures):
        return "the goal"
    if all(figure.reaches(document, figure.least) for figure in workload.figures):
        return "the least"
    return "no"


def costs(document):
    """Of a step; empty for a workload that has none."""
    cpu = document["cpu_us_per_step"]
    if None in cpu.values():
        return ["", ""]
    return [f"{cpu['server']:.1f} / {cpu['worker']:.1f} / {cpu['client']:.1f}", f"{document['bytes_per_step']:,.0f}"]
