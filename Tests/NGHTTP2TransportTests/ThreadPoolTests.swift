import NGHTTP2Transport
import Synchronization
import Testing

@Suite("A thread pool", .timeLimit(.minutes(5)))
struct ThreadPoolTests {
    private final class Count: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .sequentiallyConsistent) }
        func add() { count.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    }

    @Test("runs every job, whether its threads are at work or asleep", arguments: [1, 2, 8])
    func runs(threads: Int) async {
        let pool = ThreadPool(threads: threads)
        let count = Count()
        // One after the other: the threads sleep between two jobs.
        for _ in 0..<2_000 {
            await withTaskExecutorPreference(pool) { count.add() }
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2_000 {
                group.addTask(executorPreference: pool) {
                    await Task.yield()
                    count.add()
                }
            }
        }
        #expect(count.value == 4_000)
    }

    @Test("has as many jobs at work as it has threads")
    func width() async {
        let pool = ThreadPool(threads: 2)
        let arrived = Count()
        // Each waits on its thread for the other: with one thread this would not end.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask(executorPreference: pool) {
                    arrived.add()
                    while arrived.value < 2 {}
                }
            }
        }
        #expect(arrived.value == 2)
    }
}
