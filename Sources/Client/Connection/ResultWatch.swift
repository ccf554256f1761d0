internal import AetherProtocol
internal import GRPCCore
internal import NGHTTP2Transport
internal import SwiftProtobuf
internal import Synchronization

/// Waits for the ends of runs on one stream for all of them, made when the first is asked for and again when it breaks.
final class ResultWatch: Sendable {
    private typealias Continuation = CheckedContinuation<Aether_V1_WorkflowResult, any Error>

    private struct State {
        /// Who waits, by run and by the number of the wait.
        var waiting: [String: [(number: UInt64, continuation: Continuation)]] = [:]
        var lastNumber: UInt64 = 0
        /// What the server is to be told.
        var added: [String] = []
        var forgotten: [String] = []
        var isOpen = false
    }

    private let client: GRPCClient<NGHTTP2ClientTransport>
    private let state = Mutex(State())
    private let bell = Bell()

    init(client: GRPCClient<NGHTTP2ClientTransport>) {
        self.client = client
    }

    /// Waits for the end of a run.
    ///
    /// - Throws: `RPCError`, when the stream breaks too; `CancellationError`.
    func result(of id: String) async throws -> Aether_V1_WorkflowResult {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                wait(for: id, number, continuation)
            }
        } onCancel: {
            stopWaiting(for: id, number)
        }
    }

    private func wait(for id: String, _ number: UInt64, _ continuation: Continuation) {
        let (isCancelled, opens) = state.withLock { state in
            if Task.isCancelled { return (true, false) }
            state.waiting[id, default: []].append((number, continuation))
            state.added.append(id)
            defer { state.isOpen = true }
            return (false, !state.isOpen)
        }
        if isCancelled { return continuation.resume(throwing: CancellationError()) }
        // Ends when the stream breaks, at the latest with the connection.
        if opens { Task.detached { await self.watch() } } else { bell.ring() }
    }

    private func stopWaiting(for id: String, _ number: UInt64) {
        let continuation = state.withLock { state -> Continuation? in
            guard let index = state.waiting[id]?.firstIndex(where: { $0.number == number }) else { return nil }
            let continuation = state.waiting[id]?.remove(at: index).continuation
            if state.waiting[id]?.isEmpty == true {
                state.waiting[id] = nil
                state.forgotten.append(id)
            }
            return continuation
        }
        continuation?.resume(throwing: CancellationError())
        bell.ring()
    }

    private func watch() async {
        let error: RPCError
        do {
            let service = Aether_V1_ClientService.Client(wrapping: client)
            try await service.watchResults { writer in
                repeat {
                    let request = self.takeRequest()
                    if !request.workflowIds.isEmpty || !request.forgottenWorkflowIds.isEmpty {
                        try await writer.write(request)
                    }
                } while await self.bell.wait()
            } onResponse: { response in
                for try await message in response.messages {
                    for result in message.results { self.take(result) }
                }
            }
            error = RPCError(code: .unavailable, message: "the server ended the stream of results")
        } catch let failure as RPCError {
            error = failure
        } catch {
            return end(with: RPCError(code: .unavailable, message: "the stream of results broke: \(error)"))
        }
        end(with: error)
    }

    private func end(with error: RPCError) {
        let waiting = state.withLock { state in
            defer { state = State(lastNumber: state.lastNumber) }
            return state.waiting.values.flatMap(\.self)
        }
        for (_, continuation) in waiting { continuation.resume(throwing: error) }
    }

    /// What the server is to be told now. A run that was forgotten and is wanted again is named last.
    private func takeRequest() -> Aether_V1_WatchResultsRequest {
        let (added, forgotten) = state.withLock { state in
            defer { (state.added, state.forgotten) = ([], []) }
            let forgotten = state.forgotten.filter { state.waiting[$0] == nil }
            return (state.added.filter { state.waiting[$0] != nil }, forgotten)
        }
        return .with {
            $0.workflowIds = added
            $0.forgottenWorkflowIds = forgotten
        }
    }

    private func take(_ result: Aether_V1_WatchedResult) {
        let waiting = state.withLock { $0.waiting.removeValue(forKey: result.workflowID) } ?? []
        for (_, continuation) in waiting {
            if result.code == 0 {
                continuation.resume(returning: result.result)
            } else {
                continuation.resume(throwing: RPCError(wireCode: result.code, message: result.message))
            }
        }
    }
}

/// Wakes the one who waits; a ring that nobody waits for is kept for the next.
private final class Bell: Sendable {
    private let stream = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    func ring() {
        stream.continuation.yield()
    }

    /// - Returns: `false` when the task is cancelled.
    func wait() async -> Bool {
        for await _ in stream.stream { return true }
        return false
    }
}
