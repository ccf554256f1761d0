internal import ArgumentParser
internal import Foundation
internal import UnixSignals

/// The way out for who does not want to wait for a drain: the second Ctrl-C ends the process at once.
enum SecondInterruption {
    static func exiting(_ operation: @Sendable @escaping () async throws -> Void) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var count = 0
                for await _ in signals {
                    count += 1
                    if count == 1 { StandardError.write("aether: stopping; Ctrl-C again stops at once\n") }
                    if count == 2 { _exit(CommandFailure.interrupted.rawValue) }
                }
            }
            group.addTask { try await operation() }
            // The watcher ends only when it is cancelled, so the first to end well or badly is the operation.
            try await group.next()
            group.cancelAll()
        }
    }
}
