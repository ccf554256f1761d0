internal import AetherActors
internal import AetherJSON
internal import AetherRuntime
internal import Hummingbird

/// Who works, and what waits for workers.
extension API {
    var workerOperations: [APIOperation] {
        [
            APIOperation(
                .get, "workers", "listWorkers",
                "The workers that are connected, or were a moment ago, and what waits that none of them offers.",
                schema: "Workers"
            ) { _ in
                let queues = await engine.queues()
                return .object([
                    "workers": .array(await engine.workers().map(\.json)),
                    "unserved": .array(queues.filter { $0.workers.isEmpty && $0.depth > 0 }.map(\.unservedJSON)),
                ])
            },
            APIOperation(
                .get, "queues", "listQueues",
                "What waits for workers, by what it needs. An activity that asks for no service has a queue of its own.",
                schema: "Queues"
            ) { _ in .object(["queues": .array(await engine.queues().map(\.json))]) },
        ]
    }
}

extension Engine.Worker {
    fileprivate var json: JSONValue {
        let workflows = description.workflows.map { TaskResource.workflow($0) }
        let activities = description.activities.map { TaskResource.activity($0, service: description.service) }
        return .object([
            "id": .string(identity.id),
            "service": .textOrNull(description.service),
            "group": .textOrNull(description.group),
            "languages": .array(description.languages.map { .string($0) }),
            "isPlain": .bool(identity.isPlain),
            "isConnected": .bool(isConnected),
            "connectedAt": isConnected ? .instant(changedAt) : .null,
            "disconnectedAt": isConnected ? .null : .instant(changedAt),
            "lastHeardAt": .instant(heardAt),
            "capacity": .integer(capacity),
            "held": .integer(held),
            "waiting": .integer(waiting),
            "offers": .array((workflows + activities).map { .object($0.members) }),
        ])
    }
}

extension TaskScheduler.QueueOverview {
    fileprivate var json: JSONValue {
        .object(
            resource.members + [
                JSONValue.Member(name: "depth", value: .integer(depth)),
                JSONValue.Member(name: "oldestAt", value: .instant(oldest)),
                JSONValue.Member(name: "workers", value: .array(workers.map { .string($0) })),
                JSONValue.Member(name: "freeCapacity", value: .integer(free)),
            ])
    }

    fileprivate var unservedJSON: JSONValue {
        .object(
            resource.members + [
                JSONValue.Member(name: "waiting", value: .integer(depth)),
                JSONValue.Member(name: "oldestAt", value: .instant(oldest)),
            ])
    }
}

extension TaskResource {
    fileprivate var members: [JSONValue.Member] {
        let (kind, name, service) =
            switch self {
            case .workflow(let name): ("WORKFLOW", name, "")
            case .activity(let name, let service): ("ACTIVITY", name, service)
            }
        return [
            JSONValue.Member(name: "kind", value: .string(kind)),
            JSONValue.Member(name: "name", value: .string(name)),
            JSONValue.Member(name: "service", value: .textOrNull(service)),
        ]
    }
}

extension JSONValue {
    /// An instant; `null` for none.
    static func instant(_ time: Timestamp?) -> JSONValue {
        time.map { .string($0.iso8601) } ?? .null
    }
}
