internal import AetherRuntime

/// Where in the journal, and when, the server has stored a record.
struct JournalPlace: Sendable, Hashable {
    var sequence: UInt64
    var time: Timestamp
}
