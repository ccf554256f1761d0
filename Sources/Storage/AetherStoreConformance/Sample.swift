internal import AetherRuntime
internal import AetherStorage

/// Made-up workflows and what is written of them.
enum Sample {
    static func summary(
        _ id: String, type: String = "order", state: WorkflowState = .running, created: Int64 = 1_000
    ) -> WorkflowSummary {
        WorkflowSummary(
            id: WorkflowID(rawValue: id),
            type: type,
            tier: .stateActionLog,
            state: state,
            createdAt: Timestamp(rawValue: created),
            startedAt: state == .pending ? nil : Timestamp(rawValue: created + 1),
            completedAt: state.isTerminal ? Timestamp(rawValue: created + 2) : nil)
    }

    static func start(
        _ id: String, type: String = "order", state: WorkflowState = .running, created: Int64 = 1_000,
        replaces: WorkflowWrite.Replaced = .nothing
    ) -> WorkflowWrite {
        let summary = summary(id, type: type, state: state, created: created)
        let event = JournalEvent.started(
            WorkflowStart(type: type, input: Array("\"\(id)\"".utf8), tier: .stateActionLog, seed: 7))
        let entry = JournalEntry(sequence: 1, time: summary.createdAt, event: event)
        return WorkflowWrite(
            id: summary.id, summary: summary, isNew: true, replaces: replaces, entries: [entry])
    }

    /// A write that says of a workflow whether it is passive and when it wakes.
    static func rest(_ id: String, isPassive: Bool = true, until wakeAt: Int64?) -> WorkflowWrite {
        var summary = summary(id)
        summary.isPassive = isPassive
        summary.wakeAt = wakeAt.map(Timestamp.init(rawValue:))
        return WorkflowWrite(id: summary.id, summary: summary, entries: [])
    }

    static func step(_ sequence: UInt64, result: [UInt8] = Array("42".utf8)) -> JournalEntry {
        let key = OperationKey(rawValue: "step:s#\(sequence)")
        return JournalEntry(
            sequence: sequence, time: Timestamp(rawValue: Int64(sequence)), record: sequence,
            event: .stepCompleted(key: key, result: result))
    }

    static func steps(_ id: String, _ sequences: ClosedRange<UInt64>) -> WorkflowWrite {
        WorkflowWrite(id: WorkflowID(rawValue: id), summary: nil, entries: sequences.map { step($0) })
    }

    static func close(
        _ id: String, at sequence: UInt64, type: String = "order", outcome: WorkflowOutcome = .completed([0x31]),
        created: Int64 = 1_000
    ) -> WorkflowWrite {
        let entry = JournalEntry(sequence: sequence, time: Timestamp(rawValue: 9), event: .closed(outcome))
        return WorkflowWrite(
            id: WorkflowID(rawValue: id),
            summary: summary(id, type: type, state: outcome.state, created: created),
            entries: [entry])
    }
}

extension WorkflowStore {
    /// The sequences of a workflow's whole journal, read in pages of a size.
    func sequences(of id: String, page: Int = 1_000) async throws -> [UInt64] {
        var sequences: [UInt64] = []
        while true {
            let entries = try await journal(
                of: WorkflowID(rawValue: id), after: sequences.last ?? 0, limit: page)
            if entries.isEmpty { return sequences }
            try expect(entries.count <= page, "a page of the journal has \(entries.count) entries, not \(page)")
            sequences += entries.map(\.sequence)
        }
    }
}
