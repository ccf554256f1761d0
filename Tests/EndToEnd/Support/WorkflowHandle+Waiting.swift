import Aether
import Testing

extension WorkflowHandle {
    /// Asks for the run's status until it is as wanted; there is no call that waits for that.
    func until(_ isMet: (WorkflowStatus) -> Bool) async throws {
        var status = try await status()
        while !isMet(status) {
            try #require([.pending, .running].contains(status.state), "the run has ended before: \(status)")
            try Task.checkCancellation()
            status = try await self.status()
        }
    }

    /// Waits until the run waits, for something that its status names.
    func untilItWaits(for what: String) async throws {
        try await until { $0.reason.contains(what) }
    }
}
