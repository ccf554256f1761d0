internal import AetherRuntime

/// A workflow on its way from one database to another, without its journal.
struct MigratedWorkflow {
    var shard: Int16
    var summary: WorkflowSummary
    /// How many entries its journal has, and what they take.
    var length: Int64
    var bytes: Int64
}

extension CopyRows {
    /// A row of `aether.workflow`, its columns in the table's order.
    mutating func add(_ workflow: MigratedWorkflow) {
        let summary = workflow.summary
        beginRow(fields: 12)
        add(workflow.shard)
        add(summary.id.rawValue)
        add(summary.type)
        add(Int16(summary.tier.rawValue))
        add(Int16(summary.state.rawValue))
        add(summary.createdAt.rawValue)
        add(summary.startedAt?.rawValue)
        add(summary.completedAt?.rawValue)
        add(summary.wakeAt?.rawValue)
        add(summary.isPassive)
        add(workflow.length)
        add(workflow.bytes)
    }

    /// A row of `aether.journal`.
    mutating func add(shard: Int16, _ workflow: WorkflowID, _ sequence: Int64, _ entry: [UInt8]) {
        beginRow(fields: 4)
        add(shard)
        add(workflow.rawValue)
        add(sequence)
        add(entry)
    }
}
