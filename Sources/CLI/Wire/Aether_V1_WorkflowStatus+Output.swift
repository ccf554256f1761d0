internal import AetherJSON
internal import AetherProtocol
internal import Foundation

extension Aether_V1_WorkflowStatus {
    /// How many pending operations people are shown.
    private static let shownOperations = 20

    /// What `aether status` shows.
    func fields(in zone: TimeZone) -> Fields {
        var fields = Fields()
        fields.add("id", Cell(workflowID))
        fields.add("type", Cell(workflowType))
        fields.add("parent", Cell(parentID))
        fields.add("state", state.cell)
        fields.add("reason", Cell(reason))
        if hasBlockage {
            fields.add("expected", Cell("\(blockage.expected), entry \(blockage.sequence) of the journal"))
            fields.add("found", Cell(blockage.found.isEmpty ? "nothing more" : blockage.found.joined(separator: ", ")))
        }
        fields.add("step", Cell(currentStep))
        if cancelRequested, !state.isTerminal { fields.add("cancel", "requested; the workflow may still clean up") }
        for (position, operation) in pending.prefix(Self.shownOperations).enumerated() {
            fields.add(position == 0 ? "pending" : "", Cell(operation.line(in: zone)))
        }
        if pending.count > Self.shownOperations {
            fields.add("", Cell("and \(pending.count - Self.shownOperations) more; --json shows all", style: .faint))
        }
        fields.add("worker", Cell(workerID))
        if attempt > 0 { fields.add("attempts", Cell(String(attempt))) }
        fields.add("tier", Cell(tier.name))
        fields.add("created", Cell(Instant(wire: createdAt)?.dateAndTime(in: zone) ?? ""))
        fields.add("started", Cell(Instant(wire: startedAt)?.dateAndTime(in: zone) ?? ""))
        fields.add("completed", Cell(completedText(in: zone)))
        if state == .completed { fields.add("result", Cell(JSONValue(payload: result).text)) }
        fields.add("error", Cell(errorLine, style: .bad))
        return fields
    }

    private func completedText(in zone: TimeZone) -> String {
        guard let end = Instant(wire: completedAt) else { return "" }
        let took = startedAt == 0 ? "" : ", \(ElapsedTime(milliseconds: completedAt - startedAt).span) after its start"
        return end.dateAndTime(in: zone) + took
    }
}
