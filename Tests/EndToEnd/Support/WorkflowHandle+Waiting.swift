import Aether

extension WorkflowHandle {
    /// Asks for the run's status until it is as wanted; there is no call that waits for that.
    func until(_ isMet: (WorkflowStatus) -> Bool) async throws {
        while !isMet(try await status()) {
            try Task.checkCancellation()
        }
    }

    /// Waits until the run waits, for something that its status names.
    func untilItWaits(for what: String) async throws {
        try await until { $0.reason.contains(what) }
    }
}
