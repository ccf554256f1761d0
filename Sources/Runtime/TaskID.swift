/// The lease a worker holds, as the opaque text it gives back with every report.
///
/// Form: `w:EPOCH:WORKFLOW` for the workflow task of a run. The prefix leaves room for other kinds of task.
package struct TaskID: Sendable, Hashable, CustomStringConvertible {
    package var workflow: WorkflowID
    package var epoch: UInt64

    package init(workflow: WorkflowID, epoch: UInt64) {
        self.workflow = workflow
        self.epoch = epoch
    }

    /// Reads what ``description`` wrote; `nil` for any other text.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "w", let epoch = UInt64(parts[1]), epoch > 0,
            let workflow = WorkflowID(validating: String(parts[2]))
        else { return nil }
        self.init(workflow: workflow, epoch: epoch)
    }

    package var description: String { "w:\(epoch):\(workflow.rawValue)" }
}
