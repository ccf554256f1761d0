/// How many entries are acknowledged that are not durable, by run.
struct Lag: Sendable {
    private var counts: [ObjectIdentifier: Int] = [:]
    private(set) var total = 0

    func count(of run: ObjectIdentifier) -> Int {
        counts.isEmpty ? 0 : counts[run, default: 0]
    }

    mutating func add(_ entries: Int, of run: ObjectIdentifier) {
        counts[run, default: 0] += entries
        total += entries
    }
}
