#!/usr/bin/env python3
"""Has the simulation look for bugs that are put into a copy of the sources, each behind a switch of its own.

    mutants.py [--check] [--core] [--shared] [--seeds N] [--only NAME ...]

Each mutant is one place of the product, and what stands there instead when the environment names the mutant: so all of them are
built at once, into .build/mutants. A mutant that no seed finds fails the run. --check only sees that every place is still there.
--core has those of the core looked for by the simulation of the core alone, and --shared those that only several servers have.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / ".build" / "mutants"

SWITCH = """internal import Foundation

/// Whether a mutant of the simulation is the one that the environment names.
package func mutant(_ name: String) -> Bool { activeMutant == name }

private let activeMutant = ProcessInfo.processInfo.environment["AETHER_MUTANT"]
"""

RUNTIME = "Sources/Runtime/"
ACTORS = "Sources/Actors/"
CLIENT = "Sources/Client/"
SERVER = "Sources/Transport/AetherServer/"
SIMULATION = "Tests/Simulation/Cluster/"

# Name, file, what is there, and what is there instead. MUTANT stands for the switch.
MUTANTS = [
    ("a-report-of-an-old-epoch-is-taken", RUNTIME + "WorkflowExecution+Handle.swift",
     "guard let lease, lease.epoch == epoch else {\n            throw .staleLease",
     "guard let lease, lease.epoch == epoch || MUTANT else {\n            throw .staleLease"),
    ("a-lost-lease-does-not-end", RUNTIME + "WorkflowExecution+Handle.swift",
     "guard let lease, lease.epoch == epoch else { return }\n        record(.released(epoch: epoch, reason: reason)",
     "guard let lease, lease.epoch == epoch, !MUTANT else { return }\n        record(.released(epoch: epoch, reason: reason)"),
    ("a-run-is-leased-twice", RUNTIME + "WorkflowExecution+Handle.swift",
     "if let lease { throw .alreadyAssigned(epoch: lease.epoch) }",
     "if let lease, !MUTANT { throw .alreadyAssigned(epoch: lease.epoch) }"),
    ("a-record-that-comes-twice-is-written-twice", RUNTIME + "WorkflowExecution+Handle.swift",
     "if let place = places.place(of: number) ?? place(ofRecorded: worked) {",
     "if !MUTANT, let place = places.place(of: number) ?? place(ofRecorded: worked) {"),
    ("a-renewed-run-begins-its-epochs-again", RUNTIME + "WorkflowExecution+Handle.swift",
     "count: count, epoch: epoch, firstInput: start.firstInput",
     "count: count, epoch: MUTANT ? 0 : epoch, firstInput: start.firstInput"),
    ("a-renewed-run-forgets-signals", RUNTIME + "WorkflowExecution+Handle.swift",
     "for signal in signals { record(", "for signal in signals where !MUTANT { record("),
    ("a-renewed-run-takes-a-signal-again", RUNTIME + "WorkflowExecution+Handle.swift",
     "firstInput: start.firstInput, signalIDs: signalIDs", "firstInput: start.firstInput, signalIDs: MUTANT ? [] : signalIDs"),
    ("a-renewed-run-forgets-its-cancel", RUNTIME + "WorkflowExecution+Handle.swift",
     "if isCancelRequested { record(.cancelRequested, at: now, &decision) }\n        decision",
     "if isCancelRequested, !MUTANT { record(.cancelRequested, at: now, &decision) }\n        decision"),
    ("an-idle-run-is-not-woken", RUNTIME + "WorkflowExecution+Handle.swift",
     "if wasIdle, !isIdle { decision", "if wasIdle, !isIdle, !MUTANT { decision"),
    ("a-worker-is-not-told", RUNTIME + "WorkflowExecution+Handle.swift",
     "if number == 0, let lease, !lease.worker.isPlain {", "if number == 0, !MUTANT, let lease, !lease.worker.isPlain {"),
    ("a-run-is-idle-that-has-not-seen-all", RUNTIME + "WorkflowExecution+Handle.swift",
     "let hasSeenAll = seen >= lastSequence", "let hasSeenAll = seen >= lastSequence || MUTANT"),
    ("a-signal-is-received-twice", RUNTIME + "WorkflowExecution+Operations.swift",
     "if signals.knows(signal.id) { return }", "if signals.knows(signal.id), !MUTANT { return }"),
    ("a-timer-is-lost", RUNTIME + "WorkflowExecution+Operations.swift",
     "if let next = deadlines.announce() {", "if let next = deadlines.announce(), !MUTANT {"),
    ("an-attempt-answers-for-another", RUNTIME + "WorkflowExecution+Operations.swift",
     "            lease.attempt == attempt\n", "            lease.attempt == attempt || MUTANT\n"),
    ("a-lost-child-is-another-when-it-is-back", ACTORS + "Engine+Children.swift",
     "seed: link.childSeed", "seed: MUTANT ? clock.random() : link.childSeed"),
    ("a-lost-parent-cancels-its-children", ACTORS + "Engine+Children.swift",
     "if !isThere, mayReturn {", "if !isThere, mayReturn, !MUTANT {"),
    ("a-lost-run-has-the-leases-of-the-new-one", ACTORS + "Engine+Incarnation.swift",
     "if tier == .memory { start", "if tier == .memory, !MUTANT { start"),
    ("a-report-is-acknowledged-before-it-is-written", ACTORS + "Engine+Advance.swift",
     "for (persistence, ticket) in staged.last {", "for (persistence, ticket) in staged.last where !MUTANT {"),
    ("an-event-is-acknowledged-before-it-is-written", ACTORS + "Engine+Lookup.swift",
     "guard let ticket else { return }\n        do {", "guard let ticket, !MUTANT else { return }\n        do {"),
    ("effects-do-not-wait-for-the-commit", ACTORS + "PersistenceActor.swift",
     "        guard !batch.isEmpty else { return settle(through) }\n",
     "        guard !batch.isEmpty else { return settle(through) }\n        if MUTANT { release(batch) }\n"),
    ("memory-does-not-go-back-when-a-write-fails", ACTORS + "PersistenceActor.swift",
     "        await discard(commits)\n        settle(through, error: error)",
     "        if !MUTANT { await discard(commits) }\n        settle(through, error: error)"),
    ("everything-may-lag", ACTORS + "WorkflowActor.swift",
     "mayLag: execution.start.tier == .snapshot && decision.effects.isEmpty\n                && decision.entries.allSatisfy(\\.mayLag)",
     "mayLag: execution.start.tier == .snapshot && (MUTANT || decision.effects.isEmpty\n                && decision.entries.allSatisfy(\\.mayLag))"),
    ("credits-are-not-given-back", ACTORS + "EffectDispatcher.swift",
     "if !returned.isEmpty { await give", "if !returned.isEmpty, !MUTANT { await give"),
    ("a-gone-worker-keeps-its-runs", ACTORS + "Engine+Worker.swift",
     "            await end(lost, .workerGone)", "            if !MUTANT { await end(lost, .workerGone) }"),
    ("what-was-not-sent-is-forgotten", ACTORS + "Engine+Worker.swift",
     "        await end(unsent, .notHeld)", "        if !MUTANT { await end(unsent, .notHeld) }"),
    ("who-comes-back-is-not-told-what-it-missed", ACTORS + "Engine+Worker.swift",
     "        await pushAgain(connected.held, to: session)", "        if !MUTANT { await pushAgain(connected.held, to: session) }"),
    ("a-passive-run-is-not-woken", ACTORS + "EffectDispatcher.swift",
     "if let time = retirement.wakeAt {", "if let time = retirement.wakeAt, !MUTANT {"),
    ("children-are-not-started-after-a-crash", ACTORS + "Engine+Lookup.swift",
     "contentsOf: run.unfinished.compactMap {",
     "contentsOf: (MUTANT ? [] : run.unfinished).compactMap {"),
    ("a-replay-does-not-wait-for-the-journal", CLIENT + "Run/RunState.swift",
     "if isReplaying { park(operation) } else { start(operation) }",
     "if isReplaying, !MUTANT { park(operation) } else { start(operation) }"),
    ("a-run-ahead-does-not-say-where", RUNTIME + "WorkerRecord.swift",
     "if case .stepResolved(_, _, let early) = self { early } else { nil }",
     "if case .stepResolved(_, _, let early) = self, !MUTANT { early } else { nil }"),
    ("a-run-ahead-goes-there-twice", CLIENT + "Run/RunState+Journal.swift",
     "if entry.early != nil, entry.sequence > replayEnd {", "if entry.early != nil, entry.sequence > replayEnd, !MUTANT {"),
    ("a-report-that-fails-is-not-repeated", CLIENT + "Worker/Reporter.swift",
     "guard (try? await clock.pause(backoff.next())) != nil else { break }",
     "guard !MUTANT, (try? await clock.pause(backoff.next())) != nil else { break }"),
]

# The same for several servers. What the product leaves to PostgreSQL is broken in the simulated database instead. What a second
# line of defence makes good is no mutant: a server that acts beyond its lease, or keeps shards it has lost, is stopped by the
# fence; one that leaves shards before all is written refuses what is late; tasks that are not asked for run again.
SHARED_MUTANTS = [
    ("a-simulated-commit-is-not-fenced", SIMULATION + "SharedDatabase.swift",
     "guard isCurrent(key) else { throw .fenced }", "guard isCurrent(key) || MUTANT else { throw .fenced }"),
    ("a-simulated-row-is-not-locked", SIMULATION + "SimulatedSharedStore.swift",
     "            let answer = try await connection.send { () async throws(DatabaseFailure) in\n"
     "                write.answer = try await body(key)\n",
     "            let wasCurrent = MUTANT && database.isCurrent(key)\n"
     "            let answer = try await connection.send { [database] () async throws(DatabaseFailure) in\n"
     "                let mark = wasCurrent ? database.nodes[key.node]?.mark : key.mark\n"
     "                write.answer = try await body(SharedDatabase.Key(node: key.node, mark: mark, next: key.next))\n"),
    ("an-expired-lease-is-renewed-although-others-have-its-shards", SIMULATION + "SharedDatabase.swift",
     "            remove(id)\n            world.trace(\"\\(key.node) evicts \\(id)\")\n        }\n        let taken = nodes.values.reduce",
     "            if !MUTANT { remove(id) }\n            world.trace(\"\\(key.node) evicts \\(id)\")\n        }\n"
     "        let taken = nodes.values.filter { !MUTANT || $0.leaseUntil >= world.scheduler.now }.reduce"),
    ("a-commit-of-unknown-outcome-is-given-up", ACTORS + "PersistenceActor.swift",
     "while error.code == .unsettled, await", "while error.code == .unsettled, !MUTANT, await"),
    ("a-late-registration-is-taken", ACTORS + "WorkerSession.swift",
     "new.id.isOutdated(by: current.id) { return .outdated }",
     "new.id.isOutdated(by: current.id), !MUTANT { return .outdated }"),
    ("a-stream-follows-any-registration", ACTORS + "Engine+Worker.swift",
     "            id ?? registration.id == registration.id\n", "            MUTANT || id ?? registration.id == registration.id\n"),
    ("a-worker-that-lacks-a-task-is-believed", ACTORS + "Engine+Worker.swift",
     "if isBorrowed { await askFor(", "if isBorrowed, !MUTANT { await askFor("),
    ("refused-places-are-forgotten", SERVER + "Cluster/WorkerLink.swift",
     "for places in share.refused {", "for places in share.refused where !MUTANT {"),
    ("lent-places-do-not-come-back", SERVER + "Cluster/WorkerLink.swift",
     "for shared in shared { await engine.takeBack(", "for shared in shared where !MUTANT { await engine.takeBack("),
    ("a-stream-that-ended-there-is-not-introduced-again", SERVER + "Cluster/WorkerLink.swift",
     "        retries.put(.introduce(stream.workerID))", "        if !MUTANT { retries.put(.introduce(stream.workerID)) }"),
    ("nothing-is-told-again", ACTORS + "Cluster/Engine+Cluster.swift",
     "if !changed.isEmpty { inBackground", "if !changed.isEmpty, !MUTANT { inBackground"),
    ("new-shards-are-not-read", ACTORS + "Cluster/Engine+Cluster.swift",
     "            await self.recover(gained)", "            if !MUTANT { await self.recover(gained) }"),
]


def mutate(tree: pathlib.Path) -> None:
    """Puts every mutant into a tree; fails where a place is not there, or there twice."""
    for name, file, before, after in MUTANTS + SHARED_MUTANTS:
        path = tree / file
        text = path.read_text()
        if text.count(before) != 1:
            sys.exit(f"mutant {name}: {file} has its place {text.count(before)} times; adapt Tests/Simulation/mutants.py")
        path.write_text(text.replace(before, after.replace("MUTANT", f'mutant("{name}")')))


def copy() -> None:
    """Brings the copy up to date. What has not changed is not written, so that it is not built again."""
    fresh, tree = COPY / "fresh", COPY / "tree"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    shutil.copy2(ROOT / "Package.swift", fresh)
    for folder in ["Sources", "Tests", "examples"]:
        # The links are to what is copied, and what is built is built for other purposes.
        shutil.copytree(ROOT / folder, fresh / folder, symlinks=True, ignore=shutil.ignore_patterns(".build"))
    mutate(fresh)
    (fresh / RUNTIME / "Mutant.swift").write_text(SWITCH)
    new = {path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file()}
    for folder in ["Sources", "Tests", "examples"]:
        for path in (tree / folder).rglob("*"):
            if path.is_file() and path.relative_to(tree) not in new:
                path.unlink()
    for path in new:
        if not (tree / path).exists() or (tree / path).read_bytes() != (fresh / path).read_bytes():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(fresh / path, tree / path)
    shutil.rmtree(fresh)


def hunt(simulation: pathlib.Path, name: str, seeds: int, ways: list[list[str]]) -> bool:
    """Whether the simulation finds a mutant in one of several ways to run it; says at which seed."""
    environment = dict(os.environ, AETHER_MUTANT=name)
    for first in range(1, seeds + 1, 25):
        for options in ways:
            command = [simulation, *options, "--seed", str(first), "--seeds", str(min(25, seeds - first + 1))]
            shown = " ".join([name, *options])
            try:
                run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
            except subprocess.TimeoutExpired:
                print(f"found    {shown}: seeds from {first} on do not end", flush=True)
                return True
            if run.returncode != 0:
                lines = (run.stdout.strip() or run.stderr.strip() or f"exit {run.returncode}").splitlines()
                print(f"found    {shown}: {lines[0][:150]}", flush=True)
                return True
    print(f"NOT FOUND {name} in {seeds} seeds", flush=True)
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description="Has the simulation look for bugs that are put into a copy of the sources.")
    parser.add_argument("--check", action="store_true", help="only see that every mutant has its place")
    parser.add_argument("--core", action="store_true", help="only those of the core, by the simulation of the core")
    parser.add_argument("--shared", action="store_true", help="only those of several servers")
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds each mutant is given")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="only these mutants")
    arguments = parser.parse_args()
    unknown = set(arguments.only) - {name for name, *_ in MUTANTS + SHARED_MUTANTS}
    if unknown:
        parser.error(f"there is no mutant {', '.join(sorted(unknown))}")
    copy()
    if arguments.check:
        print(f"mutants: {len(MUTANTS) + len(SHARED_MUTANTS)} have their places")
        return
    tree = COPY / "tree"
    build = ["swift", "build", "--package-path", str(tree), "--product", "simulation"]
    subprocess.run(build, check=True)
    binary = subprocess.run([*build[:2], "--package-path", str(tree), "--show-bin-path"], check=True, capture_output=True, text=True)
    simulation = pathlib.Path(binary.stdout.strip()) / "simulation"
    wanted = [] if arguments.shared else [(name, file, [[]]) for name, file, *_ in MUTANTS]
    if arguments.core:
        wanted = [(name, file, [["--core", "--workflows", "3"]]) for name, file, _ in wanted if "WorkflowExecution" in file]
    else:
        # With two, what a third one would make good shows.
        wanted += [(name, file, [["--servers", "3"], ["--servers", "2"]]) for name, file, *_ in SHARED_MUTANTS]
    found = [
        hunt(simulation, name, arguments.seeds, ways) for name, _, ways in wanted
        if not arguments.only or name in arguments.only
    ]
    print(f"mutants: {sum(found)} of {len(found)} found")
    sys.exit(0 if all(found) else 1)


main()
