internal import Foundation
internal import Synchronization

/// Makes the ids of workflows whose starter names none: time-ordered UUIDs, increasing within a process.
///
/// The client makes the id, not the server, so that a retried start finds the run which the first try made.
package enum WorkflowIDGenerator {
    private static let sequence = Mutex(UUIDv7Sequence())

    package static func make() -> String {
        let now = UInt64(max(0, Date().timeIntervalSince1970 * 1000))
        var generator = SystemRandomNumberGenerator()
        let (random, moreRandom) = (generator.next(), generator.next())
        return sequence.withLock { $0.next(now: now, random: random, moreRandom: moreRandom) }
    }
}
