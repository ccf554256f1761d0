"""The limits of the machine, and Aether's server beside them."""

from comparison.markdown import table

HEADER = ["", "per second", "p50 µs", "p99 µs", "CPU µs"]
CORES = {1: "both ends on one core", 2: "the ends on two cores"}
EXPLANATION = (
    "SQLite: a table like Aether's journal, 150 bytes a row, 100,000 workflows in turn, WAL, `synchronous = FULL`, "
    "checkpoints included; CPU a row. Round trips: over loopback TCP; those at once are one write, and p50 is that of "
    "the write; CPU a message, of both ends together.")


def section(results, limits):
    if limits is None:
        return None
    parts = [
        "### Beside the machine's limits", server_beside(results, limits), table(HEADER, map(row, limits.values())),
        EXPLANATION]
    return "\n\n".join(part for part in parts if part)


def row(figures):
    match figures["limit"]:
        case "sqlite_append":
            rates = f"{figures['rows_per_second']:,.0f} rows, {figures['commits_per_second']:,.0f} commits"
            return [
                f"SQLite append, {figures['batch']:,.0f} a commit", rates, "", "", f"{figures['cpu_us_per_row']:.2f}"]
        case "fdatasync":
            return [
                f"`fdatasync`, {figures['mode']} of 4 KiB", f"{figures['per_second']:,.0f}",
                f"{figures['p50_us']:.0f}", f"{figures['p99_us']:.0f}", ""]
        case "loopback":
            return [
                f"round trip of 64 bytes, {figures['depth']:.0f} at once, {CORES[figures['cores']]}",
                f"{figures['per_second']:,.0f}", f"{figures['p50_us']:.1f}", "", f"{figures['cpu_us_per_message']:.2f}"]


def server_beside(results, limits):
    """The server's CPU a step, beside what a step would take at least."""
    if "steps" not in results:
        return None
    document = results["steps"]["Aether"]
    steps_a_commit = document["workflows"] * document["steps"] / document["commits"]
    hundred, thousand = limits["sqlite_append 100"], limits["sqlite_append 1000"]
    alone, together = limits["loopback 1 1"], limits["loopback 1 256"]
    return (
        f"CPU of Aether's server for a step of `steps`, everything included: "
        f"{document['cpu_us_per_step']['server']:.1f} µs, at {steps_a_commit:,.0f} steps a commit. A raw append takes "
        f"{hundred['cpu_us_per_row']:.2f} µs a row at 100 a commit, {thousand['cpu_us_per_row']:.2f} µs at 1,000. "
        f"A bare round trip takes {alone['cpu_us_per_message']:.2f} µs alone, "
        f"{together['cpu_us_per_message']:.2f} µs with 256 at once, both ends on one core.")
