internal import AetherJSON
internal import AetherProtocol
internal import AetherRuntime

/// The shapes of what the API answers, as JSON schemas by name.
///
/// An object has all of its members always, `null` where there is nothing; but for a journal's entries, which have what their kind
/// has.
enum APISchema {
    static func reference(_ name: String) -> JSONValue {
        .object(["$ref": .string("#/components/schemas/\(name)")])
    }

    static var all: [JSONValue.Member] {
        schemas.map { JSONValue.Member(name: $0.key, value: $0.value) }
    }

    private static var schemas: KeyValuePairs<String, JSONValue> {
        [
            "Workflow": object(workflow),
            "WorkflowPage": page("workflows", of: "Workflow", next: text),
            "WorkflowCounts": object(["counts": reference("Counts"), "isComplete": boolean]),
            "Counts": object(WorkflowState.allCases.map { ($0.name, integer) }),
            "WorkflowTypes": object(["types": list(text)]),
            "WorkflowStatus": object(Array(workflow) + status),
            "Pending": object([
                "kind": choice(["TIMER", "CHILD", "ACTIVITY", "SIGNAL", "STEP"]), "key": text, "name": orNull(text),
                "child": orNull(text), "attempt": orNull(integer), "dueAt": orNull(instant), "worker": orNull(text),
                "failure": orNull(reference("Failure")),
            ]),
            "PendingPage": page("pending", of: "Pending", next: integer),
            "Failure": object([
                "message": text, "type": orNull(text), "step": orNull(text), "nonRetryable": boolean,
            ]),
            "Blockage": object(["sequence": integer, "expected": text, "found": list(text)]),
            "Entry": object(
                [
                    "sequence": integer,
                    "kind": choice(
                        EntryKind.allCases.compactMap { Aether_V1_EntryKind(rawValue: Int($0.rawValue))?.name }),
                    "time": instant,
                ],
                isClosed: false),
            "HistoryPage": page("entries", of: "Entry", next: integer),
            "Child": object([
                "key": text, "id": text, "type": text, "closePolicy": choice(["CANCEL", "ABANDON", "WAIT"]),
                "workflow": orNull(reference("Workflow")),
            ]),
            "ChildPage": page("children", of: "Child", next: integer),
            "NamedValue": object(["name": text, "value": anything]),
            "Started": object(["id": text]),
            "Signalled": object(["signalId": text]),
            "Done": object([(String, JSONValue)]()),
            "Cancellations": object([
                "results": list(object(["id": text, "error": orNull(reference("ErrorDetail"))]))
            ]),
            "Resource": object(Array(resource)),
            "Worker": object([
                "id": text, "service": orNull(text), "group": orNull(text), "languages": list(text), "isPlain": boolean,
                "isConnected": boolean, "connectedAt": orNull(instant), "disconnectedAt": orNull(instant),
                "lastHeardAt": orNull(instant), "capacity": integer, "held": integer, "waiting": integer,
                "offers": list(reference("Resource")),
            ]),
            "Workers": object([
                "workers": list(reference("Worker")),
                "unserved": list(object(Array(resource) + [("waiting", integer), ("oldestAt", orNull(instant))])),
            ]),
            "Queues": object([
                "queues": list(
                    object(
                        Array(resource) + [
                            ("depth", integer), ("oldestAt", orNull(instant)), ("workers", list(text)),
                            ("freeCapacity", integer),
                        ]))
            ]),
            "Server": object([
                "version": text, "serverId": text, "startedAt": instant, "now": instant,
                "addresses": object(["grpc": text, "http": text, "metrics": orNull(text)]), "database": text,
                "tier": tier, "isReady": boolean, "notReadyReason": orNull(text), "role": orNull(text),
            ]),
            "Series": object(["resolutionSeconds": integer, "samples": list(reference("Sample"))]),
            "Sample": object(sample),
            "Quantiles": object(["p50": number, "p95": number, "p99": number]),
            "Hello": object(["boot": text, "version": text, "resumed": boolean]),
            "Frame": object(
                [
                    "workflows": object([
                        "changed": list(reference("Workflow")), "removed": list(text), "omitted": integer,
                        "counts": orNull(reference("Counts")),
                    ]),
                    "runs": .object([
                        "type": .string("object"),
                        "additionalProperties": orNull(
                            object(["lastSequence": integer, "state": orNull(state)])),
                    ]),
                    "metrics": reference("Sample"), "workers": boolean,
                    "server": object(["isReady": boolean, "notReadyReason": orNull(text)]),
                ], required: []),
            "Error": object(["error": reference("ErrorDetail")]),
            "ErrorDetail": object([
                "code": choice(APIError.Code.allCases.map(\.rawValue)), "message": text, "remedy": text,
            ]),
        ]
    }

