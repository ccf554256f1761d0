import Testing

@testable import AetherRuntime

@Suite("The journal's encoding")
struct JournalCodingTests {
    @Test("gives every kind of entry back as it was", arguments: EntryKind.allCases)
    func roundTrip(_ kind: EntryKind) throws {
        for seed in 0..<500 as Range<UInt64> {
            var generated = Generated(seed: seed)
            let entry = generated.entry(kind)
            let decoded = try JournalEntry(encoded: entry.encoded())
            #expect(decoded == entry, "seed \(seed)")
            #expect(decoded.event.kind == kind)
        }
    }

    @Test("reads a slice from the middle of other bytes", arguments: EntryKind.allCases)
    func slice(_ kind: EntryKind) throws {
        var generated = Generated(seed: 7)
        let entry = generated.entry(kind)
        let bytes = [0xff, 0xff] + entry.encoded() + [0xff]
        #expect(try JournalEntry(encoded: bytes[2..<bytes.count - 1]) == entry)
    }

    @Test("passes over fields that a newer version added", arguments: EntryKind.allCases)
    func unknownFields(_ kind: EntryKind) throws {
        var generated = Generated(seed: 11)
        let entry = generated.entry(kind)
        var unknown = WireWriter(reservingCapacity: 64)
        unknown.field(100, unsigned: .max)
        unknown.field(101, fixed: 7)
        unknown.field(102, text: "new")
        unknown.varint(103 << 3 | WireType.fixed32.rawValue)
        #expect(try JournalEntry(encoded: unknown.bytes + [1, 2, 3, 4] + entry.encoded()) == entry)
        #expect(try JournalEntry(encoded: entry.encoded() + unknown.bytes + [1, 2, 3, 4]) == entry)
    }

    @Test("names the kind that a newer version wrote", arguments: [5, 75, 255, 256, .max] as [UInt64])
    func unknownKind(_ kind: UInt64) {
        var writer = WireWriter(reservingCapacity: 16)
        writer.field(1, unsigned: 1)
        writer.field(2, unsigned: kind)
        #expect(throws: JournalCodingError.unknownKind(kind)) { try JournalEntry(encoded: writer.bytes) }
    }

    @Test(
        "refuses a sequence, a record, an epoch and a count of runs that no number follows",
        arguments: [1, 4, 10, 29] as [UInt64])
    func counters(_ field: UInt64) throws {
        func entry(_ number: UInt64) throws -> JournalEntry {
            var writer = WireWriter(reservingCapacity: 32)
            for (field, value) in [(1, 1), (2, UInt64(EntryKind.assigned.rawValue)), (field, number)] {
                writer.field(field, unsigned: value)
            }
            return try JournalEntry(encoded: writer.bytes)
        }
        _ = try entry(UInt64(Int64.max))
        #expect(throws: JournalCodingError.self) { try entry(UInt64(Int64.max) + 1) }
        #expect(throws: JournalCodingError.self) { try entry(.max) }
    }

    @Test("refuses an attempt at an activity that no other can follow")
    func lastAttempt() throws {
        func entry(_ attempt: UInt32) throws -> JournalEntry {
            let event = JournalEvent.activityStarted(key: OperationKey(rawValue: "k"), attempt: attempt, worker: "w")
            let entry = JournalEntry(sequence: 1, time: Timestamp(rawValue: 0), event: event)
            return try JournalEntry(encoded: entry.encoded())
        }
        _ = try entry(.max - 1)
        #expect(throws: JournalCodingError.self) { try entry(.max) }
    }

    @Test("refuses an entry without a kind, a sequence, a tier, a reason or a final state")
    func incomplete() {
        func encoded(_ fields: [(UInt64, UInt64)]) -> [UInt8] {
            var writer = WireWriter(reservingCapacity: 16)
            for (number, value) in fields { writer.field(number, unsigned: value) }
            return writer.bytes
        }
        #expect(throws: JournalCodingError.unknownKind(0)) { try JournalEntry(encoded: encoded([(1, 1)])) }
        let malformed: [[(UInt64, UInt64)]] = [
            [(2, 70)], [(1, 1), (2, 1)], [(1, 1), (2, 1), (14, 4)], [(1, 1), (2, 3)], [(1, 1), (2, 3), (12, 257)],
            [(1, 1), (2, 90)], [(1, 1), (2, 90), (8, 1)], [(1, 1), (2, 90), (8, 258)],
        ]
        for fields in malformed {
            #expect(throws: JournalCodingError.self, "\(fields)") { try JournalEntry(encoded: encoded(fields)) }
        }
    }

    @Test("never takes a cut-off entry for the whole one", arguments: EntryKind.allCases)
    func truncated(_ kind: EntryKind) {
        for seed in 0..<50 as Range<UInt64> {
            var generated = Generated(seed: seed)
            let entry = generated.entry(kind)
            let bytes = entry.encoded()
            for length in 0..<bytes.count {
                #expect((try? JournalEntry(encoded: bytes[..<length])) != entry, "seed \(seed), \(length) bytes")
            }
        }
    }

    @Test("ends with an entry or an error, whatever the bytes are", .timeLimit(.minutes(5)))
    func fuzz() {
        var generated = Generated(seed: 0xf022)
        var read = 0
        for round in 0..<100_000 {
            var bytes = generated.entry(generated.random.pick(EntryKind.allCases)).encoded()
            for _ in 0..<Int.random(in: 1...4, using: &generated.random) { mutate(&bytes, &generated.random) }
            guard let entry = try? JournalEntry(encoded: bytes) else { continue }
            read += 1
            #expect((try? JournalEntry(encoded: entry.encoded())) == entry, "round \(round)")
        }
        #expect(read > 1000, "the mutations are too wild to test what can be read")
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        guard !bytes.isEmpty else { return bytes.append(UInt8.random(in: .min ... .max, using: &random)) }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(random.pick([0, 1, 0x7f, 0x80, 0xff]), at: place)
        default: bytes.removeSubrange(place...)
        }
    }
}
