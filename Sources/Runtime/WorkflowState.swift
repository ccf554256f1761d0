/// Where a workflow stands, as every client sees it.
///
/// Legal transitions: `pending → running → completed | failed | cancelled`, and `pending → cancelled`. The last three
/// are terminal and never change. Raw values are those of the wire contract (`aether.v1.State`).
public enum WorkflowState: UInt8, Sendable, Hashable, CaseIterable {
    case pending = 0
    case running = 1
    case completed = 2
    case failed = 3
    case cancelled = 4

    public var isTerminal: Bool {
        switch self {
        case .pending, .running: false
        case .completed, .failed, .cancelled: true
        }
    }

    /// The name people see and type: `PENDING`, `RUNNING`, …
    public var name: String {
        switch self {
        case .pending: "PENDING"
        case .running: "RUNNING"
        case .completed: "COMPLETED"
        case .failed: "FAILED"
        case .cancelled: "CANCELLED"
        }
    }

    /// Reads a name as people type it, in any case.
    public init?(name: String) {
        let upper = name.uppercased()
        guard let state = Self.allCases.first(where: { $0.name == upper }) else { return nil }
        self = state
    }
}
