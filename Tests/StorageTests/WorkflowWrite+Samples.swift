import AetherRuntime
import AetherStorage

extension WorkflowWrite {
    static func start(_ id: String, type: String = "order", state: WorkflowState = .running) -> WorkflowWrite {
        let id = WorkflowID(rawValue: id)
        let summary = WorkflowSummary(
            id: id, type: type, tier: .stateActionLog, state: state, createdAt: Timestamp(rawValue: 1_000))
        let event = JournalEvent.started(WorkflowStart(type: type, input: [], tier: .stateActionLog, seed: 1))
        return WorkflowWrite(
            id: id, summary: summary, isNew: true,
            entries: [JournalEntry(sequence: 1, time: summary.createdAt, event: event)])
    }

    static func steps(_ id: String, _ sequences: ClosedRange<UInt64>, size: Int = 20) -> WorkflowWrite {
        WorkflowWrite(
            id: WorkflowID(rawValue: id), summary: nil,
            entries: sequences.map { sequence in
                let key = OperationKey(rawValue: "step:s#\(sequence)")
                return JournalEntry(
                    sequence: sequence, time: Timestamp(rawValue: 5),
                    event: .stepCompleted(key: key, result: Array(repeating: 0x20, count: size)))
            })
    }
}