    private static var workflow: KeyValuePairs<String, JSONValue> {
        [
            "id": text, "type": text, "state": state, "tier": orNull(tier), "createdAt": instant,
            "startedAt": orNull(instant), "completedAt": orNull(instant),
        ]
    }

    private static var status: [(String, JSONValue)] {
        [
            ("currentStep", orNull(text)), ("worker", orNull(text)), ("attempts", integer), ("reason", orNull(text)),
            ("cancelRequested", boolean), ("result", anything), ("error", orNull(text)),
            ("failure", orNull(reference("Failure"))), ("parent", orNull(text)),
            ("blockage", orNull(reference("Blockage"))), ("pending", list(reference("Pending"))),
            ("pendingCount", integer), ("input", anything), ("lastSequence", integer),
        ]
    }

    /// Rates are of a second; quantiles are `null` when nothing was measured.
    private static var sample: [(String, JSONValue)] {
        let rates = [
            "workflowsStarted", "workflowsClosed", "stepsCompleted", "activitiesCompleted", "entries", "commits",
        ]
        let quantiles = ["workflowSeconds", "queueSeconds", "commitSeconds", "syncSeconds", "commitEntries"]
        let counts = [
            "queueDepth", "workers", "capacity", "held", "activeRuns", "pending", "running", "memoryBytes",
        ]
        return [("time", instant)] + rates.map { ($0, number) }
            + quantiles.map { ($0, orNull(reference("Quantiles"))) } + counts.map { ($0, integer) } + [("cpu", number)]
    }

    private static var resource: KeyValuePairs<String, JSONValue> {
        ["kind": choice(["WORKFLOW", "ACTIVITY"]), "name": text, "service": orNull(text)]
    }

    // MARK: Parts

    private static var text: JSONValue { .object(["type": .string("string")]) }
    private static var integer: JSONValue { .object(["type": .string("integer")]) }
    private static var number: JSONValue { .object(["type": .string("number")]) }
    private static var boolean: JSONValue { .object(["type": .string("boolean")]) }
    private static var instant: JSONValue { .object(["type": .string("string"), "format": .string("date-time")]) }
    private static var anything: JSONValue { .object([JSONValue.Member]()) }
    private static var state: JSONValue { choice(WorkflowState.allCases.map(\.name)) }
    private static var tier: JSONValue { choice(PersistenceTier.allCases.map(\.name)) }

    private static func choice(_ values: [String]) -> JSONValue {
        .object(["type": .string("string"), "enum": .array(values.map { .string($0) })])
    }

    private static func list(_ element: JSONValue) -> JSONValue {
        .object(["type": .string("array"), "items": element])
    }

    private static func orNull(_ schema: JSONValue) -> JSONValue {
        .object(["anyOf": .array([schema, .object(["type": .string("null")])])])
    }

    private static func page(_ name: String, of schema: String, next: JSONValue) -> JSONValue {
        object([(name, list(reference(schema))), ("next", orNull(next))])
    }

    private static func object(
        _ members: KeyValuePairs<String, JSONValue>, isClosed: Bool = true, required: [String]? = nil
    ) -> JSONValue {
        object(members.map { ($0.key, $0.value) }, isClosed: isClosed, required: required)
    }

    private static func object(
        _ members: [(String, JSONValue)], isClosed: Bool = true, required: [String]? = nil
    ) -> JSONValue {
        .object([
            "type": .string("object"),
            "properties": .object(members.map { JSONValue.Member(name: $0.0, value: $0.1) }),
            "required": .array((required ?? members.map(\.0)).map { .string($0) }),
            "additionalProperties": .bool(!isClosed),
        ])
    }
}
