internal import AetherRuntime

/// What a database has, in numbers that come out the same in whichever order it is read: how much there is of everything, and
/// sums of hashes over every column of every row.
///
/// The hashes are Swift's, which are seeded anew in each process: only digests of one process can be compared.
struct ContentDigest: Equatable {
    private(set) var counts = WorkflowCounts()
    private(set) var closedBytes = ClosedBytes()
    private(set) var workflows = 0
    private(set) var entries = 0
    /// What the entries take.
    private(set) var bytes = 0
    private var workflowSum: UInt64 = 0
    private var entrySum: UInt64 = 0

    mutating func add(_ workflow: MigratedWorkflow) {
        let summary = workflow.summary
        workflows += 1
        counts[summary.state] += 1
        closedBytes[summary.state] += Int(workflow.bytes)
        workflowSum &+= Self.hash { hasher in
            hasher.combine(workflow.shard)
            hasher.combine(utf8: summary.id.rawValue)
            hasher.combine(utf8: summary.type)
            hasher.combine(summary.tier)
            hasher.combine(summary.state)
            for time in [summary.createdAt, summary.startedAt, summary.completedAt, summary.wakeAt] {
                hasher.combine(time)
            }
            hasher.combine(summary.isPassive)
            hasher.combine(workflow.length)
            hasher.combine(workflow.bytes)
        }
    }

    mutating func add(shard: Int16, _ workflow: String, _ sequence: Int64, _ entry: [UInt8]) {
        entries += 1
        bytes += entry.count
        entrySum &+= Self.hash { hasher in
            hasher.combine(shard)
            hasher.combine(utf8: workflow)
            hasher.combine(sequence)
            entry.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    /// What is not the same; `nil` when all of it is.
    func difference(from source: ContentDigest) -> String? {
        for state in WorkflowState.allCases where counts[state] != source.counts[state] {
            return "\(counts[state]) \(state.name) workflows instead of \(source.counts[state])"
        }
        if entries != source.entries { return "\(entries) journal entries instead of \(source.entries)" }
        if bytes != source.bytes { return "journal entries of \(bytes) bytes instead of \(source.bytes)" }
        if entrySum != source.entrySum { return "journal entries of another content" }
        return self == source ? nil : "workflows with other columns"
    }

    private static func hash(_ body: (inout Hasher) -> Void) -> UInt64 {
        var hasher = Hasher()
        body(&hasher)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

extension Hasher {
    /// A string's own hash is the same for all spellings of a text in Unicode: this is of its bytes.
    fileprivate mutating func combine(utf8 text: String) {
        var text = text
        text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
        combine(text.utf8.count)
    }
}
