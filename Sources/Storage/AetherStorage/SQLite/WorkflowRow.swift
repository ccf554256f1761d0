internal import AetherRuntime

/// A workflow's row, as a database file has it.
struct WorkflowRow {
    static let columns: SQLText =
        "workflow.row, id, type, tier, state, created, started, completed, wake, passive, head, bytes"

    var row: Int64
    var id: WorkflowID
    var type: String
    /// `nil` for a number that is no tier.
    var tier: PersistenceTier?
    /// `nil` for a number that is no state.
    var state: WorkflowState?
    var createdAt: Timestamp
    var startedAt: Timestamp?
    var completedAt: Timestamp?
    var wakeAt: Timestamp?
    var isPassive: Bool
    /// The last entry: that of the row, or a later one.
    var head: Int64
    /// The last entry as the row has it, and the size of the entries up to there.
    var storedHead: Int64
    var bytes: Int

    init(_ statement: SQLStatement, from first: Int32 = 0, lagging: [Int64: Int64]) {
        func instant(_ column: Int32) -> Timestamp? {
            statement.optionalInteger(first + column).map(Timestamp.init(rawValue:))
        }
        row = statement.integer(first)
        id = WorkflowID(rawValue: statement.text(first + 1))
        type = statement.text(first + 2)
        tier = UInt8(exactly: statement.integer(first + 3)).flatMap(PersistenceTier.init(rawValue:))
        state = WorkflowState(column: statement.integer(first + 4))
        createdAt = Timestamp(rawValue: statement.integer(first + 5))
        startedAt = instant(6)
        completedAt = instant(7)
        wakeAt = instant(8)
        isPassive = statement.integer(first + 9) != 0
        storedHead = statement.integer(first + 10)
        bytes = Int(statement.integer(first + 11))
        head = max(storedHead, lagging[row] ?? 0)
    }
}
