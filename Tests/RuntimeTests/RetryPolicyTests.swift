import AetherRuntime
import Testing

@Suite("A retry policy")
struct RetryPolicyTests {
    @Test("waits longer each time, up to its longest wait")
    func growth() {
        let policy = RetryPolicy(initialMilliseconds: 100, factor: 3, maximumMilliseconds: 1_000)
        #expect((1...4).map { policy.delayMilliseconds(after: $0, random: 0) } == [100, 300, 900, 1_000])
    }

    @Test(
        "of numbers that are none, or as large as can be, waits for no more than a hundred years",
        arguments: [
            RetryPolicy(factor: .nan), RetryPolicy(factor: .infinity), RetryPolicy(factor: -.infinity),
            RetryPolicy(jitter: .nan), RetryPolicy(jitter: .infinity), RetryPolicy(factor: .nan, jitter: .nan),
            RetryPolicy(initialMilliseconds: .max, maximumMilliseconds: .max),
            RetryPolicy(initialMilliseconds: .max, factor: .greatestFiniteMagnitude, maximumMilliseconds: 0),
            RetryPolicy(initialMilliseconds: .min, maximumMilliseconds: .min),
            RetryPolicy(initialMilliseconds: 0, factor: .infinity, maximumMilliseconds: .max),
        ])
    func extremes(_ policy: RetryPolicy) {
        for attempt in [0, 1, 2, 300, UInt32.max] {
            for random in [0, 1, UInt64.max] {
                let delay = policy.delayMilliseconds(after: attempt, random: random)
                #expect((0...100 * 366 * 24 * 3_600_000).contains(delay))
            }
        }
    }
}
