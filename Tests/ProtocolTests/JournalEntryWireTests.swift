import AetherRuntime
import SwiftProtobuf
import Testing

@testable import AetherProtocol

@Suite("A journal entry on the wire")
struct JournalEntryWireTests {
    private static let failure = Failure(message: "no money ☹", type: "CardError", step: "a/b", isNonRetryable: true)
    private static let swift = WorkerIdentity(id: "swift", isPlain: false)
    /// What sequences, records and epochs go up to.
    private static let highest = UInt64(Int64.max)
    private static let traced: WorkflowStart = {
        var start = WorkflowStart(type: "t", input: [], tier: .memory, seed: 1)
        start.trace = TraceContext(
            traceID: .init(high: 1, low: .max), spanID: 7, isSampled: true, isRandom: true, state: "a=b")
        return start
    }()
    private static let events: [JournalEvent] =
        [.memory, .snapshot, .stateActionLog].map { tier in
            .started(WorkflowStart(type: "Bestellung é", input: [0, 255], tier: tier, seed: .max))
        }
        + [
            .started(WorkflowStart(type: "", input: [], tier: .memory, seed: 0)), .started(traced),
            .assigned(worker: swift, epoch: 1),
            .assigned(worker: WorkerIdentity(id: "plain", isPlain: true), epoch: highest),
            .stepCompleted(key: OperationKey(scope: "p:#1/0", kind: "step", name: "a/b", occurrence: 2), result: [1]),
            .stepCompleted(key: OperationKey(rawValue: "step:x#1"), result: []),
            .stepFailed(key: OperationKey(rawValue: "step:x#1"), failure: failure),
            .stepFailed(key: OperationKey(rawValue: "step:x#1"), failure: Failure(message: "")),
            .activityStarted(key: OperationKey(rawValue: "activity:x#1"), attempt: 3, worker: "w"),
            .activityCompleted(key: OperationKey(rawValue: "activity:x#1"), attempt: .max, result: [1, 2]),
            .activityCompleted(key: OperationKey(rawValue: "activity:x#1"), attempt: 1, result: []),
            .timerFired(key: OperationKey(rawValue: "sleep:#1")),
            .cancelRequested,
            .closed(.completed([])), .closed(.completed(Array(repeating: 7, count: 300))),
            .closed(.failed(failure)), .closed(.cancelled),
        ]
        + [.workerGone, .notHeld, .returned, .cancelled].map { .released(epoch: 3, reason: $0) }

    private static let entries = events.flatMap { event in
        [(1, 0, 0), (300, 1_700_000_000_000, 7), (highest, -1, highest)].map { (sequence, time, record) in
            JournalEntry(
                sequence: sequence, time: Timestamp(rawValue: time), record: record, event: event,
                early: sequence == 300 ? EarlyResolution(behind: 7, time: Timestamp(rawValue: time)) : nil)
        }
    }

    @Test("is the generated message, whichever of the two wrote it", arguments: entries)
    func sameBytes(_ entry: JournalEntry) throws {
        let read = try Aether_V1_JournalEntry(serializedBytes: entry.encoded())
        #expect(try JournalEntry(read) == entry)
        #expect(read == Aether_V1_JournalEntry(entry))
        #expect(read.unknownFields.data.isEmpty)
        let written: [UInt8] = try Aether_V1_JournalEntry(entry).serializedBytes()
        #expect(try JournalEntry(encoded: written) == entry)
    }

    @Test("is refused when it makes no sense, as the stored one is")
    func senseless() throws {
        let messages: [Aether_V1_JournalEntry] = [
            .with { $0.sequence = 1 },
            .with { $0.kind = .cancelRequested },
            .with {
                $0.sequence = 1
                $0.kind = .UNRECOGNIZED(75)
            },
            .with {
                $0.sequence = 1
                $0.kind = .started
            },
            .with {
                $0.sequence = 1
                $0.kind = .released
                $0.reason = .UNRECOGNIZED(257)
            },
            .with {
                $0.sequence = 1
                $0.kind = .closed
                $0.state = .running
            },
            .with {
                $0.sequence = Self.highest + 1
                $0.kind = .cancelRequested
            },
            .with {
                $0.sequence = 1
                $0.record = Self.highest + 1
                $0.kind = .cancelRequested
            },
            .with {
                $0.sequence = 1
                $0.kind = .released
                $0.epoch = Self.highest + 1
                $0.reason = .returned
            },
        ]
        for message in messages {
            #expect(throws: JournalCodingError.self, "\(message)") { try JournalEntry(message) }
            let bytes: [UInt8] = try message.serializedBytes()
            #expect(throws: JournalCodingError.self, "\(message)") { try JournalEntry(encoded: bytes) }
        }
    }
}
