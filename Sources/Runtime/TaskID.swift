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
        // By bytes: a workflow id may begin with a character that would merge with the colon before it.
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let epoch = UInt64(Substring(parts[1])), epoch > 0,
            let workflow = WorkflowID(validating: String(Substring(parts[2])))
        else { return nil }
        self.init(workflow: workflow, epoch: epoch)
        // Only one text is a task's: "w:+1:x" or "w:01:x" is not.
        guard description.utf8.elementsEqual(text.utf8) else { return nil }
    }

    package var description: String { "w:\(epoch):\(workflow.rawValue)" }
}
