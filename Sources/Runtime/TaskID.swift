/// The lease a worker holds, as the opaque text it gives back with every report.
///
/// Form: `w:EPOCH:WORKFLOW` for the workflow task of a run, `a:ATTEMPT:LENGTH:KEY:WORKFLOW` for an attempt at the activity
/// of a key, whose length is in bytes. Before them stands `i:INCARNATION:` for a run in
/// memory, and in a database that was restored from a backup.
package struct TaskID: Sendable, Hashable, CustomStringConvertible {
    package var workflow: WorkflowID
    /// The activity; `nil` for the workflow's own task.
    package var activity: OperationKey?
    /// The epoch of a workflow's task, the attempt of an activity's.
    package var epoch: UInt64
    /// Tells leases from others of the same number that were given out for the same run: before the database was put back to a
    /// backup, or by another server that had the run in memory. 0 where there can be none.
    package var incarnation: UInt64

    package init(workflow: WorkflowID, activity: OperationKey? = nil, epoch: UInt64, incarnation: UInt64 = 0) {
        self.workflow = workflow
        self.activity = activity
        self.epoch = epoch
        self.incarnation = incarnation
    }

    package init(_ subject: TaskSubject, epoch: UInt64) {
        self.init(
            workflow: subject.workflow, activity: subject.activity, epoch: epoch, incarnation: subject.incarnation)
    }

    /// Whose task it is, whichever its lease.
    package var subject: TaskSubject {
        TaskSubject(workflow: workflow, activity: activity, incarnation: incarnation)
    }

    /// Reads what ``description`` wrote; `nil` for any other text.
    package init?(_ text: String) {
        // By bytes: a workflow id may begin with a character that would merge with the colon before it.
        var text = text
        guard let parsed = text.withUTF8({ Self.parse(UnsafeRawBufferPointer($0)[...]) }) else { return nil }
        self = parsed
    }

    private static func parse(_ text: Slice<UnsafeRawBufferPointer>) -> TaskID? {
        var rest = text
        var incarnation: UInt64 = 0
        if rest.starts(with: incarnationPrefix) {
            rest = rest.dropFirst(incarnationPrefix.count)
            guard let number = takeNumber(&rest) else { return nil }
            incarnation = number
        }
        guard let kind = rest.popFirst(), rest.popFirst() == colon, let epoch = takeNumber(&rest) else { return nil }
        var activity: OperationKey?
        switch kind {
        case UInt8(ascii: "w"):
            break
        case UInt8(ascii: "a"):
            guard let length = takeNumber(&rest), length < UInt64(rest.count) else { return nil }
            let key = rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
            guard rest.popFirst() == colon, let key = String(utf8: UnsafeRawBufferPointer(rebasing: key)) else {
                return nil
            }
            activity = OperationKey(rawValue: key)
        default:
            return nil
        }
        guard let id = String(utf8: UnsafeRawBufferPointer(rebasing: rest)), let workflow = WorkflowID(validating: id)
        else {
            return nil
        }
        return TaskID(workflow: workflow, activity: activity, epoch: epoch, incarnation: incarnation)
    }

    private static let colon = UInt8(ascii: ":")
    private static let incarnationPrefix = Array("i:".utf8)

    /// Takes a number over 0 and the colon behind it. Only one text is a number's: "+1" and "01" are none.
    private static func takeNumber(_ text: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
        guard text.first != UInt8(ascii: "0") else { return nil }
        var number: UInt64?
        while let byte = text.popFirst() {
            if byte == colon { return number }
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (shifted, overflows) = (number ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, carries) = shifted.addingReportingOverflow(UInt64(digit))
            guard !overflows, !carries else { return nil }
            number = sum
        }
        return nil
    }

    package var description: String {
        let prefix = incarnation == 0 ? "" : "i:\(incarnation):"
        guard let activity else { return "\(prefix)w:\(epoch):\(workflow.rawValue)" }
        return "\(prefix)a:\(epoch):\(activity.rawValue.utf8.count):\(activity.rawValue):\(workflow.rawValue)"
    }
}
