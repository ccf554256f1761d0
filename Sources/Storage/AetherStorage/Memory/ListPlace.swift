internal import AetherRuntime

/// A workflow's place in a list's order.
struct ListPlace: Comparable {
    var createdAt: Timestamp
    var id: WorkflowID

    init(_ summary: WorkflowSummary) {
        (createdAt, id) = (summary.createdAt, summary.id)
    }

    init(_ cursor: WorkflowCursor) {
        (createdAt, id) = (cursor.createdAt, cursor.id)
    }

    static func < (lhs: ListPlace, rhs: ListPlace) -> Bool {
        (lhs.createdAt, lhs.id) < (rhs.createdAt, rhs.id)
    }
}
