/// Which registration of a worker something belongs to.
package struct RegistrationID: Sendable, Hashable {
    /// Random for each process; empty for a worker that doesn't say.
    package var instance: String
    /// Counts the registrations of the process; 0 for a worker that doesn't say.
    package var number: UInt64

    package init(instance: String, number: UInt64 = 0) {
        self.instance = instance
        self.number = number
    }

    /// Whether the same process has registered again since.
    func isOutdated(by other: RegistrationID) -> Bool {
        !instance.isEmpty && instance == other.instance && number > 0 && number < other.number
    }
}
