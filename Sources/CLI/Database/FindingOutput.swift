internal import AetherJSON
internal import AetherRuntime
internal import AetherStorage
internal import Synchronization

/// The findings of a check, as they come.
final class FindingOutput: Sendable {
    private struct State {
        var rows: RowOutput
        /// Why nothing more can be written; the check goes on, because its result counts.
        var failure: (any Error)?
    }

    private let state: Mutex<State>

    init(json: Bool) {
        state = Mutex(
            State(
                rows: RowOutput(
                    headings: ["FINDING", "WORKFLOW", "WHAT", "WHAT TO DO"], json: json, terminal: .current())))
    }

    func add(_ finding: DatabaseFinding) {
        state.withLock { state in
            guard state.failure == nil else { return }
            do {
                try state.rows.add(json: finding.json, row: finding.row)
            } catch {
                state.failure = error
            }
        }
    }

    func finish() throws {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            try state.rows.finish()
        }
    }
}

extension DatabaseFinding {
    fileprivate var json: JSONValue {
        .object([
            "finding": .string(kind.rawValue), "workflow": workflow.map { .string($0.rawValue) } ?? .null,
            "what": .string(message), "remedy": .string(remedy),
        ])
    }

    fileprivate var row: [Cell] {
        [Cell(kind.rawValue, style: .bad), Cell(workflow?.rawValue ?? ""), Cell(message), Cell(remedy)]
    }
}
