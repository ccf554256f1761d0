/// The kinds of journal entry. The numbers are stored and sent: they never change and are never used again.
///
/// Numbers left free between the groups belong to kinds of operation that later versions add: timers from 20,
/// children from 30, activities from 40, signals from 50, values and versions from 60.
public enum EntryKind: UInt8, Sendable, Hashable, CaseIterable {
    case started = 1
    case assigned = 2
    case released = 3
    case stepCompleted = 10
    case stepFailed = 11
    case cancelRequested = 70
    case closed = 90

    /// The words a history shows.
    public var title: String {
        switch self {
        case .started: "workflow started"
        case .assigned: "assigned to worker"
        case .released: "released by worker"
        case .stepCompleted: "step completed"
        case .stepFailed: "step failed"
        case .cancelRequested: "cancel requested"
        case .closed: "workflow closed"
        }
    }
}
