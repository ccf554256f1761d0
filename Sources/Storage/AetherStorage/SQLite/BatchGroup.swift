internal import AetherRuntime

/// What one batch brings of one workflow: a batch touches each workflow's row once, with its last summary.
struct BatchGroup {
    let id: WorkflowID
    /// Whether the workflow comes into being here.
    let isNew: Bool
    /// Which workflow of the id makes way.
    let replaces: WorkflowWrite.Replaced
    var summary: WorkflowSummary?
    /// The writes that count, as indices into the batch. Most groups have one: no array is made for it.
    let firstWrite: Int
    var laterWrites: [Int] = []
    var entryCount: Int
    /// Whether a later write of the batch brings the workflow into being once more: it and what follows is left out.
    var isRepeated = false

    init(_ write: WorkflowWrite, at index: Int) {
        id = write.id
        isNew = write.isNew
        replaces = write.isNew ? write.replaces : .nothing
        summary = write.summary
        firstWrite = index
        entryCount = write.entries.count
    }

    mutating func add(_ write: WorkflowWrite, at index: Int) {
        if write.isNew { isRepeated = true }
        guard !isRepeated else { return }
        if let newer = write.summary {
            summary = newer
        } else if !write.entries.isEmpty {
            summary?.isPassive = false
        }
        laterWrites.append(index)
        entryCount += write.entries.count
    }

    /// The batch's groups, in the order in which their workflows first occur. A workflow that replaces another one of
    /// its id begins a group of its own.
    static func groups(of batch: [WorkflowWrite]) -> [BatchGroup] {
        var groups: [BatchGroup] = []
        groups.reserveCapacity(batch.count)
        guard batch.count > 1 else { return batch.map { BatchGroup($0, at: 0) } }
        var indices = [WorkflowID: Int](minimumCapacity: batch.count)
        for (index, write) in batch.enumerated() {
            if let known = indices[write.id], groups[known].isRepeated || !(write.isNew && write.replaces != .nothing) {
                groups[known].add(write, at: index)
            } else {
                indices[write.id] = groups.count
                groups.append(BatchGroup(write, at: index))
            }
        }
        return groups
    }
}
