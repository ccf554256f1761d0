package import Aether
import Foundation

package struct ScriptError: Error, CustomStringConvertible {
    package var description: String
}

/// What an activity of a script is given.
package struct WorkOrder: Codable, Sendable {
    package var path: String
    package var behaviour: Script.Operation.Behaviour
}

/// The workflow that does what a script says, and the activity its scripts call. The tests' clients and the worker process
/// declare them alike.
package struct ScriptWorkflow: Sendable {
    package let workflow: Workflow<Script, [String]>
    package let activity: Activity<WorkOrder, String>

    package init(_ client: AetherClient, persistence: Persistence? = nil, type: String = "script") {
        let activity = client.activity("work") { (context, order: WorkOrder) in
            try await Self.work(context, order, client.workerID)
        }
        self.activity = activity
        self.workflow = client.workflow(type, persistence: persistence) { (context, script: Script) in
            try await Interpreter(client: client, type: type, path: script.path, activity: activity)
                .run(script.operations, context)
        }
    }

    /// A workflow whose code is this worker's, as a script, and whose input is where its steps write.
    package static func code(_ client: AetherClient, _ operations: [Script.Operation]) -> Workflow<String, [String]> {
        let activity = client.activity("work", input: WorkOrder.self, output: String.self)
        return client.workflow("code") { (context, path: String) in
            try await Interpreter(client: client, type: "code", path: path, activity: activity)
                .run(operations, context)
        }
    }

    private static func work(_ context: ActivityContext, _ order: WorkOrder, _ worker: String) async throws -> String {
        let name = "attempt \(context.attempt) on \(worker)"
        try append(name, to: order.path)
        switch order.behaviour {
        case .succeed:
            break
        case .fail(let times, let isRetryable):
            guard context.attempt > times else {
                let message = "failure \(context.attempt)"
                throw isRetryable ? ScriptError(description: message) : NonRetryableError(message) as any Error
            }
        case .gate(let gate, let heartbeats):
            guard context.attempt == 1 else { break }
            tell("working \(gate)")
            do {
                try await pass(order.path + "." + gate, heartbeats ? context : nil)
            } catch {
                try append("cancelled", to: order.path)
                tell("cancelled")
                throw error
            }
            try append("passed", to: order.path)
            tell("passed")
        }
        return name
    }

    private static func pass(_ gate: String, _ heart: ActivityContext?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await passGate(gate) }
            if let heart {
                group.addTask {
                    while true {
                        try await heart.heartbeat("beat")
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }
}

/// Does the operations of a script.
private struct Interpreter: Sendable {
    let client: AetherClient
    let type: String
    let path: String
    let activity: Activity<WorkOrder, String>

    func run(_ operations: [Script.Operation], _ context: WorkflowContext) async throws -> [String] {
        var results: [String] = []
        for operation in operations { results += try await run(operation, context) }
        return results
    }

    private func run(_ operation: Script.Operation, _ context: WorkflowContext) async throws -> [String] {
        switch operation {
        case .step(let name, let failures, let attempts, let isRetryable):
            return [try await step(name, failures, attempts, isRetryable, context)]
        case .steps(let count, let isSequential):
            if isSequential {
                for number in 0..<count { try await context.step("\(number)") {} }
            } else {
                try await context.parallel(over: 0..<count, maximumConcurrency: 100) { number in
                    try await context.step("\(number)") {}
                }
            }
            return ["\(count) steps"]
        case .gate(let name):
            try await context.step(name) {
                tell("at \(name)")
                try await passGate(path + "." + name)
            }
            return [name]
        case .hang(let name, let timeout, let attempts):
            try await context.step(
                name, retry: .exponential(initial: .milliseconds(5), attempts: attempts),
                timeout: timeout.map { .milliseconds($0) }
            ) {
                try append(name, to: path)
                tell("at \(name)")
                try await Task.sleep(for: .seconds(3600))
            }
            return [name]
        case .sleep(let milliseconds):
            try await context.sleep(.milliseconds(milliseconds))
            return ["slept"]
        case .signal(let name, let timeout):
            return [try await signal(name, timeout, context)]
        case .child(let id, let operations, let policy):
            return try await context.child(
                child, Script(path, operations), id: id, policy: policy.value)
        case .startChild(let id, let operations, let policy):
            return [try await context.startChild(child, Script(path, operations), id: id, policy: policy.value).id]
        case .activity(let behaviour, let limits, let cancellation):
            let call = client.activity(
                activity.name, input: WorkOrder.self, output: String.self,
                retry: .exponential(initial: .milliseconds(20), attempts: limits.attempts),
                timeout: limits.timeoutMilliseconds.map { .milliseconds($0) },
                heartbeatTimeout: limits.heartbeatMilliseconds.map { .milliseconds($0) })
            return [
                try await context.activity(
                    call, WorkOrder(path: path, behaviour: behaviour), cancellation: cancellation.value)
            ]
        case .parallel(let branches):
            return try await context.parallel(over: branches) { try await run($0, context) }.flatMap(\.self)
        case .settled(let branches):
            return try await context.settled(over: branches) { try await run($0, context) }.map { "\($0)" }
        case .race(let branches):
            guard branches.count == 2 else { throw NonRetryableError("a race has two branches here") }
            return try await context.race(
                { try await run(branches[0], context) }, { try await run(branches[1], context) })
        case .set(let name, let value):
            try await context.set(name, value)
            return []
        case .derived:
            return [
                context.uuid().uuidString.lowercased(), "\(context.random(in: -10..<1_000_000_007))",
                "\(context.random())", "\(Int((context.now.timeIntervalSince1970 * 1000).rounded()))",
            ]
        case .compensate(let name):
            context.compensate { try await context.step(name) { try append(name, to: path) } }
            return []
        case .rescue(let operations):
            do {
                return try await run(operations, context)
            } catch let error as CancellationError {
                throw error
            } catch {
                return ["\(Swift.type(of: error)): \(error)"]
            }
        case .continueAsNew(let operations):
            try context.continueAsNew(Script(path, operations))
        case .version(let change, let newest, let operations):
            guard try await context.version(change, 1...newest) == newest else { return [] }
            return try await run(operations, context)
        case .added(let change, let operations):
            return try await context.added(change) { try await run(operations, context) }
        case .fail(let message):
            throw ScriptError(description: message)
        }
    }

    /// The script's own workflow: only its name and types matter in a call.
    private var child: Workflow<Script, [String]> { client.workflow(type) { (_, _: Script) in [String]() } }

    private func step(
        _ name: String, _ failures: Int, _ attempts: Int, _ isRetryable: Bool, _ context: WorkflowContext
    ) async throws -> String {
        try await context.step(
            name, retry: .exponential(initial: .milliseconds(5), maximum: .milliseconds(50), attempts: attempts)
        ) {
            let attempt = StepContext.current?.attempt ?? 0
            try append(name, to: path)
            tell("ran \(name)")
            guard attempt > failures else {
                let message = "failure \(attempt)"
                throw isRetryable ? ScriptError(description: message) : NonRetryableError(message) as any Error
            }
            return name
        }
    }

    private func signal(_ name: String, _ timeout: Int?, _ context: WorkflowContext) async throws -> String {
        do {
            let limit = timeout.map { Duration.milliseconds($0) }
            return try await context.signal(name, as: String.self, timeout: limit)
        } catch is SignalTimeout {
            return "timeout"
        }
    }
}

extension Script.Operation.Policy {
    fileprivate var value: ParentClosePolicy {
        switch self {
        case .cancel: .cancel
        case .abandon: .abandon
        case .wait: .wait
        }
    }
}

extension Script.Operation.Cancellation {
    fileprivate var value: ActivityCancellation {
        switch self {
        case .try: .try
        case .wait: .wait
        case .abandon: .abandon
        }
    }
}
