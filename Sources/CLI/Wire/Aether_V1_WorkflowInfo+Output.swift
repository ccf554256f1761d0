internal import AetherProtocol
internal import Foundation

extension Aether_V1_WorkflowInfo {
    static let headings = ["ID", "TYPE", "STATE", "CREATED", "TOOK"]

    /// The row of `aether workflow list`.
    func row(in zone: TimeZone) -> [Cell] {
        [
            Cell(workflowID), Cell(workflowType), state.cell,
            Cell(Instant(wire: createdAt)?.dateAndTime(in: zone) ?? ""),
            Cell(completedAt == 0 ? "" : ElapsedTime(milliseconds: completedAt - createdAt).span),
        ]
    }
}
