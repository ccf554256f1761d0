internal import AetherProtocol
internal import GRPCCore
internal import SwiftProtobuf

/// Waits for a workflow's end, also over a restart of the server: many bounded calls, not one long one.
struct ResultWait: Sendable {
    /// The longest single call.
    static let slice = Duration.seconds(30)
    /// How much longer than the server's time the client waits for its answer.
    private static let grace = Duration.seconds(10)
    private static let retryDelay = Duration.milliseconds(500)

    let connection: ServerConnection
    let id: String
    /// How long in all; `nil` for as long as it takes.
    let timeout: Duration?

    /// The result once the workflow has ended; its current state when the time is over before.
    ///
    /// - Throws: `RPCError`, except for those of a server that isn't there for now.
    func result() async throws -> Aether_V1_WorkflowResult {
        let clock = ContinuousClock()
        let deadline = timeout.map { clock.now + $0 }
        var isReachable = true
        while true {
            let left = deadline.map { max(.zero, $0 - clock.now) }
            do {
                let result = try await ask(for: min(left ?? Self.slice, Self.slice))
                if !isReachable { StandardError.write("aether: the server is back\n") }
                isReachable = true
                if result.state.isTerminal || left.map({ $0 <= Self.slice }) == true { return result }
            } catch let error as RPCError where error.code == .unavailable || error.code == .deadlineExceeded {
                if let left, left <= .zero { throw error }
                if isReachable {
                    StandardError.write("aether: lost the server; waiting for it to come back (Ctrl-C stops waiting)\n")
                }
                isReachable = false
                try await clock.sleep(for: Self.retryDelay)
            }
        }
    }

    private func ask(for duration: Duration) async throws -> Aether_V1_WorkflowResult {
        var options = connection.options
        options.timeout = duration + Self.grace
        options.waitForReady = false
        // The wire counts whole seconds, and 0 would be "no limit".
        let seconds = Int32(max(1, (duration / .seconds(1)).rounded(.up)))
        let request = Aether_V1_AwaitResultRequest.with {
            $0.workflowID = id
            $0.timeoutSeconds = seconds
        }
        return try await connection.client.awaitResult(request, options: options)
    }
}
