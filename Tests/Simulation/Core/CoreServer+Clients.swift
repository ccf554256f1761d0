import AetherRuntime

/// What clients ask for. Each answer is told to the history when it is given.
extension CoreServer {
    func start(_ id: WorkflowID, _ type: String, _ input: [UInt8], _ answer: @escaping Answer) {
        guard world.disk.journals[id] == nil else {
            world.history.acknowledgeStart(id.rawValue)
            return answer(.success([]))
        }
        // An earlier call's is in line.
        guard runs[id] == nil else { return answer(.failure(.unavailable)) }
        let start = WorkflowStart(
            type: type, input: input, tier: .stateActionLog,
            seed: UInt64(bitPattern: world.events.draw(0...Int64.max - 1)))
        create(id, start) { [self] result in
            if case .success = result { world.history.acknowledgeStart(id.rawValue) }
            answer(result)
        }
    }

    func signal(_ id: WorkflowID, _ signal: Signal, _ answer: @escaping Answer) {
        submit(.signal(signal), to: id) { [self] result in
            if case .success = result { world.history.acknowledgeSignal(signal.id, to: id.rawValue) }
            answer(result)
        }
    }

    func cancel(_ id: WorkflowID, _ answer: @escaping Answer) {
        submit(.cancel, to: id) { [self] result in
            if case .success = result { world.history.acknowledgeCancel(of: id.rawValue) }
            answer(result)
        }
    }

    func terminate(_ id: WorkflowID, _ answer: @escaping Answer) {
        submit(.terminate, to: id) { [self] result in
            if case .success = result { world.history.acknowledgeEnd(of: id.rawValue) }
            answer(result)
        }
    }

    /// Whether a run has ended.
    func result(_ id: WorkflowID, _ answer: @escaping Answer) {
        guard let outcome = world.disk.outcome(of: id) else { return answer(.failure(.unavailable)) }
        world.history.acknowledgeResult(of: id.rawValue, outcome)
        answer(.success([]))
    }
}
