internal import AetherProtocol
internal import DequeModule
internal import GRPCCore
internal import SwiftProtobuf
internal import Synchronization

/// Starts runs in as few calls as it takes: what accumulates while calls are under way goes with the next one. A lone start
/// goes at once.
final class StartBatches: Sendable {
    typealias Call = @Sendable (Aether_V1_StartWorkflowsRequest) async throws -> Aether_V1_StartWorkflowsResponse

    /// How many calls are under way at once.
    private static let callsInFlight = 2
    /// What one call carries at most, in starts and in bytes of inputs.
    private static let maximumStarts = 1_000
    private static let maximumCallBytes = 1024 * 1024

    private struct Waiting {
        var request: Aether_V1_StartWorkflowRequest
        var continuation: CheckedContinuation<String, any Error>
    }

    private struct State {
        var waiting: Deque<Waiting> = []
        var callCount = 0

        mutating func takeBatch() -> [Waiting] {
            var bytes = 0
            var count = 0
            while count < min(waiting.count, maximumStarts) {
                bytes += waiting[count].request.input.count + waiting[count].request.signal.payload.count
                if count > 0, bytes > maximumCallBytes { break }
                count += 1
            }
            defer { waiting.removeFirst(count) }
            return Array(waiting.prefix(count))
        }
    }

    private let call: Call
    private let state = Mutex(State())

    init(call: @escaping Call) {
        self.call = call
    }

    /// Starts a run.
    ///
    /// A caller that is cancelled waits for the answer all the same: the start is under way.
    ///
    /// - Returns: its id.
    /// - Throws: `RPCError`.
    func start(_ request: Aether_V1_StartWorkflowRequest) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            let goes = state.withLock { state in
                state.waiting.append(Waiting(request: request, continuation: continuation))
                guard state.callCount < Self.callsInFlight else { return false }
                state.callCount += 1
                return true
            }
            // Ends when nothing waits any more; those who wait hear of every error.
            if goes { Task.detached { await self.send() } }
        }
    }

    private func send() async {
        while true {
            let batch = state.withLock { state in
                let batch = state.takeBatch()
                if batch.isEmpty { state.callCount -= 1 }
                return batch
            }
            if batch.isEmpty { return }
            do {
                let answers = try await call(.with { $0.starts = batch.map(\.request) }).answers
                for (index, waiting) in batch.enumerated() {
                    waiting.continuation.resume(with: Self.result(index < answers.count ? answers[index] : nil))
                }
            } catch {
                for waiting in batch { waiting.continuation.resume(throwing: error) }
            }
        }
    }

    private static func result(_ answer: Aether_V1_StartAnswer?) -> Result<String, any Error> {
        guard let answer else {
            return .failure(RPCError(code: .internalError, message: "the server's answer has too few parts"))
        }
        guard answer.code != 0 else { return .success(answer.workflowID) }
        return .failure(RPCError(wireCode: answer.code, message: answer.message))
    }
}

extension RPCError {
    /// An error that came as a part of an answer.
    init(wireCode: Int32, message: String) {
        self.init(code: Status.Code(rawValue: Int(wireCode)).flatMap { Code($0) } ?? .unknown, message: message)
    }
}
