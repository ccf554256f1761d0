/// What follows from an event: entries to append, and effects to perform once those are durable.
package struct Decision: Sendable, Equatable {
    package var entries: [JournalEntry] = []
    package var effects: [Effect] = []
    /// Whether the entries are the beginning of a new journal, in the place of the run's own.
    package var beginsAnew = false
    /// For an advance: where each record reported stands, in their order.
    package var acknowledged: [RecordPlace] = []

    package init(entries: [JournalEntry] = [], effects: [Effect] = [], acknowledged: [RecordPlace] = []) {
        self.entries = entries
        self.effects = effects
        self.acknowledged = acknowledged
    }
}
