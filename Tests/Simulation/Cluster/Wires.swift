/// What is under way between the servers of a world, and which of them can't reach one another.
///
/// Unchecked for the reason of ``Scheduler``.
final class Wires: @unchecked Sendable {
    /// A call or a stream of one server to another.
    private struct Call: Sendable {
        var from: Int
        var to: Int
        /// Nothing gets through any more.
        var cut: @Sendable () -> Void
        /// Each end notices.
        var endAtCaller: @Sendable () -> Void
        var endAtCallee: @Sendable () -> Void
    }

    private let world: World
    private var calls: [UInt64: Call] = [:]
    private var lastNumber: UInt64 = 0
    /// Places of servers, the lower one first.
    private var cutPairs: Set<[Int]> = []

    init(_ world: World) {
        self.world = world
    }

    func isCut(_ one: Int, _ other: Int) -> Bool { cutPairs.contains([min(one, other), max(one, other)]) }

    func add(
        from: Int, to: Int, cut: @escaping @Sendable () -> Void, endAtCaller: @escaping @Sendable () -> Void,
        endAtCallee: @escaping @Sendable () -> Void
    ) -> UInt64 {
        lastNumber += 1
        calls[lastNumber] = Call(
            from: from, to: to, cut: cut, endAtCaller: endAtCaller, endAtCallee: endAtCallee)
        return lastNumber
    }

    func remove(_ number: UInt64) {
        calls[number] = nil
    }

    func cut(_ one: Int, _ other: Int) {
        cutPairs.insert([min(one, other), max(one, other)])
        breakAll { ($0, $1) == (one, other) || ($0, $1) == (other, one) }
    }

    func heal(_ one: Int, _ other: Int) {
        cutPairs.remove([min(one, other), max(one, other)])
    }

    /// All can reach one another.
    func heal() {
        cutPairs = []
    }

    /// The connections of a server break, because it is gone or says nothing.
    func breakAll(of place: Int, within milliseconds: Int64) {
        breakAll(within: milliseconds) { $0 == place || $1 == place }
    }

    private func breakAll(within milliseconds: Int64 = 15_000, _ isBroken: (Int, Int) -> Bool) {
        let broken = calls.filter { isBroken($0.value.from, $0.value.to) }.sorted { $0.key < $1.key }
        for (number, call) in broken {
            calls[number] = nil
            call.cut()
        }
        if broken.isEmpty { return }
        // Each end of all of them at once, as they share a connection. Nobody awaits it.
        for ends in [broken.map(\.value.endAtCaller), broken.map(\.value.endAtCallee)] {
            let delay = world.draw(0...milliseconds)
            Task { [world] in
                try? await world.scheduler.sleep(delay)
                for end in ends { end() }
            }
        }
    }
}
