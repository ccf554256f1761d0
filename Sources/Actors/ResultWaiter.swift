internal import AetherRuntime
internal import Synchronization

/// One who waits for the end of a run: answered once, by whoever comes first.
final class ResultWaiter: Sendable {
    enum Answer: Sendable {
        case ended(WorkflowOutcome)
        /// The caller was cancelled, or has waited long enough.
        case gaveUp
        /// The run is another server's from now on.
        case moved
        /// The engine stops.
        case stopped
    }

    private enum State {
        case open
        case waiting(CheckedContinuation<Answer, Never>)
        case answered(Answer)
    }

    private let state = Mutex(State.open)

    func answer(_ answer: Answer) {
        let continuation = state.withLock { state -> CheckedContinuation<Answer, Never>? in
            switch state {
            case .answered:
                return nil
            case .open:
                state = .answered(answer)
                return nil
            case .waiting(let continuation):
                state = .answered(answer)
                return continuation
            }
        }
        continuation?.resume(returning: answer)
    }

    /// Waits for the answer; only one caller. A cancelled caller gives up.
    func value() async -> Answer {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Answer? in
                    if case .answered(let answer) = state { return answer }
                    state = .waiting(continuation)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            answer(.gaveUp)
        }
    }
}
