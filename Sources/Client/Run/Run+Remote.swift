internal import AetherRuntime

extension Run {
    func sleep(_ due: TimerDue) async throws {
        try refuseInsideSteps("a sleep")
        let key = nextKey(kind: "sleep")
        guard case .fired = await perform(key, .remote(RemoteWork(start: .startTimer(key: key, due)))) else {
            throw CancellationError()
        }
    }

    func activity(
        _ name: String, _ input: [UInt8], _ options: ActivityOptions, _ cancellation: ActivityCancellation
    ) async throws -> [UInt8] {
        try refuseInsideSteps("activity \"\(name)\"")
        let input = try reporter.check(input, of: "the input of activity \"\(name)\"")
        let key = nextKey(kind: "activity", name: name)
        let start = WorkerRecord.scheduleActivity(key: key, options.spec(name, input, cancellation))
        let work = RemoteWork(start: start, cancellation: cancellation.operation)
        switch await perform(key, .remote(work)) {
        case .completed(let result): return result
        // Its call was waited for until the activity had ended, as it was told to.
        case .failed(let failure) where failure.type == Failure.cancelled: throw CancellationError()
        case .failed(let failure): throw ActivityFailed(activity: name, failure)
        case .cancelled, .fired, .closed: throw CancellationError()
        }
    }

    func signal(_ name: String, timeout: Duration?) async throws -> [UInt8] {
        try refuseInsideSteps("a wait for signal \"\(name)\"")
        let key = nextKey(kind: "signal", name: name)
        let limit = timeout.map { max(0, $0.wholeMilliseconds) }
        let start = WorkerRecord.awaitSignal(key: key, name: name, timeoutMilliseconds: limit)
        switch await perform(key, .remote(RemoteWork(start: start))) {
        case .completed(let payload): return payload
        case .fired: throw SignalTimeout(name: name, timeout: timeout ?? .zero)
        case .cancelled, .failed, .closed: throw CancellationError()
        }
    }

    func set(_ name: String, _ value: [UInt8]) async throws {
        try refuseInsideSteps("setting \"\(name)\"")
        let value = try reporter.check(value, of: "value \"\(name)\"")
        let key = nextKey(kind: "set", name: name)
        // Its record is its outcome: there is nothing to cancel.
        let work = RemoteWork(start: .setValue(key: key, name: name, value: value), cancellation: .leave)
        guard case .completed = await perform(key, .remote(work)) else { throw CancellationError() }
    }
}
