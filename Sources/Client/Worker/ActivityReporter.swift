internal import AetherProtocol
internal import AetherRuntime
internal import FoundationEssentials
internal import GRPCCore
internal import Logging
internal import SwiftProtobuf

/// Carries what attempts at activities report to the server, while it is away again and again.
final class ActivityReporter: ActivityReporting {
    private static let retryDelay = Duration.milliseconds(50)...Duration.seconds(1)
    /// How long a heartbeat holds its activity up while the server is away.
    private static let heartbeatLimit = Duration.seconds(2)
    private static let hastyLimit = Duration.seconds(2)

    private let calls: any WorkerCalls
    private let limits: ValueLimits
    private let clock: WorkerClock
    private let logger: Logger

    init(calls: any WorkerCalls, limits: ValueLimits, clock: WorkerClock, logger: Logger) {
        self.clock = clock
        self.calls = calls
        self.limits = limits
        self.logger = logger
    }

    func check(_ value: [UInt8], of what: @autoclosure () -> String) throws -> [UInt8] {
        try limits.check(value, of: what())
    }

    func heartbeat(_ task: String, details: [UInt8]) async -> AttemptStanding? {
        let request = Aether_V1_HeartbeatRequest.with {
            $0.taskID = task
            $0.details = Data(details)
        }
        do {
            let answer = try await calls.heartbeat(request, timeout: Self.heartbeatLimit)
            guard answer.ok else { return .lost }
            return answer.cancelRequested ? .cancelRequested : .wanted
        } catch {
            logger.debug("a heartbeat was not delivered", metadata: [LogKey.task: "\(task)", LogKey.error: "\(error)"])
            return (error as? RPCError)?.code == .notFound ? .lost : nil
        }
    }

    func complete(_ task: String, _ result: ActivityResult) async {
        guard var request = Aether_V1_CompleteStepRequest(task, result) else { return }
        var backoff = RetryDelay(Self.retryDelay, random: clock.random)
        while !Task.isCancelled {
            do {
                return try await calls.completeStep(request, timeout: nil)
            } catch let error as RPCError where error.isTransient {
                logger.debug("an activity's outcome is not delivered yet", metadata: [LogKey.error: "\(error.message)"])
                guard (try? await clock.pause(backoff.next())) != nil else { return }
            } catch let error as RPCError where error.code == .notFound || error.code == .failedPrecondition {
                return logger.info(
                    "an activity's outcome came too late",
                    metadata: [LogKey.task: "\(task)", LogKey.reason: "\(error.message)"])
            } catch {
                logger.error("the server refused an activity's outcome", metadata: [LogKey.error: "\(error)"])
                // It may take a failure instead; should it not, the attempt is left to its time limits.
                guard (error as? RPCError)?.isOfCaller != true, request.error.isEmpty,
                    let failed = Aether_V1_CompleteStepRequest(task, .failed(Failure(describing: error)))
                else { return }
                request = failed
            }
        }
    }

    func completeInHaste(_ task: String, _ result: ActivityResult) async {
        guard let request = Aether_V1_CompleteStepRequest(task, result) else { return }
        // Should it not get through, the server finds out after the grace period.
        try? await calls.completeStep(request, timeout: Self.hastyLimit)
    }
}

extension Aether_V1_CompleteStepRequest {
    /// - Returns: `nil` for what only the server finds out.
    fileprivate init?(_ task: String, _ result: ActivityResult) {
        self.init()
        taskID = task
        switch result {
        case .completed(let bytes):
            self.result = Data(bytes)
        case .failed(let failure):
            error = failure.message.isEmpty ? "the activity failed" : failure.message
            errorType = failure.type
            nonRetryable = failure.isNonRetryable
        case .workerGone, .notDelivered:
            return nil
        }
    }
}
