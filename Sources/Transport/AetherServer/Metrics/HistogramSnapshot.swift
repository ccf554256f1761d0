/// What a histogram counted, at one moment or between two.
struct HistogramSnapshot: Sendable, Equatable {
    /// The highest value of each bucket but the last, which has none.
    let bounds: [Double]
    /// How many values fell into each bucket; one more than there are bounds.
    var counts: [Int64]
    /// All values together.
    var sum: Double

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
        sum = 0
    }

    var count: Int64 { counts.reduce(0, +) }

    mutating func record(_ value: Double) {
        counts[bucket(of: value)] += 1
        sum += value
    }

    /// The first bucket whose bound is not below a value.
    private func bucket(of value: Double) -> Int {
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Both together; they have the same bounds.
    static func + (lhs: HistogramSnapshot, rhs: HistogramSnapshot) -> HistogramSnapshot {
        lhs.combined(with: rhs, +, +)
    }

    /// What was counted since an earlier snapshot of the same histogram.
    static func - (lhs: HistogramSnapshot, rhs: HistogramSnapshot) -> HistogramSnapshot {
        lhs.combined(with: rhs, -, -)
    }

    private func combined(
        with other: HistogramSnapshot, _ count: (Int64, Int64) -> Int64, _ value: (Double, Double) -> Double
    ) -> HistogramSnapshot {
        var result = self
        result.counts = zip(counts, other.counts).map(count)
        result.sum = value(sum, other.sum)
        return result
    }

    /// Below which value a share of all values lies, supposed that those in one bucket are spread evenly over it: what
    /// Prometheus' `histogram_quantile` says too. Values above the last bound count as that bound.
    ///
    /// - Parameter share: from 0 to 1.
    /// - Returns: `nil` when nothing was counted.
    func quantile(_ share: Double) -> Double? {
        let rank = share * Double(count)
        guard count > 0, let last = bounds.last else { return nil }
        var below: Int64 = 0
        for (index, bound) in bounds.enumerated() {
            let inBucket = counts[index]
            if inBucket > 0, Double(below + inBucket) >= rank {
                let lower = index > 0 ? bounds[index - 1] : 0
                return lower + (bound - lower) * (rank - Double(below)) / Double(inBucket)
            }
            below += inBucket
        }
        return last
    }
}
