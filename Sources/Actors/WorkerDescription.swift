/// What a worker says of itself that only people read.
package struct WorkerDescription: Sendable, Hashable {
    /// The service it belongs to; empty when to none.
    package var service = ""
    /// The group of workers it counts itself to; empty when to none.
    package var group = ""
    package var languages: [String] = []
    /// The workflow types and the activities it offers, sorted.
    package var workflows: [String] = []
    package var activities: [String] = []
}
