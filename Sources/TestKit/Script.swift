internal import Aether
internal import AetherRuntime
internal import Synchronization

/// What a test says about steps and activities: stubs, faults, and what was called.
final class Script: Sendable {
    /// A step or an activity, by its name.
    struct Target: Hashable, Sendable {
        var kind: Surroundings.Attempt.Kind
        var name: String
    }

    fileprivate struct Fault {
        var times: Int
        var error: any Error
    }

    fileprivate struct State {
        var stepStubs: [String: Surroundings.Closure] = [:]
        var faults: [Target: [Fault]] = [:]
        var attempts: [Target: [[UInt8]]] = [:]
    }

    private let state = Mutex(State())

    func stub(step name: String, _ closure: @escaping Surroundings.Closure) {
        state.withLock { $0.stepStubs[name] = closure }
    }

    func fail(_ target: Target, times: Int, with error: any Error) {
        guard times > 0 else { return }
        state.withLock { $0.faults[target, default: []].append(Fault(times: times, error: error)) }
    }

    /// The inputs of the attempts so far.
    func attempts(_ target: Target) -> [[UInt8]] {
        state.withLock { $0.attempts[target] ?? [] }
    }

    /// Makes an attempt: fails it if the test says so, and calls the stub if there is one.
    func call(_ attempt: Surroundings.Attempt, _ closure: Surroundings.Closure) async throws -> [UInt8] {
        let target = Target(kind: attempt.kind, name: attempt.name)
        let (error, stub) = state.withLock { state in
            state.attempts[target, default: []].append(attempt.input)
            return (state.takeFault(target), attempt.kind == .step ? state.stepStubs[attempt.name] : nil)
        }
        if let error { throw error }
        if let stub { return try await stub() }
        return try await closure()
    }
}

extension Script.State {
    fileprivate mutating func takeFault(_ target: Script.Target) -> (any Error)? {
        guard let fault = faults[target]?.first else { return nil }
        faults[target]?[0].times -= 1
        if fault.times == 1 { faults[target]?.removeFirst() }
        return fault.error
    }
}
