package import AetherJSON
internal import AetherRuntime

extension Aether_V1_JournalEntry {
    /// One line of `aether workflow history --json`; only what the entry has.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "sequence", value: .integer(sequence)),
            .init(name: "kind", value: .string(kind.name)),
            .init(name: "time", value: .instant(time)),
        ]
        if !key.isEmpty {
            members.append(.init(name: "key", value: .string(key)))
            members.append(.init(name: "name", value: .string(OperationKey(rawValue: key).name)))
        }
        members += ownMembers.map { JSONValue.Member(name: $0.key, value: $0.value) }
        if resolvedBehind > 0 {
            members.append(.init(name: "resolvedBehind", value: .integer(resolvedBehind)))
            members.append(.init(name: "resolvedAt", value: .instant(resolvedAt)))
        }
        if kind == .started { members += parentMembers + continuationMembers }
        if kind == .closed || kind == .childClosed { members += outcomeMembers }
        return .object(members)
    }

    /// What the kind has of its own.
    private var ownMembers: KeyValuePairs<String, JSONValue> {
        let value = JSONValue(payload: payload)
        return switch kind {
        case .started:
            [
                "type": .string(workflowType), "tier": .textOrNull(tier.name), "seed": .string(String(seed)),
                "input": value,
            ]
        case .assigned:
            ["worker": .string(workerID), "attempt": .integer(epoch), "plainWorker": .bool(plainWorker)]
        case .released: ["attempt": .integer(epoch), "reason": .string(reason.name)]
        case .blocked: ["attempt": .integer(epoch), "blockage": blockage.json]
        case .stepCompleted: ["result": value]
        case .stepFailed: ["failure": failure.json]
        case .stepAttemptFailed:
            ["attempt": .integer(attempt), "failure": failure.json, "retryAt": .instant(dueTime)]
        case .timerStarted: ["dueAt": .instant(dueTime)]
        case .childStarted:
            [
                "child": .string(childID), "type": .string(workflowType), "tier": .textOrNull(tier.name),
                "closePolicy": .string(closePolicy.name), "input": value,
            ]
        case .activityScheduled: ["activity": .string(name), "input": value, "options": activity.json]
        case .activityStarted: ["attempt": .integer(attempt), "worker": .string(workerID)]
        case .activityAttemptFailed:
            [
                "attempt": .integer(attempt), "failure": failure.json, "details": value,
                "retryAt": .instant(dueTime),
            ]
        case .activityCompleted: ["attempt": .integer(attempt), "result": value]
        case .activityFailed: ["attempt": .integer(attempt), "failure": failure.json]
        case .signalReceived: ["signal": .string(name), "signalId": .string(signalID), "payload": value]
        case .signalAwaited: ["signal": .string(name), "dueAt": .instant(dueTime)]
        case .signalConsumed: ["signalSequence": .integer(signalSequence)]
        case .valueSet: ["valueName": .string(name), "value": value]
        case .versionSet: ["change": .string(name), "version": .integer(version)]
        case .timerFired, .childClosed, .cancelRequested, .operationCancelled, .terminated, .closed, .unspecified,
            .UNRECOGNIZED:
            [:]
        }
    }

    private var parentMembers: [JSONValue.Member] {
        guard !parentID.isEmpty else { return [] }
        return [
            .init(name: "parent", value: .string(parentID)),
            .init(name: "parentKey", value: .string(parentKey)),
            .init(name: "closePolicy", value: .string(closePolicy.name)),
        ]
    }

    private var continuationMembers: [JSONValue.Member] {
        guard continuedCount > 0 else { return [] }
        return [
            .init(name: "continuedCount", value: .integer(continuedCount)),
            .init(name: "attempts", value: .integer(epoch)),
            .init(name: "firstInput", value: JSONValue(payload: firstInput)),
        ]
    }

    private var outcomeMembers: [JSONValue.Member] {
        var members = [JSONValue.Member(name: "state", value: .string(state.name))]
        if state == .completed { members.append(.init(name: "result", value: JSONValue(payload: payload))) }
        if state == .failed { members.append(.init(name: "failure", value: failure.json)) }
        return members
    }
}
