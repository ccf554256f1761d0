import AetherRuntime
import Testing

@testable import Aether

@Suite("Random numbers of a key")
struct KeyedRandomTests {
    // Computed by a program of its own in Python, from the description alone.
    @Test("are those of every other language")
    func vectors() {
        var random = KeyedRandom(seed: 42, key: OperationKey(rawValue: "random:#1"))
        #expect(random.next() == 18344674206451246029)
        #expect(random.next() == 5861380649247780653)
        #expect(random.unit() == 0.9831436018182718)
        #expect(random.below(1000) == 733)
        #expect(random.below(1000) == 600)
        #expect(random.below(1000) == 471)
        var uuid = KeyedRandom(seed: 42, key: OperationKey(rawValue: "uuid:#1"))
        #expect(uuid.uuidBytes() == [31, 225, 13, 167, 205, 86, 75, 204, 144, 21, 123, 202, 127, 145, 136, 124])
    }

    @Test("below a bound reach every number, and none beyond")
    func below() {
        var random = KeyedRandom(seed: 1, key: OperationKey(rawValue: "random:#1"))
        var seen = Set<UInt64>()
        for _ in 0..<200 { seen.insert(random.below(6)) }
        #expect(seen == [0, 1, 2, 3, 4, 5])
        var whole = random
        #expect(random.below(0) == whole.next())
    }
}
