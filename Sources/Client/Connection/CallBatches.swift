internal import DequeModule
internal import GRPCCore
internal import Synchronization

/// Makes what many ask in as few calls as it takes: what accumulates while calls are under way goes with the next one. A
/// lone request goes at once.
final class CallBatches<Request: Sendable, Answer: Sendable>: Sendable {
    typealias Call = @Sendable ([Request]) async throws -> [Result<Answer, RPCError>]

    /// How many calls are under way at once.
    private static var callsInFlight: Int { 2 }
    /// What one call carries at most, in requests and in bytes of values.
    private static var maximumRequests: Int { 1_000 }
    private static var maximumBytes: Int { 1024 * 1024 }

    private struct Waiting {
        var request: Request
        var continuation: CheckedContinuation<Answer, any Error>
    }

    private struct State {
        var waiting: Deque<Waiting> = []
        var callCount = 0
    }

    private let size: @Sendable (Request) -> Int
    private let call: Call
    private let state = Mutex(State())

    /// - Parameters:
    ///   - size: how large a request's values are, in bytes.
    ///   - call: makes a call, whose answers are in the order of the requests.
    init(size: @escaping @Sendable (Request) -> Int, call: @escaping Call) {
        self.size = size
        self.call = call
    }

    /// Makes a request.
    ///
    /// A caller that is cancelled waits for the answer all the same: the request is under way.
    ///
    /// - Throws: `RPCError`.
    func answer(to request: Request) async throws -> Answer {
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
                let batch = takeBatch(&state.waiting)
                if batch.isEmpty { state.callCount -= 1 }
                return batch
            }
            if batch.isEmpty { return }
            do {
                let answers = try await call(batch.map(\.request))
                let missing = RPCError(code: .internalError, message: "the server's answer has too few parts")
                for (index, waiting) in batch.enumerated() {
                    waiting.continuation.resume(with: index < answers.count ? answers[index] : .failure(missing))
                }
            } catch {
                for waiting in batch { waiting.continuation.resume(throwing: error) }
            }
        }
    }

    private func takeBatch(_ waiting: inout Deque<Waiting>) -> [Waiting] {
        var bytes = 0
        var count = 0
        while count < min(waiting.count, Self.maximumRequests) {
            bytes += size(waiting[count].request)
            if count > 0, bytes > Self.maximumBytes { break }
            count += 1
        }
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }
}

extension RPCError {
    /// An error that came as a part of an answer.
    init(wireCode: Int32, message: String) {
        self.init(code: Status.Code(rawValue: Int(wireCode)).flatMap { Code($0) } ?? .unknown, message: message)
    }
}
