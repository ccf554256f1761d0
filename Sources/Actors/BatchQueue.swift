internal import Synchronization

/// A queue which many put into and one takes from, always everything that is there.
///
/// Putting never suspends, so an actor can put within the same turn in which it decides: the order of the queue is then
/// the order of the decisions. Whoever puts bounds what is in it: credits, calls in flight, or the limits of a session.
package final class BatchQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isFinished = false
        var taker: CheckedContinuation<Void, Never>?

        mutating func takeTaker() -> CheckedContinuation<Void, Never>? {
            defer { taker = nil }
            return taker
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// - Returns: `false` when the queue is finished; nothing is put then.
    @discardableResult
    package func put(_ element: Element) -> Bool {
        put(contentsOf: CollectionOfOne(element))
    }

    @discardableResult
    package func put(contentsOf elements: some Collection<Element>) -> Bool {
        let (isOpen, taker) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard !state.isFinished else { return (false, nil) }
            state.elements.append(contentsOf: elements)
            return (true, state.takeTaker())
        }
        taker?.resume()
        return isOpen
    }

    /// No more is put; what is there can still be taken.
    package func finish() {
        let taker = state.withLock { state in
            state.isFinished = true
            return state.takeTaker()
        }
        taker?.resume()
    }

    /// Whether no more is put.
    package var isFinished: Bool { state.withLock { $0.isFinished } }

    /// Everything that is in the queue; waits until there is something. Only one caller at a time.
    ///
    /// - Parameter isolation: the caller's actor. The wait ends on the task's own executor, or the global one, and hops from there.
    /// - Returns: `nil` when the queue is finished and empty, or the calling task is cancelled.
    package func take(isolation: isolated (any Actor)? = #isolation) async -> [Element]? {
        while !Task.isCancelled {
            let (batch, isFinished) = state.withLock { state in
                let batch = state.elements
                state.elements = []
                return (batch, state.isFinished)
            }
            if !batch.isEmpty { return batch }
            if isFinished { return nil }
            await waitForElements(isolation: isolation)
        }
        return nil
    }

    /// What is there now, without waiting.
    package func drain() -> [Element] {
        state.withLock { state in
            defer { state.elements = [] }
            return state.elements
        }
    }

    private func waitForElements(isolation: isolated (any Actor)?) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation(isolation: isolation) { continuation in
                let isReady = state.withLock { state in
                    guard state.elements.isEmpty, !state.isFinished, !Task.isCancelled else { return true }
                    state.taker = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.takeTaker() }?.resume()
        }
    }
}
