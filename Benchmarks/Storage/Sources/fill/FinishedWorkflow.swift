import AetherRuntime
import AetherStorage
import Foundation

/// A workflow of one step that has completed: started, assigned, its step, closed.
struct FinishedWorkflow {
    static let types = ["order", "payment", "shipment", "invoice", "report"]
    static let input = Array(#"{"customer":4711,"items":[{"sku":"A-100","quantity":2}],"currency":"EUR"}"#.utf8)
    static let result = Array(#"{"state":"paid","transaction":"018f2b1c-0000-7000-8000-000000000000"}"#.utf8)

    let id: WorkflowID
    let type: String
    let created: Timestamp
    let seed: UInt64

    init(number: Int, created: Int64, random: inout some RandomNumberGenerator) {
        id = Self.id(created, random: &random)
        type = Self.types[number % Self.types.count]
        self.created = Timestamp(millisecondsSinceEpoch: created)
        seed = random.next()
    }

    var write: WorkflowWrite {
        let summary = WorkflowSummary(
            id: id, type: type, tier: .stateActionLog, state: .completed, createdAt: created,
            startedAt: created.advanced(by: 1), completedAt: created.advanced(by: 3))
        return WorkflowWrite(id: id, summary: summary, isNew: true, entries: entries)
    }

    private var entries: [JournalEntry] {
        let start = WorkflowStart(type: type, input: Self.input, tier: .stateActionLog, seed: seed)
        let worker = WorkerIdentity(id: "worker-1", isPlain: false)
        let step = OperationKey(rawValue: "step:charge#1")
        return [
            JournalEntry(sequence: 1, time: created, event: .started(start)),
            JournalEntry(sequence: 2, time: created.advanced(by: 1), event: .assigned(worker: worker, epoch: 1)),
            JournalEntry(
                sequence: 3, time: created.advanced(by: 2), record: 1,
                event: .stepCompleted(key: step, result: Self.result)),
            JournalEntry(
                sequence: 4, time: created.advanced(by: 3), record: 2, event: .closed(.completed(Self.result))),
        ]
    }

    /// A UUIDv7 (RFC 9562, section 5.7).
    private static func id(_ milliseconds: Int64, random: inout some RandomNumberGenerator) -> WorkflowID {
        let (high, low) = (UInt64.random(in: 0...0xfff, using: &random), random.next())
        let text = String(
            format: "%08llx-%04llx-7%03llx-%04llx-%012llx", milliseconds >> 16, milliseconds & 0xffff, high,
            0x8000 | low >> 50, low & 0xffff_ffff_ffff)
        return WorkflowID(rawValue: text)
    }
}
