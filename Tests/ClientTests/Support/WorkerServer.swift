import AetherProtocol
import AetherRuntime
import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization

@testable import Aether

/// A server of one worker, without a network: the real decisions for many runs and their activities. It assigns at once,
/// whether the worker has room or not.
final class WorkerServer: WorkerCalls {
    struct Run {
        var execution: WorkflowExecution
        var journal: [JournalEntry]
        /// Where it was last said to wait only; `nil` when it is at work.
        var waitingAt: UInt64?
        var assignments = 1
    }

    struct State {
        var runs: [String: Run] = [:]
        var time: Int64 = 1000
        var send: (@Sendable (Aether_V1_Task) -> Void)?
        var stream: CheckedContinuation<Void, Never>?
        var streamCount = 0
        var isAway = false
        var registrations: [Aether_V1_RegisterRequest] = []
        /// Which tasks are kept at the next registration; `nil` for all.
        var kept: Set<String>?
        var completions: [Aether_V1_CompleteStepRequest] = []
        var heartbeats: [Aether_V1_HeartbeatRequest] = []
        /// What the next heartbeats are answered; after these, what is so.
        var heartbeatAnswers: [Aether_V1_HeartbeatResponse] = []
        var givenBack: [String] = []
        /// Tasks that the worker said it does not have.
        var disowned: [String] = []
        /// How many of these reports are to come again.
        var late = 0
        var watchers: [(condition: @Sendable (State) -> Bool, gate: Gate)] = []
    }

    private let state = Mutex(State())

    func read<Value: Sendable>(_ body: (State) -> Value) -> Value { state.withLock { body($0) } }

    func journal(_ id: String) -> [JournalEntry] { read { $0.runs[id]?.journal ?? [] } }
    func outcome(_ id: String) -> WorkflowOutcome? { read { $0.runs[id]?.execution.outcome } }

    /// Waits until something is so.
    func until(_ condition: @escaping @Sendable (State) -> Bool) async {
        let gate = Gate()
        change { $0.watchers.append((condition, gate)) }
        await gate.wait()
    }

    func untilClosed(_ id: String) async -> WorkflowOutcome? {
        await until { $0.runs[id]?.execution.outcome != nil }
        return outcome(id)
    }

    func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        state.withLock { state in
            let value = body(&state)
            let watchers = state.watchers
            state.watchers = []
            for watcher in watchers {
                if watcher.condition(state) { watcher.gate.open() } else { state.watchers.append(watcher) }
            }
            return value
        }
    }

    // MARK: What happens

    func start(_ id: String, type: String, input: String = "null") {
        change { state in
            let start = WorkflowStart(type: type, input: Array(input.utf8), tier: .stateActionLog, seed: 42)
            let (execution, decision) = WorkflowExecution.create(
                id: WorkflowID(rawValue: id), start: start, at: Timestamp(millisecondsSinceEpoch: state.time))
            state.runs[id] = Run(execution: execution, journal: decision.entries)
            state.perform(decision.effects, id)
        }
    }

    func signal(_ id: String, _ name: String, _ payload: String = "null") {
        handle(id) {
            try $0.handle(.signal(Signal(id: "\(name)\(payload)", name: name, payload: Array(payload.utf8))), at: $1)
        }
    }

    func closeChild(_ id: String, _ key: OperationKey) {
        handle(id) { try $0.handle(.closeChild(key, .completed([])), at: $1) }
    }

    func cancel(_ id: String) { handle(id) { try $0.handle(.cancel, at: $1) } }

    func terminate(_ id: String) { handle(id) { try $0.handle(.terminate, at: $1) } }

    private func handle(_ id: String, _ event: (inout WorkflowExecution, Timestamp) throws -> Decision) {
        change { state in _ = try? state.handle(id, event) }
    }

    /// The stream of tasks breaks, and calls fail until ``comeBack()``.
    func goAway() {
        let stream = change { state in
            state.isAway = true
            state.send = nil
            defer { state.stream = nil }
            return state.stream
        }
        stream?.resume()
    }

    func comeBack() { change { $0.isAway = false } }

    // MARK: Calls

    private func connected<Value: Sendable>(_ body: (inout State) throws -> Value) throws -> Value {
        let result = change { state -> Result<Value, any Error> in
            if state.isAway { return .failure(RPCError(code: .unavailable, message: "away")) }
            return Result { try body(&state) }
        }
        return try result.get()
    }

    func register(_ request: Aether_V1_RegisterRequest) async throws -> Aether_V1_RegisterResponse {
        try connected { state in
            state.registrations.append(request)
            let kept = request.heldTaskIds.filter { state.kept?.contains($0) ?? true }
            state.kept = nil
            return .with { $0.keptTaskIds = kept }
        }
    }

    func pollTasks(
        _ request: Aether_V1_PollRequest, accepted: @escaping @Sendable () -> Void,
        take: @escaping @Sendable (Aether_V1_Task) -> Void
    ) async throws {
        accepted()
        try connected { state in
            state.send = take
            state.streamCount += 1
            let last = state.registrations.last ?? .init()
            for (task, sequence) in zip(last.heldTaskIds, last.heldSequences) { state.pushAgain(task, after: sequence) }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = change { state in
                    if state.isAway || Task.isCancelled { return true }
                    state.stream = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            change { state in
                defer { (state.stream, state.send) = (nil, nil) }
                return state.stream
            }?.resume()
        }
        throw RPCError(code: .unavailable, message: "the stream broke")
    }

    func advance(_ request: AdvanceRequest, timeout: Duration?) async throws -> AdvanceResponse {
        try connected { state in
            AdvanceResponse(answers: request.reports.map { AdvanceResponse.Answer(task: $0.task, state.advance($0)) })
        }
    }

    func completeStep(_ request: Aether_V1_CompleteStepRequest, timeout: Duration?) async throws {
        try connected { state in
            state.completions.append(request)
            guard let task = TaskID(request.taskID), let key = task.activity else {
                throw RPCError(code: .notFound, message: "no such task")
            }
            let result: ActivityResult =
                request.error.isEmpty
                ? .completed(Array(request.result))
                : .failed(
                    Failure(message: request.error, type: request.errorType, isNonRetryable: request.nonRetryable))
            let details = state.heartbeats.last { $0.taskID == request.taskID }.map { Array($0.details) }
            do {
                try state.handle(task.workflow.rawValue) {
                    try $0.handle(
                        .completeActivity(key, attempt: UInt32(task.epoch), result), at: $1,
                        heartbeats: [key: ActivityHeartbeat(time: $1, details: details)])
                }
            } catch {
                throw RPCError(code: .failedPrecondition, message: "\(error)")
            }
        }
    }

    func heartbeat(
        _ request: Aether_V1_HeartbeatRequest, timeout: Duration?
    ) async throws -> Aether_V1_HeartbeatResponse {
        try connected { state in
            state.heartbeats.append(request)
            if !state.heartbeatAnswers.isEmpty { return state.heartbeatAnswers.removeFirst() }
            guard let task = TaskID(request.taskID), let key = task.activity,
                let operation = state.runs[task.workflow.rawValue]?.execution.pending[key]
            else { return .with { $0.ok = false } }
            return .with {
                $0.ok = true
                $0.cancelRequested = operation.isCancelled
            }
        }
    }
}
