import AetherActors
import Testing

@Suite("A batch queue", .timeLimit(.minutes(5)))
struct BatchQueueTests {
    @Test("gives everything that is there, in order")
    func order() async {
        let queue = BatchQueue<Int>()
        queue.put(1)
        queue.put(contentsOf: [2, 3])
        #expect(await queue.take() == [1, 2, 3])
        queue.put(4)
        queue.finish()
        #expect(!queue.put(5))
        #expect(await queue.take() == [4])
        #expect(await queue.take() == nil)
    }

    @Test("loses nothing and wakes its taker, whoever puts")
    func concurrent() async {
        let queue = BatchQueue<Int>()
        async let sum = Self.sum(of: queue)
        await withTaskGroup(of: Void.self) { group in
            for part in 0..<10 {
                group.addTask {
                    for number in 0..<1000 {
                        queue.put(part * 1000 + number)
                        if number % 50 == 0 { await Task.yield() }
                    }
                }
            }
        }
        queue.finish()
        #expect(await sum == (0..<10_000).reduce(0, +))
    }

    private static func sum(of queue: BatchQueue<Int>) async -> Int {
        var sum = 0
        while let batch = await queue.take() { sum += batch.reduce(0, +) }
        return sum
    }

    @Test("lets a cancelled taker go, and keeps what comes then", arguments: 0..<50)
    func cancelled(_ round: Int) async {
        let queue = BatchQueue<Int>()
        let taker = Task { await queue.take() }
        if round % 2 == 0 { await settle() }
        taker.cancel()
        #expect(await taker.value == nil)
        queue.put(1)
        #expect(await queue.take() == [1])
        queue.put(2)
        #expect(queue.drain() == [2])
    }
}
