import Testing

@testable import AetherServer

@Suite("A histogram")
struct HistogramTests {
    private func histogram(_ values: [Double]) -> HistogramSnapshot {
        var histogram = HistogramSnapshot(bounds: [1, 2, 4])
        for value in values { histogram.record(value) }
        return histogram
    }

    @Test("estimates percentiles within the bucket they fall into")
    func quantiles() {
        #expect(histogram([]).quantile(0.5) == nil)
        #expect(histogram([1, 1, 1, 1]).quantile(0.5) == 0.5)
        #expect(histogram([1, 1, 3, 3]).quantile(0.5) == 1)
        #expect(histogram([1, 1, 3, 3]).quantile(0.75) == 3)
        #expect(histogram([1, 1, 3, 3]).quantile(1) == 4)
        #expect(histogram([3]).quantile(0.99) == 2 + 2 * 0.99)
        // Beyond the last bound nothing is known but that.
        #expect(histogram([100]).quantile(0.5) == 4)
    }

    @Test("of the time between two moments is the difference of what was counted by then")
    func difference() {
        let (earlier, later) = (histogram([1, 3]), histogram([1, 3, 2, 9]))
        #expect(later - earlier == histogram([2, 9]))
        #expect(earlier + histogram([2, 9]) == later)
        #expect((later - earlier).count == 2)
    }
}
