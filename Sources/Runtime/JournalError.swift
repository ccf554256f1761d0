/// A journal that can't be the whole and true record of one workflow.
package enum JournalError: Error, Equatable, CustomStringConvertible {
    case doesNotStart(WorkflowID)
    case startsTwice(WorkflowID, sequence: UInt64)
    case gap(WorkflowID, expected: UInt64, found: UInt64)
    case goesOnAfterItsEnd(WorkflowID, sequence: UInt64)

    package var description: String {
        switch self {
        case .doesNotStart(let id): "the journal of workflow \(id) does not begin with its start"
        case .startsTwice(let id, let sequence): "the journal of workflow \(id) starts again at entry \(sequence)"
        case .gap(let id, let expected, let found):
            "the journal of workflow \(id) has a gap: entry \(expected) is missing, \(found) follows"
        case .goesOnAfterItsEnd(let id, let sequence):
            "the journal of workflow \(id) goes on with entry \(sequence) after its end"
        }
    }
}
