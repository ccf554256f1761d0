/// The lease a worker holds, as the opaque text it gives back with every report.
///
/// Form: `w:EPOCH:WORKFLOW` for the workflow task of a run, `a:ATTEMPT:LENGTH:KEY:WORKFLOW` for an attempt at the activity
/// of a key, whose length is in bytes.
package struct TaskID: Sendable, Hashable, CustomStringConvertible {
    package var workflow: WorkflowID
    /// The activity; `nil` for the workflow's own task.
    package var activity: OperationKey?
    /// The epoch of a workflow's task, the attempt of an activity's.
    package var epoch: UInt64

    package init(workflow: WorkflowID, activity: OperationKey? = nil, epoch: UInt64) {
        self.workflow = workflow
        self.activity = activity
        self.epoch = epoch
    }

    package init(_ subject: TaskSubject, epoch: UInt64) {
        self.init(workflow: subject.workflow, activity: subject.activity, epoch: epoch)
    }

    /// Whose task it is, whichever its lease.
    package var subject: TaskSubject { TaskSubject(workflow: workflow, activity: activity) }

    /// Reads what ``description`` wrote; `nil` for any other text.
    package init?(_ text: String) {
        // By bytes: a workflow id may begin with a character that would merge with the colon before it.
        let colon = UInt8(ascii: ":")
        let parts = text.utf8.split(separator: colon, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let epoch = UInt64(Substring(parts[1])), epoch > 0 else { return nil }
        var rest = parts[2]
        var activity: OperationKey?
        if parts[0].elementsEqual("a".utf8) {
            guard let end = rest.firstIndex(of: colon), let length = Int(Substring(rest[..<end])), length > 0 else {
                return nil
            }
            let key = rest[rest.index(after: end)...].prefix(length)
            guard key.count == length, key.endIndex < rest.endIndex else { return nil }
            activity = OperationKey(rawValue: String(Substring(key)))
            rest = rest[rest.index(after: key.endIndex)...]
        }
        guard let workflow = WorkflowID(validating: String(Substring(rest))) else { return nil }
        self.init(workflow: workflow, activity: activity, epoch: epoch)
        // Only one text is a task's: "w:+1:x" or "w:01:x" is not.
        guard description.hasSameBytes(as: text) else { return nil }
    }

    package var description: String {
        guard let activity else { return "w:\(epoch):\(workflow.rawValue)" }
        return "a:\(epoch):\(activity.rawValue.utf8.count):\(activity.rawValue):\(workflow.rawValue)"
    }
}
