internal import AetherProtocol
internal import AetherRuntime

extension Aether_V1_State {
    /// `PENDING`, `RUNNING`, …; a number for what a newer server added.
    var name: String { WorkflowState(self)?.name ?? "STATE_\(rawValue)" }

    var cell: Cell { Cell(name, style: style) }

    var isTerminal: Bool { WorkflowState(self)?.isTerminal ?? false }

    private var style: Style {
        switch self {
        case .pending: .faint
        case .running: .active
        case .completed: .good
        case .failed: .bad
        case .cancelled: .warning
        case .UNRECOGNIZED: .plain
        }
    }
}
