import AetherRuntime
import Testing

@Suite("A run that continues as new")
struct ContinuationTests {
    private let now = Timestamp(millisecondsSinceEpoch: 1000)
    private let worker = WorkerIdentity(id: "w", isPlain: false)
    private let child = OperationKey(scope: "", kind: "child", name: "c", occurrence: 1)

    private func leased() throws -> (WorkflowExecution, Decision) {
        let start = WorkflowStart(type: "t", input: [0x30], tier: .stateActionLog, seed: 9)
        var (execution, decision) = WorkflowExecution.create(id: WorkflowID(rawValue: "a"), start: start, at: now)
        decision.entries += try execution.handle(.assign(worker), at: now).entries
        return (execution, decision)
    }

    @Test("begins an empty journal with its new input, later epochs and another seed; open operations end")
    func anew() throws {
        var (execution, _) = try leased()
        let childStart = ChildStart(
            id: WorkflowID(rawValue: "c"), type: "c", input: [], tier: nil, closePolicy: .cancel)
        _ = try execution.handle(
            .advance(
                epoch: 1, firstRecord: 1,
                records: [
                    .startChild(key: child, childStart),
                    .startTimer(key: OperationKey(rawValue: "sleep:#1"), .after(milliseconds: 50)),
                ]), at: now)
        let decision = try execution.handle(
            .advance(epoch: 1, firstRecord: 3, records: [.continueAsNew(input: [0x31]), .close(.cancelled)]), at: now)
        #expect(decision.beginsAnew)
        #expect(decision.acknowledged.count == 2)
        guard case .started(let start) = decision.entries.first?.event, decision.entries.count == 1 else {
            Issue.record("\(decision.entries)")
            return
        }
        #expect(start.input == [0x31])
        #expect(start.seed != 9)
        #expect(start.continuation == .init(count: 1, epoch: 1, firstInput: [0x30]))
        #expect(decision.effects.contains(.cancelChild(childStart.id)))
        #expect(decision.effects.last == .schedule)
        #expect(execution == (try WorkflowExecution.replay(id: execution.id, decision.entries)))
        #expect(execution.state == .running)
        #expect(execution.pending.isEmpty)
        #expect(execution.nextDeadline == nil)
        // The old lease is over for good, also once the new run has one.
        let late = WorkflowEvent.advance(epoch: 1, firstRecord: 1, records: [.close(.cancelled)])
        #expect(throws: WorkflowError.staleLease(reported: 1, current: 1)) { try execution.handle(late, at: now) }
        _ = try execution.handle(.assign(worker), at: now)
        #expect(execution.lease?.epoch == 2)
        #expect(throws: WorkflowError.staleLease(reported: 1, current: 2)) { try execution.handle(late, at: now) }
    }

    @Test("takes along the signals that nobody took, and a request to cancel; again and again")
    func carries() throws {
        var (execution, _) = try leased()
        for id in ["1", "2"] {
            _ = try execution.handle(.signal(Signal(id: id, name: "s", payload: [0x32])), at: now)
        }
        let awaiting = WorkerRecord.awaitSignal(
            key: OperationKey(rawValue: "signal:s#1"), name: "s", timeoutMilliseconds: nil)
        _ = try execution.handle(.advance(epoch: 1, firstRecord: 1, records: [awaiting]), at: now)
        _ = try execution.handle(.cancel, at: now)
        for round in 1...3 as ClosedRange<UInt64> {
            let decision = try execution.handle(
                .advance(epoch: round, firstRecord: round == 1 ? 2 : 1, records: [.continueAsNew(input: [])]), at: now)
            #expect(decision.entries.map(\.event.kind) == [.started, .signalReceived, .cancelRequested])
            #expect(decision.entries.map(\.sequence) == [1, 2, 3])
            guard case .signalReceived(let signal) = decision.entries[1].event else { return }
            #expect(signal.id == "2")
            #expect(execution == (try WorkflowExecution.replay(id: execution.id, decision.entries)))
            _ = try execution.handle(.assign(worker), at: now)
        }
        #expect(execution.start.continuation?.count == 3)
        #expect(execution.start.firstInput == [0x30])
    }

    @Test("does not receive a signal again that it received before, of the last 256")
    func signalsOnce() throws {
        var (execution, _) = try leased()
        for number in 0...256 {
            let key = OperationKey(rawValue: "signal:s#\(number + 1)")
            let awaiting = WorkerRecord.awaitSignal(key: key, name: "s", timeoutMilliseconds: nil)
            let report = WorkflowEvent.advance(epoch: 1, firstRecord: UInt64(number) + 1, records: [awaiting])
            _ = try execution.handle(report, at: now)
            _ = try execution.handle(.signal(Signal(id: "\(number)", name: "s", payload: [])), at: now)
        }
        let anew = try execution.handle(
            .advance(epoch: 1, firstRecord: 258, records: [.continueAsNew(input: [])]), at: now)
        for decided in anew.entries { #expect(try JournalEntry(encoded: decided.encoded()) == decided) }
        for number in [1, 256] {
            let again = try execution.handle(.signal(Signal(id: "\(number)", name: "s", payload: [])), at: now)
            #expect(again.entries.isEmpty)
        }
        #expect(try execution.handle(.signal(Signal(id: "0", name: "s", payload: [])), at: now).entries.count == 1)
    }
}
