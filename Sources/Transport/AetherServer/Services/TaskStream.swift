internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

/// Writes a session's messages to its `PollTasks` stream, a long journal in several messages.
struct TaskStream {
    /// How much journal one message carries: gRPC clients refuse messages over 4 MiB unless told otherwise.
    private static let journalChunkBytes = 1024 * 1024

    let engine: Engine
    let write: @Sendable ([Aether_V1_Task]) async throws -> Void
    /// Is told of tasks that the worker no longer has, where somebody has to know.
    let freed: @Sendable ([String]) -> Void

    init(engine: Engine, response: RPCWriter<Aether_V1_Task>) {
        self.init(engine: engine, write: { try await response.write(contentsOf: $0) })
    }

    init(
        engine: Engine, write: @escaping @Sendable ([Aether_V1_Task]) async throws -> Void,
        freed: @escaping @Sendable ([String]) -> Void = { _ in }
    ) {
        self.engine = engine
        self.write = write
        self.freed = freed
    }

    func send(_ messages: [TaskMessage]) async throws {
        var short: [Aether_V1_Task] = []
        for message in messages {
            switch message {
            case .assign(let assignment) where assignment.journal == nil:
                try await write(short)
                short = []
                try await sendLong(assignment)
            case .relayed(let task):
                if let task = task as? Aether_V1_Task { short.append(task) }
            case .freed(let task):
                if !short.isEmpty { try await write(short) }
                short = []
                freed([engine.text(of: task)])
            default:
                short.append(Aether_V1_Task(message, of: engine))
            }
        }
        if !short.isEmpty { try await write(short) }
    }

    private func sendLong(_ assignment: TaskAssignment) async throws {
        var chunk = Aether_V1_Task(.assign(assignment), of: engine)
        // Beside the message: a field of it is copied whenever it is changed.
        var entries: [Aether_V1_JournalEntry] = []
        var size = 0
        var after: UInt64 = 0
        while after < assignment.journalLength {
            let page = try await engine.journal(of: assignment, after: after)
            guard let last = page.last else {
                throw EngineError(
                    .unavailable, "the journal of workflow \(assignment.taskID.workflow) ends before entry \(after + 1)"
                )
            }
            for entry in page {
                let wire = Aether_V1_JournalEntry(entry)
                let bytes = wire.payload.count + wire.key.utf8.count + wire.failure.message.utf8.count + 64
                if size > 0, size + bytes > Self.journalChunkBytes {
                    chunk.journal = entries
                    chunk.journalContinues = true
                    try await write([chunk])
                    chunk = Aether_V1_Task.with { $0.taskID = engine.text(of: assignment.taskID) }
                    (entries, size) = ([], 0)
                }
                entries.append(wire)
                size += bytes
            }
            after = last.sequence
        }
        chunk.journal = entries
        try await write([chunk])
    }
}

extension Aether_V1_Task {
    fileprivate init(_ message: TaskMessage, of engine: Engine) {
        self.init()
        switch message {
        case .assign(let assignment):
            kind = .assign
            taskID = engine.text(of: assignment.taskID)
            workflowID = assignment.taskID.workflow.rawValue
            workflowType = assignment.start.type
            set(engine.traceContext(of: assignment.start))
            stepsAhead = UInt32(assignment.start.tier.stepsAhead)
            targetResource = assignment.start.type
            resourceType = .workflow
            input = Data(assignment.start.input)
            attempt = assignment.taskID.epoch
            journal = assignment.journal?.map { Aether_V1_JournalEntry($0) } ?? []
        case .attempt(let assignment):
            self.init(assignment, of: engine)
        case .push(let task, let entry):
            kind = .push
            taskID = engine.text(of: task)
            workflowID = task.workflow.rawValue
            journal = [Aether_V1_JournalEntry(entry)]
        case .ask(let task):
            kind = .push
            taskID = engine.text(of: task)
            workflowID = task.workflow.rawValue
        case .revoke(let task):
            kind = .revoke
            taskID = engine.text(of: task)
            workflowID = task.workflow.rawValue
        case .relayed, .freed:
            break
        }
    }

    private mutating func set(_ trace: TraceContext?) {
        guard let trace else { return }
        traceparent = trace.traceparent
        tracestate = trace.state
    }

    private init(_ assignment: ActivityAssignment, of engine: Engine) {
        self.init()
        let (task, spec) = (assignment.taskID, assignment.activity.spec)
        kind = .assign
        taskID = engine.text(of: task)
        workflowID = task.workflow.rawValue
        workflowType = assignment.start.type
        set(engine.traceContext(of: assignment.start))
        stepName = spec.name
        targetService = spec.service
        targetResource = spec.name
        resourceType = .activity
        input = Data(spec.input)
        retry = .with {
            $0.maxAttempts = Int32(clamping: spec.retry.attempts)
            $0.initialInterval = Int32(clamping: spec.retry.initialMilliseconds)
            $0.backoffMultiplier = Int32(spec.retry.factor.rounded())
        }
        attempt = task.epoch
        heartbeatDetails = Data(assignment.activity.details)
        activity = Aether_V1_ActivityOptions(spec)
        idempotencyKey = assignment.idempotencyKey
    }
}
