import AetherRuntime
import Testing

@testable import Aether

@Suite("Entries that have arrived")
struct ArrivedEntriesTests {
    private func entry(_ sequence: UInt64) -> JournalEntry {
        JournalEntry(sequence: sequence, time: Timestamp(rawValue: 0), event: .cancelRequested)
    }

    @Test("are in the journal's order whatever order they came in, each once")
    func order() {
        for order: [UInt64] in [[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3], [3, 1, 4, 1, 2, 3]] {
            var arrived = ArrivedEntries([])
            for sequence in order { arrived.insert(entry(sequence)) }
            #expect(arrived.map(\.sequence) == [1, 2, 3, 4])
        }
    }

    @Test("are found and taken by their number, also behind a gap")
    func gap() {
        var arrived = ArrivedEntries([entry(1), entry(2)])
        arrived.insert(entry(7))
        arrived.insert(entry(5))
        #expect(arrived.contains(5) && !arrived.contains(6) && !arrived.contains(0))
        #expect(arrived[7]?.sequence == 7)
        #expect(arrived.remove(6) == nil)
        #expect(arrived.remove(5)?.sequence == 5)
        #expect(arrived.remove(1)?.sequence == 1)
        #expect(arrived.remove(1) == nil)
        #expect(arrived.map(\.sequence) == [2, 7])
    }
}
