internal import AetherRuntime
internal import AetherStorage

/// What a batch of commits did, summed up before any instrument hears of it.
struct CommitTally {
    /// Entries by the numbers of their kinds.
    private var kinds = [Int](repeating: 0, count: Self.kindLimit)
    private(set) var entries = 0
    private(set) var started = 0
    private(set) var continued = 0
    private(set) var closed: [WorkflowState: Int] = [:]
    private(set) var ended: [LeaseEnd: Int] = [:]
    private(set) var workflowDurations: [Duration] = []
    private(set) var attemptDurations: [Duration] = []

    private static let kindLimit = Int(EntryKind.allCases.map(\.rawValue).max() ?? 0) + 1

    init(_ batch: [Commit]) {
        for commit in batch {
            add(commit.write)
            if commit.creation != nil {
                started += 1
            } else if commit.write.isNew {
                continued += 1
            }
            if let consequences = commit.consequences, let time = commit.write.entries.last?.time {
                add(consequences.effects, at: time)
            }
        }
    }

    subscript(kind: EntryKind) -> Int { kinds[Int(kind.rawValue)] }

    private mutating func add(_ write: WorkflowWrite) {
        entries += write.entries.count
        for entry in write.entries {
            kinds[Int(entry.event.kind.rawValue)] += 1
            switch entry.event {
            case .closed(let outcome):
                closed[outcome.state, default: 0] += 1
                if let createdAt = write.summary?.createdAt {
                    workflowDurations.append(.milliseconds(max(0, entry.time.rawValue - createdAt.rawValue)))
                }
            case .released(_, let reason):
                ended[reason, default: 0] += 1
            default:
                break
            }
        }
    }

    private mutating func add(_ effects: [Effect], at time: Timestamp) {
        for case .freeActivity(let lease) in effects {
            attemptDurations.append(.milliseconds(max(0, time.rawValue - lease.since.rawValue)))
        }
    }
}
