import AetherRuntime

/// What is to happen in a world, on a time that is skipped. Of what happens at the same time the seed says what is first.
final class EventQueue {
    private struct Event {
        var time: Int64
        var order: UInt64
        var action: () -> Void

        func isBefore(_ other: Event) -> Bool { time == other.time ? order < other.order : time < other.time }
    }

    /// In milliseconds since the world began.
    private(set) var now: Int64 = 0
    /// How many have happened.
    private(set) var count = 0
    private var random: SplitMix64
    /// A binary heap. Not `Heap` of swift-collections, which a debug build has call every comparison through a witness table.
    private var events: [Event] = []

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    func draw(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(random.next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// Whether something of so many in a hundred happens.
    func happens(_ percent: Int64) -> Bool { percent > 0 && draw(0...99) < percent }

    func pick<Value>(_ values: [Value]) -> Value { values[Int(draw(0...Int64(values.count - 1)))] }

    func after(_ milliseconds: Int64, _ action: @escaping () -> Void) {
        events.append(Event(time: now + max(0, milliseconds), order: random.next(), action: action))
        var index = events.count - 1
        while index > 0, events[index].isBefore(events[(index - 1) / 2]) {
            events.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// Lets things happen until something is so, or nothing is left.
    func run(until isOver: () -> Bool) {
        while !isOver(), let event = popFirst() {
            now = event.time
            count += 1
            event.action()
        }
    }

    /// Nothing more happens.
    func removeAll() {
        events = []
    }

    private func popFirst() -> Event? {
        guard let first = events.first, let last = events.popLast() else { return nil }
        guard !events.isEmpty else { return first }
        events[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < events.count && events[child].isBefore(events[least]) {
                least = child
            }
            if least == index { return first }
            events.swapAt(index, least)
            index = least
        }
    }
}
