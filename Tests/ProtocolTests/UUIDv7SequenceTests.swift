import Testing

@testable import AetherProtocol

@Suite("UUIDv7 ids")
struct UUIDv7SequenceTests {
    @Test("carry the time, the version and the variant where RFC 9562 has them")
    func layout() {
        var sequence = UUIDv7Sequence()
        let id = sequence.next(now: 0x0123_4567_89ab, random: 0x0abc, moreRandom: 0)
        #expect(id == "01234567-89ab-72bc-8000-000000000000")
    }

    @Test("increase within one millisecond, and when the clock steps back")
    func monotonic() {
        var sequence = UUIDv7Sequence()
        var random = SystemRandomNumberGenerator()
        let times: [UInt64] = [5, 5, 5, 4, 1, 6, 6, 2]
        let ids = (0..<10_000).map { step in
            sequence.next(now: times[step % times.count], random: random.next(), moreRandom: random.next())
        }
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
    }

    @Test("move on to the next millisecond when the counter runs over")
    func overflow() {
        var sequence = UUIDv7Sequence()
        let first = sequence.next(now: 7, random: 0x7ff, moreRandom: .max)
        var last = first
        for _ in 0..<3 {
            let next = sequence.next(now: 7, random: .max, moreRandom: 0)
            #expect(next > last)
            last = next
        }
    }

    @Test("are different for every caller, whichever task asks")
    func concurrent() async {
        let ids = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<1000).map { _ in WorkflowIDGenerator.make() } }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(ids).count == 8000)
    }
}
