import AetherRuntime
import AetherStorage
import Foundation

/// What one call adds to the file.
enum LogRecord: Codable {
    case commit([StoredWrite])
    case delete([String])
}

/// A `WorkflowWrite` as it stands in the file.
struct StoredWrite: Codable {
    var id: String
    var summary: Summary?
    var isNew: Bool
    var replaces: Replaced
    /// Each as `JournalEntry` encodes itself.
    var entries: [Data]

    enum Replaced: String, Codable {
        case nothing, closed, any
    }

    /// Times are milliseconds since 1970.
    struct Summary: Codable {
        var type: String
        var tier: UInt8
        var state: UInt8
        var createdAt: Int64
        var startedAt: Int64?
        var completedAt: Int64?
        var wakeAt: Int64?
        var isPassive: Bool
    }

    init(_ write: WorkflowWrite) {
        id = write.id.rawValue
        isNew = write.isNew
        replaces =
            switch write.replaces {
            case .nothing: .nothing
            case .closed: .closed
            case .any: .any
            }
        entries = write.entries.map { Data($0.encoded()) }
        summary = write.summary.map { summary in
            Summary(
                type: summary.type, tier: summary.tier.rawValue, state: summary.state.rawValue,
                createdAt: summary.createdAt.rawValue, startedAt: summary.startedAt?.rawValue,
                completedAt: summary.completedAt?.rawValue, wakeAt: summary.wakeAt?.rawValue,
                isPassive: summary.isPassive)
        }
    }

    var write: WorkflowWrite {
        get throws {
            let replaced: WorkflowWrite.Replaced =
                switch replaces {
                case .nothing: .nothing
                case .closed: .closed
                case .any: .any
                }
            return WorkflowWrite(
                id: WorkflowID(rawValue: id), summary: try workflowSummary, isNew: isNew, replaces: replaced,
                entries: try entries.map { try JournalEntry(encoded: $0) })
        }
    }

    private var workflowSummary: WorkflowSummary? {
        get throws {
            guard let summary else { return nil }
            guard let tier = PersistenceTier(rawValue: summary.tier), let state = WorkflowState(rawValue: summary.state)
            else { throw StoreError(code: .corrupt, message: "workflow \(id) has an unknown tier or state") }
            return WorkflowSummary(
                id: WorkflowID(rawValue: id), type: summary.type, tier: tier, state: state,
                createdAt: Timestamp(rawValue: summary.createdAt),
                startedAt: summary.startedAt.map(Timestamp.init(rawValue:)),
                completedAt: summary.completedAt.map(Timestamp.init(rawValue:)),
                wakeAt: summary.wakeAt.map(Timestamp.init(rawValue:)), isPassive: summary.isPassive)
        }
    }
}
