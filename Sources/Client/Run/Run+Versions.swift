internal import AetherRuntime
internal import Synchronization

extension Run {
    /// Which version of a change to the code the run follows.
    func version(_ change: String, _ supported: ClosedRange<Int>) async throws -> Int {
        try refuseInsideSteps("version \"\(change)\"")
        guard supported.lowerBound >= 1, let newest = UInt32(exactly: supported.upperBound) else {
            throw NonRetryableError("versions of \"\(change)\" count from 1, which is the code before the change")
        }
        let key = OperationKey(scope: "", kind: "version", name: change, occurrence: 1)
        let (version, isRecorded) = state.withLock { $0.version(key, newest: newest) }
        guard supported.contains(Int(version)) else {
            try await refuse(key, version, supported)
            return Int(version)
        }
        guard isRecorded else { return Int(version) }
        if state.withLock({ $0.operations[key] != nil }) {
            guard case .completed = await outcome(of: key) else { throw CancellationError() }
            return Int(version)
        }
        let work = RemoteWork(
            start: .setVersion(key: key, change: change, version: version), cancellation: .leave, isKept: true)
        guard case .completed = await perform(key, .remote(work)) else { throw CancellationError() }
        return Int(version)
    }

    /// The run follows a version that this code does not have: it waits for a worker whose code does.
    private func refuse(_ key: OperationKey, _ version: UInt32, _ supported: ClosedRange<Int>) async throws {
        let blockage = state.withLock { state in
            let blockage = Blockage(
                sequence: state.nextSequence, expected: "version \(version) of \"\(key.name)\"",
                found: ["versions \(supported.lowerBound) to \(supported.upperBound)"])
            if state.blockage == nil { state.block(blockage) }
            return blockage
        }
        tell(blockage)
        reporter.report(self)
        await untilDropped(OperationKey(scope: "", kind: "blocked", name: key.name, occurrence: 1))
        throw CancellationError()
    }
}

extension RunState {
    /// An operation that never begins, for a caller that is to wait until the run goes.
    mutating func hold(_ key: OperationKey) -> Operation {
        let operation = Operation(key: key, work: .remote(RemoteWork(start: .cancelOperation(key: key))))
        operations[key] = operation
        unsettled += 1
        return operation
    }

    /// The version of a change that the run follows. One that is not in the journal is the newest, unless the journal goes on
    /// behind the place where the run is: then the run has passed it before the change, and stays with version 1.
    ///
    /// - Returns: the version, and whether the journal has it or is to have it.
    mutating func version(_ key: OperationKey, newest: UInt32) -> (version: UInt32, isRecorded: Bool) {
        if let version = settledVersions[key] { return (version, false) }
        if let version = versions[key] { return (version, true) }
        if isReplaying, firstUncalled != nil {
            settledVersions[key] = 1
            return (1, false)
        }
        versions[key] = newest
        return (newest, true)
    }
}
