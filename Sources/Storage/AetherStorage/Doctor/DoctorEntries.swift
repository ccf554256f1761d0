internal import AetherRuntime

/// The entries of a history, read one by one as they are asked for. Ends at the first that can't be read.
final class DoctorEntries: Sequence, IteratorProtocol {
    private(set) var notes = JournalNotes()
    private(set) var failure: StoreError?
    /// The size of the entries read, up to the workflow's stored head.
    private(set) var bytes = 0
    private var rows: IndexingIterator<[Int64]>
    private let storedHead: Int64
    private let content: DatabaseContent

    init(_ rows: [Int64], upTo storedHead: Int64, of content: DatabaseContent) {
        self.rows = rows.makeIterator()
        self.storedHead = storedHead
        self.content = content
    }

    func next() -> JournalEntry? {
        guard let row = rows.next() else { return nil }
        do throws(StoreError) {
            let (entry, encoded) = try content.entry(row)
            notes.note(entry)
            if row <= storedHead { bytes += encoded.count }
            return entry
        } catch {
            failure = error
            return nil
        }
    }
}
