internal import AetherProtocol
internal import AetherRuntime

extension Aether_V1_State {
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
