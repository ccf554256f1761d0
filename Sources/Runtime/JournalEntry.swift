/// One line of a workflow's journal. Written once, never changed.
public struct JournalEntry: Sendable, Hashable {
    /// The place in the workflow's journal: 1, 2, 3 … without gaps.
    public var sequence: UInt64
    public var time: Timestamp
    /// The number, within its lease, of the worker's record that made this entry; 0 when the server made it.
    public var record: UInt64
    public var event: JournalEvent
    /// Set if the run went on before the entry was in the journal.
    public var early: EarlyResolution?

    public init(
        sequence: UInt64, time: Timestamp, record: UInt64 = 0, event: JournalEvent, early: EarlyResolution? = nil
    ) {
        self.sequence = sequence
        self.time = time
        self.record = record
        self.event = event
        self.early = early
    }
}
