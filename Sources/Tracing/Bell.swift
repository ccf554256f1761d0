internal import Synchronization

/// Wakes one who waits, or does not let them wait when nobody did meanwhile.
final class Bell: Sendable {
    private struct State {
        var hasRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter == nil { state.hasRung = true }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits until the bell rings, the time is over, or the task is cancelled. One waits at a time.
    func wait(atMost limit: Duration) async {
        // Cancelled below.
        let timer = Task {
            if (try? await Task.sleep(for: limit)) != nil { ring() }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    defer { state.hasRung = false }
                    if !state.hasRung { state.waiter = continuation }
                    return state.hasRung
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
        timer.cancel()
    }
}
