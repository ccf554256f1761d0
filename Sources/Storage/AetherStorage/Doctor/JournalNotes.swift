internal import AetherRuntime

/// What a replay does not tell of a journal, noted entry by entry.
struct JournalNotes {
    /// How many entries are the outcome of an operation.
    private(set) var outcomes = 0
    private var epoch: UInt64 = 0
    /// The first entry that assigns the run under no higher epoch than before.
    private(set) var epochError: (sequence: UInt64, epoch: UInt64, before: UInt64)?
    /// The times at which the run may have asked to be woken, but for those of timers that have fired.
    private var unfired: [OperationKey: Timestamp] = [:]
    /// Whether there were activities: they leave times behind that no entry has.
    private var hasActivities = false

    mutating func note(_ entry: JournalEntry) {
        if entry.event.outcomeKey != nil { outcomes += 1 }
        switch entry.event {
        case .started(let start):
            epoch = start.continuation?.epoch ?? 0
        case .assigned(_, let next):
            if next <= epoch, epochError == nil { epochError = (entry.sequence, next, epoch) }
            epoch = max(epoch, next)
        case .timerStarted(let key, let fireAt): unfired[key] = fireAt
        case .signalAwaited(let key, _, let deadline?): unfired[key] = deadline
        case .timerFired(let key): unfired[key] = nil
        case .activityScheduled: hasActivities = true
        default: break
        }
    }

    /// Whether a run may have asked to be woken at an instant.
    func mayWake(at instant: Timestamp) -> Bool {
        hasActivities || unfired.values.contains(instant)
    }
}
