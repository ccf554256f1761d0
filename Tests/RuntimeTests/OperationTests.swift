import AetherRuntime
import Testing

@Suite("An operation of a run")
struct OperationTests {
    static let now = Timestamp(rawValue: 1_000_000)
    static let key = OperationKey(scope: "", kind: "activity", name: "charge", occurrence: 1)

    func running() throws -> WorkflowExecution {
        let start = WorkflowStart(type: "order", input: [], tier: .stateActionLog, seed: 7)
        var execution = WorkflowExecution.create(id: WorkflowID(rawValue: "w"), start: start, at: Self.now).execution
        _ = try execution.handle(.assign(WorkerIdentity(id: "a", isPlain: false)), at: Self.now)
        return execution
    }

    func report(_ records: WorkerRecord..., in execution: inout WorkflowExecution) throws -> Decision {
        let first = (execution.lease?.applied ?? 0) + 1
        return try execution.handle(
            .advance(epoch: execution.epoch, firstRecord: first, records: records), at: Self.now)
    }

    func kinds(_ decision: Decision) -> [EntryKind] { decision.entries.map(\.event.kind) }

    @Test("timer: fires once, not before its time, and asks to be woken for it")
    func timer() throws {
        var execution = try running()
        let due = Self.now.advanced(by: 500)
        let started = try report(.startTimer(key: Self.key, .after(milliseconds: 500)), in: &execution)
        #expect(started.effects == [.wake(at: due)])
        #expect(try execution.handle(.wake, at: Self.now.advanced(by: 499)).entries.isEmpty)
        let fired = try execution.handle(.wake, at: due)
        #expect(fired.entries.map(\.event) == [.timerFired(key: Self.key)])
        #expect(try execution.handle(.wake, at: due.advanced(by: 1)).entries.isEmpty)
    }

    @Test("signal: kept when early, taken once, in order, each id once")
    func signals() throws {
        var execution = try running()
        for (id, payload) in [("1", 1), ("2", 2), ("1", 3)] {
            let signal = Signal(id: id, name: "go", payload: [UInt8(payload)])
            _ = try execution.handle(.signal(signal), at: Self.now)
        }
        let second = OperationKey(scope: "", kind: "signal", name: "go", occurrence: 2)
        let decision = try report(
            .awaitSignal(key: Self.key, name: "go", timeoutMilliseconds: nil),
            .awaitSignal(key: second, name: "go", timeoutMilliseconds: nil), in: &execution)
        #expect(kinds(decision) == [.signalAwaited, .signalConsumed, .signalAwaited, .signalConsumed])
        #expect(decision.entries[1].event == .signalConsumed(key: Self.key, signal: 3))
        #expect(decision.entries[3].event == .signalConsumed(key: second, signal: 4))
    }

    @Test("activity: is tried again after a failure, not more often than its policy says")
    func activityRetries() throws {
        var execution = try running()
        let retry = RetryPolicy(initialMilliseconds: 100, factor: 2, attempts: 2)
        let spec = ActivitySpec(name: "charge", input: [], retry: retry)
        let scheduled = try report(.scheduleActivity(key: Self.key, spec), in: &execution)
        #expect(scheduled.effects == [.scheduleActivity(Self.key, spec)])
        _ = try execution.handle(.assignActivity(Self.key, worker: "b"), at: Self.now)
        let failure = Failure(message: "declined", type: "Declined")
        let first = try execution.handle(
            .completeActivity(Self.key, attempt: 1, .failed(failure)), at: Self.now)
        #expect(kinds(first) == [.activityAttemptFailed])
        let retryAt = Self.now.advanced(by: 100)
        #expect(throws: WorkflowError.activityNotWaiting) {
            try execution.handle(.assignActivity(Self.key, worker: "b"), at: Self.now)
        }
        #expect(try execution.handle(.wake, at: retryAt).effects.contains(.scheduleActivity(Self.key, spec)))
        _ = try execution.handle(.assignActivity(Self.key, worker: "b"), at: retryAt)
        #expect(throws: WorkflowError.staleAttempt(activity: "charge", attempt: 1)) {
            try execution.handle(.completeActivity(Self.key, attempt: 1, .completed([])), at: retryAt)
        }
        let last = try execution.handle(.completeActivity(Self.key, attempt: 2, .failed(failure)), at: retryAt)
        #expect(last.entries.map(\.event) == [.activityFailed(key: Self.key, attempt: 2, failure: failure)])
    }

    @Test("run that was evicted gets a worker when what it waits for happens, and not before")
    func eviction() throws {
        var execution = try running()
        _ = try report(.startTimer(key: Self.key, .after(milliseconds: 500)), in: &execution)
        let evicted = try execution.handle(.evict(epoch: 1, seen: execution.lastSequence), at: Self.now)
        #expect(!evicted.effects.contains(.schedule))
        #expect(execution.isIdle)
        let fired = try execution.handle(.wake, at: Self.now.advanced(by: 500))
        #expect(fired.effects.contains(.schedule))
    }

    @Test("termination closes the run and its children at once")
    func termination() throws {
        var execution = try running()
        let child = ChildStart(id: WorkflowID(rawValue: "c"), type: "part", input: [])
        _ = try report(.startChild(key: Self.key, child), in: &execution)
        let decision = try execution.handle(.terminate, at: Self.now)
        #expect(kinds(decision) == [.released, .terminated, .closed])
        #expect(decision.effects.contains(.terminateChild(child.id)))
        #expect(execution.state == .cancelled)
    }

    @Test("what is rebuilt from the journal equals what was live")
    func replay() throws {
        var execution = try running()
        var journal: [JournalEntry] = [
            JournalEntry(sequence: 1, time: Self.now, event: .started(execution.start)),
            JournalEntry(
                sequence: 2, time: Self.now, event: .assigned(worker: WorkerIdentity(id: "a", isPlain: false), epoch: 1)
            ),
        ]
        let timer = OperationKey(scope: "", kind: "sleep", name: "", occurrence: 1)
        journal += try report(
            .scheduleActivity(key: Self.key, ActivitySpec(name: "charge", input: [])),
            .startTimer(key: timer, .after(milliseconds: 5)), in: &execution
        ).entries
        journal += try execution.handle(.assignActivity(Self.key, worker: "b"), at: Self.now).entries
        journal += try execution.handle(.wake, at: Self.now.advanced(by: 5)).entries
        journal += try execution.handle(.evict(epoch: 1, seen: 99), at: Self.now.advanced(by: 6)).entries
        #expect(try WorkflowExecution.replay(id: execution.id, journal) == execution)
    }
}
