/// What follows from an event: entries to append, and effects to perform once those are durable.
package struct Decision: Sendable, Equatable {
    package var entries: [JournalEntry] = []
    package var effects: [Effect] = []
    /// For an advance: the journal sequence of each record reported, in their order.
    package var acknowledged: [UInt64] = []

    package init(entries: [JournalEntry] = [], effects: [Effect] = [], acknowledged: [UInt64] = []) {
        self.entries = entries
        self.effects = effects
        self.acknowledged = acknowledged
    }
}
