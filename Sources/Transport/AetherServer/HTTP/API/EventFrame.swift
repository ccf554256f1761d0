internal import AetherActors
internal import AetherJSON
internal import AetherProtocol
internal import AetherRuntime
internal import AetherStorage

/// What changed in an interval, as pages are told.
struct EventFrame: Sendable {
    /// Grows from frame to frame.
    var number: UInt64
    var changes = ChangeFeed.Changes()
    /// How many workflows there are, if that may have changed.
    var counts: WorkflowCounts?
    /// The newest sample of the metrics, if there is a new one.
    var sample: JSONValue?
    /// Whether workers came, went or have another load.
    var isWorkersChanged = false
    /// Whether the server began or ceased to take work, and why it takes none.
    var readiness: Readiness?

    enum Readiness: Hashable, Sendable {
        case ready
        case notReady(String)
    }

    var isEmpty: Bool {
        changes.isEmpty && sample == nil && !isWorkersChanged && readiness == nil
    }

    /// Adds a later frame: what was missed comes in one.
    mutating func merge(_ later: EventFrame) {
        number = later.number
        changes.merge(later.changes)
        counts = later.counts ?? counts
        sample = later.sample ?? sample
        isWorkersChanged = isWorkersChanged || later.isWorkersChanged
        readiness = later.readiness ?? readiness
    }

    /// What a page is told that asked for some topics; `nil` for nothing.
    func json(for topics: EventTopics) -> JSONValue? {
        var members: [JSONValue.Member] = []
        if topics.hasWorkflows, let workflows = workflowsJSON {
            members.append(JSONValue.Member(name: "workflows", value: workflows))
        }
        let runs = topics.runs.sorted().compactMap { id in
            runJSON(id).map { JSONValue.Member(name: id.rawValue, value: $0) }
        }
        if !runs.isEmpty { members.append(JSONValue.Member(name: "runs", value: .object(runs))) }
        if topics.hasMetrics, let sample { members.append(JSONValue.Member(name: "metrics", value: sample)) }
        if topics.hasWorkers, isWorkersChanged { members.append(JSONValue.Member(name: "workers", value: .bool(true))) }
        if let readiness { members.append(JSONValue.Member(name: "server", value: readiness.json)) }
        return members.isEmpty ? nil : .object(members)
    }

    private var workflowsJSON: JSONValue? {
        guard !changes.changed.isEmpty || !changes.removed.isEmpty || changes.omitted > 0 else { return nil }
        let changed = changes.changed.values.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
        return .object([
            "changed": .array(changed.map { Aether_V1_WorkflowInfo($0).json }),
            "removed": .array(changes.removed.sorted().map { .string($0.rawValue) }),
            "omitted": .integer(changes.omitted),
            "counts": counts?.json ?? .null,
        ])
    }

    private func runJSON(_ id: WorkflowID) -> JSONValue? {
        if changes.removed.contains(id) { return .null }
        guard let last = changes.watched[id] else { return nil }
        let state = changes.changed[id].map { JSONValue.string($0.state.name) } ?? .null
        return .object(["lastSequence": .integer(last), "state": state])
    }
}

extension EventFrame.Readiness {
    init(_ reason: String?) {
        self = reason.map { .notReady($0) } ?? .ready
    }

    fileprivate var json: JSONValue {
        switch self {
        case .ready: .object(["isReady": .bool(true), "notReadyReason": .null])
        case .notReady(let reason): .object(["isReady": .bool(false), "notReadyReason": .string(reason)])
        }
    }
}
