import DequeModule
import GRPCCore

/// One direction of a stream between two servers: what is written arrives in its order, each message in its time, unless the
/// connection breaks before.
///
/// Unchecked for the reason of ``Scheduler``.
final class Pipe<Message: Sendable>: @unchecked Sendable {
    private let world: World
    private var messages: Deque<Message> = []
    private var ending: Result<Void, any Error>?
    /// Whether nothing arrives any more, which the reader does not know yet.
    private var isCut = false
    private var waiter: UnsafeContinuation<Void, Never>?

    init(_ world: World) {
        self.world = world
    }

    func put(_ message: Message) {
        guard ending == nil, !isCut else { return }
        messages.append(message)
        ring()
    }

    /// Nothing comes behind what is on its way.
    func end(_ result: Result<Void, any Error> = .success(())) {
        if isCut { return }
        ending = ending ?? result
        ring()
    }

    /// What is on its way is lost.
    func cut() {
        isCut = true
        messages = []
    }

    /// The reader notices that the connection is broken.
    func breakOff(_ error: any Error) {
        cut()
        if case .failure? = ending {} else { ending = .failure(error) }
        ring()
    }

    /// - Returns: `nil` when the writer has ended it.
    func next() async throws -> Message? {
        while true {
            try Task.checkCancellation()
            if let message = messages.popFirst() {
                try await world.scheduler.sleep(world.faults.networkTime())
                if isCut { continue }
                return message
            }
            if isOver, let ending {
                try ending.get()
                return nil
            }
            await withTaskCancellationHandler {
                await withUnsafeContinuation { continuation in
                    // Something may have come since it was looked.
                    let mayWait = messages.isEmpty && !isOver && !Task.isCancelled
                    if mayWait { waiter = continuation } else { continuation.resume() }
                }
            } onCancel: {
                ring()
            }
        }
    }

    private var isOver: Bool { ending.map { !isCut || $0.isFailure } ?? false }

    private func ring() {
        waiter?.resume()
        waiter = nil
    }
}

extension Result where Failure == any Error {
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}

extension Pipe: RPCWriterProtocol {
    func write(_ message: Message) async throws {
        put(message)
    }

    func write(contentsOf messages: some Sequence<Message>) async throws {
        for message in messages { put(message) }
    }
}

extension Pipe: AsyncSequence {
    typealias Element = Message
    typealias Failure = any Error

    struct AsyncIterator: AsyncIteratorProtocol {
        let pipe: Pipe

        mutating func next() async throws -> Message? { try await pipe.next() }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> Message? {
            try await pipe.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pipe: self) }
}
