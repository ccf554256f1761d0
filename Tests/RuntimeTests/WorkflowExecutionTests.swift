import Testing

@testable import AetherRuntime

@Suite("A run")
struct WorkflowExecutionTests {
    private static let id = WorkflowID(rawValue: "run")
    private static let start = WorkflowStart(type: "order", input: [], tier: .stateActionLog, seed: 7)
    private static let swift = WorkerIdentity(id: "swift", isPlain: false)
    private static let plain = WorkerIdentity(id: "plain", isPlain: true)
    private static let now = Timestamp(rawValue: 100)

    private func pending() -> WorkflowExecution {
        WorkflowExecution.create(id: Self.id, start: Self.start, at: Self.now).execution
    }

    private func running(on worker: WorkerIdentity) throws -> WorkflowExecution {
        var execution = pending()
        _ = try execution.handle(.assign(worker), at: Self.now)
        return execution
    }

    private func step(_ name: String) -> WorkerRecord {
        .stepCompleted(key: OperationKey(rawValue: "step:\(name)#1"), result: [0x31])
    }

    private func entry(_ sequence: UInt64, _ event: JournalEvent) -> JournalEntry {
        JournalEntry(sequence: sequence, time: Self.now, event: event)
    }

    @Test("never goes back in time when the clock does")
    func clockStepsBack() throws {
        var execution = pending()
        let decision = try execution.handle(.assign(Self.swift), at: Timestamp(rawValue: 1))
        #expect(decision.entries.map(\.time) == [Self.now])
    }

    @Test("acknowledges a repeated report with the recorded places, and adds only what is new")
    func repeatedReport() throws {
        var execution = try running(on: Self.swift)
        let first = try execution.handle(.advance(epoch: 1, firstRecord: 1, records: [step("a")]), at: Self.now)
        #expect(first.acknowledged.map(\.sequence) == [3])
        let again = try execution.handle(
            .advance(epoch: 1, firstRecord: 1, records: [step("a"), step("b")]), at: Self.now)
        #expect(again.acknowledged.map(\.sequence) == [3, 4])
        #expect(again.entries.map(\.record) == [2])
    }

    @Test("refuses records that are not numbered", arguments: [0, 3, UInt64.max])
    func gap(_ first: UInt64) throws {
        var execution = try running(on: Self.swift)
        _ = try execution.handle(.advance(epoch: 1, firstRecord: 1, records: [step("a")]), at: Self.now)
        let before = execution
        #expect(throws: WorkflowError.recordGap(expected: 2, found: first)) {
            try execution.handle(.advance(epoch: 1, firstRecord: first, records: [step("b")]), at: Self.now)
        }
        #expect(execution == before)
    }

    @Test("takes nothing of a report behind its end")
    func recordsBehindTheEnd() throws {
        var execution = try running(on: Self.swift)
        let records = [step("a"), .close(.completed([0x32])), step("b"), .close(.cancelled)]
        let decision = try execution.handle(.advance(epoch: 1, firstRecord: 1, records: records), at: Self.now)
        #expect(decision.entries.map(\.event.kind) == [.stepCompleted, .closed])
        #expect(execution.outcome == .completed([0x32]))
    }

    @Test("with records goes to a worker that can replay only")
    func replay() throws {
        var execution = try running(on: Self.swift)
        _ = try execution.handle(.advance(epoch: 1, firstRecord: 1, records: [step("a")]), at: Self.now)
        _ = try execution.handle(.loseLease(epoch: 1, .workerGone), at: Self.now)
        #expect(throws: WorkflowError.cannotReplay(worker: "plain")) {
            try execution.handle(.assign(Self.plain), at: Self.now)
        }
        #expect(try execution.handle(.assign(Self.swift), at: Self.now).entries.count == 1)
    }

    @Test("that a plain worker lost is cancelled at once: nobody else could clean up")
    func cancelAfterPlainWorker() throws {
        var execution = try running(on: Self.plain)
        _ = try execution.handle(.loseLease(epoch: 1, .workerGone), at: Self.now)
        let decision = try execution.handle(.cancel, at: Self.now)
        #expect(execution.state == .cancelled)
        #expect(decision.effects == [.publish(.cancelled)])
    }

    @Test("that a worker with a journal lost waits for the next one to clean up")
    func cancelAfterWorker() throws {
        var execution = try running(on: Self.swift)
        _ = try execution.handle(.loseLease(epoch: 1, .workerGone), at: Self.now)
        #expect(try execution.handle(.cancel, at: Self.now).entries.map(\.event) == [.cancelRequested])
        #expect(execution.state == .running)
        #expect(execution.needsReplay)
    }

    @Test("is not read from a journal that does not begin with its start")
    func noStart() {
        #expect(throws: JournalError.doesNotStart(Self.id)) { try WorkflowExecution.replay(id: Self.id, []) }
        #expect(throws: JournalError.doesNotStart(Self.id)) {
            try WorkflowExecution.replay(id: Self.id, [entry(1, .cancelRequested)])
        }
        #expect(throws: JournalError.doesNotStart(Self.id)) {
            try WorkflowExecution.replay(id: Self.id, [entry(2, .started(Self.start))])
        }
    }

    @Test("is not read from a journal with a gap, a second start or something behind the end")
    func brokenJournal() {
        let start = entry(1, .started(Self.start))
        let closed = entry(2, .closed(.cancelled))
        #expect(throws: JournalError.gap(Self.id, expected: 2, found: 3)) {
            try WorkflowExecution.replay(id: Self.id, [start, entry(3, .cancelRequested)])
        }
        #expect(throws: JournalError.gap(Self.id, expected: 2, found: 1)) {
            try WorkflowExecution.replay(id: Self.id, [start, start])
        }
        #expect(throws: JournalError.startsTwice(Self.id, sequence: 2)) {
            try WorkflowExecution.replay(id: Self.id, [start, entry(2, .started(Self.start))])
        }
        #expect(throws: JournalError.goesOnAfterItsEnd(Self.id, sequence: 3)) {
            try WorkflowExecution.replay(id: Self.id, [start, closed, entry(3, .cancelRequested)])
        }
    }
}
