import Synchronization

/// A value that tests wait on: for the very event, without sleeping.
final class Observed<Value: Sendable>: Sendable {
    private struct State: Sendable {
        var value: Value
        var waiters: [(isMet: @Sendable (Value) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    init(_ value: Value) {
        state = Mutex(State(value: value))
    }

    var value: Value { state.withLock { $0.value } }

    @discardableResult
    func update<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result {
        let (result, met) = state.withLock { state in
            let result = body(&state.value)
            let met = state.waiters.filter { $0.isMet(state.value) }.map(\.continuation)
            state.waiters.removeAll { $0.isMet(state.value) }
            return (result, met)
        }
        for continuation in met { continuation.resume() }
        return result
    }

    func until(_ isMet: @escaping @Sendable (Value) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isAlready = state.withLock { state in
                if isMet(state.value) { return true }
                state.waiters.append((isMet, continuation))
                return false
            }
            if isAlready { continuation.resume() }
        }
    }
}

/// Waits until something holds that has no event of its own, by letting all others go on.
func eventually(_ isMet: () async throws -> Bool) async throws {
    while try await !isMet() {
        try Task.checkCancellation()
        await Task.yield()
    }
}

/// Lets everything that can go on do so, before a test looks that something has not happened.
func settle() async {
    for _ in 0..<200 { await Task.yield() }
}
