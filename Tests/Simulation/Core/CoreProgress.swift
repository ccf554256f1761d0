import AetherRuntime

/// How far a journal brings a ``CoreProgram``: what is to be done next follows from the entries alone, taken in their order.
struct CoreProgress {
    enum Act {
        case step(OperationKey, attempt: UInt32)
        case record(WorkerRecord)
    }

    let program: CoreProgram
    private let replayEnd: UInt64
    private var arrived: [UInt64: JournalEvent] = [:]
    /// The last entry that was taken.
    private(set) var seen: UInt64 = 0
    private var stage = 0
    private var isUndoing = false
    private var isOver = false
    /// What the operations' outcomes were, and their order.
    private var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    private var outcomes: Set<OperationKey> = []
    /// Remote operations that the journal has, or that were reported.
    private var begun: Set<OperationKey> = []
    private var attempts: [OperationKey: UInt32] = [:]
    /// What was reported, or is under way.
    private var issued: Set<OperationKey> = []
    private var cancelled: Set<OperationKey> = []
    /// What nobody waits for any more, in order.
    private var losers: [OperationKey] = []

    init(_ id: WorkflowID, _ start: WorkflowStart, journal: [JournalEntry]) {
        program = CoreProgram(id, start)
        replayEnd = journal.last?.sequence ?? 0
        for entry in journal { arrived[entry.sequence] = entry.event }
        advance()
    }

    /// The journal has an entry.
    mutating func learn(_ sequence: UInt64, _ event: JournalEvent) {
        guard sequence > seen else { return }
        arrived[sequence] = event
        advance()
    }

    private mutating func advance() {
        while let event = arrived.removeValue(forKey: seen + 1) {
            seen += 1
            take(event)
        }
    }

    private mutating func take(_ event: JournalEvent) {
        if let key = event.outcomeKey, outcomes.insert(key).inserted {
            if current.contains(where: { $0.key == key }) { mix(key, event) }
        }
        switch event {
        case .timerStarted(let key, _), .childStarted(let key, _), .activityScheduled(let key, _),
            .signalAwaited(let key, _, _):
            begun.insert(key)
        case .stepAttemptFailed(let key, let attempt, _, _):
            attempts[key] = attempt
        case .operationCancelled(let key):
            cancelled.insert(key)
        case .cancelRequested where !isUndoing && stage < program.stages.count:
            give(up: current)
            isUndoing = true
        default:
            break
        }
        while !isUndoing, stage < program.stages.count, isStageOver {
            give(up: current)
            stage += 1
        }
    }

    private mutating func mix(_ key: OperationKey, _ event: JournalEvent) {
        var said = key.rawValue
        switch event {
        case .stepCompleted(_, let result), .activityCompleted(_, _, let result):
            said += String(decoding: result, as: UTF8.self)
        case .childClosed(_, let outcome): said += "\(outcome.state)"
        case .stepFailed, .activityFailed: said += "failed"
        case .timerFired: said += "fired"
        default: break
        }
        for byte in said.utf8 { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }

    private var current: [CoreProgram.Operation] {
        if isUndoing { return [CoreProgram.Operation(key: program.undo, kind: .step)] }
        return stage < program.stages.count ? program.stages[stage].operations : []
    }

    private var isStageOver: Bool {
        let stage = program.stages[stage]
        return stage.isRace
            ? stage.operations.contains { outcomes.contains($0.key) }
            : stage.operations.allSatisfy { outcomes.contains($0.key) }
    }

    private mutating func give(up operations: [CoreProgram.Operation]) {
        for operation in operations where !outcomes.contains(operation.key) {
            if case .remote = operation.kind { losers.append(operation.key) }
        }
    }

    // MARK: What to do

    /// Whether an operation is still waited for.
    func awaits(_ key: OperationKey) -> Bool {
        !isOver && !outcomes.contains(key) && current.contains { $0.key == key }
    }

    /// What is to be done now and was not before; nothing while the journal is being replayed.
    mutating func next() -> [Act] {
        guard seen >= replayEnd, !isOver else { return [] }
        var acts: [Act] = []
        for key in losers where begun.contains(key) && !outcomes.contains(key) && cancelled.insert(key).inserted {
            acts.append(.record(.cancelOperation(key: key)))
        }
        losers = []
        for operation in current where !outcomes.contains(operation.key) && issued.insert(operation.key).inserted {
            switch operation.kind {
            case .step: acts.append(.step(operation.key, attempt: 1 + attempts[operation.key, default: 0]))
            case .note(let record): acts.append(.record(record))
            case .remote(let record):
                if begun.insert(operation.key).inserted { acts.append(.record(record)) }
            }
        }
        if let end {
            isOver = true
            acts.append(.record(end))
        }
        return acts
    }

    /// How the run ends, if it is at its end.
    var end: WorkerRecord? {
        if isUndoing { return outcomes.contains(program.undo) ? .close(.cancelled) : nil }
        guard stage == program.stages.count else { return nil }
        switch program.ending {
        case .returned: return .close(.completed(Array(String(digest, radix: 16).utf8)))
        case .failed: return .close(.failed(Failure(message: String(digest, radix: 16), type: "Trouble")))
        case .renewed(let input): return .continueAsNew(input: input)
        }
    }
}
