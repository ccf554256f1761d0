internal import AetherActors

/// A family of metrics with the values its series have at one moment.
struct MetricFamily: Sendable, Equatable {
    var definition: MetricDefinition
    /// In the order of the label's values; one without a label when the family has none.
    var series: [Series]

    struct Series: Sendable, Equatable {
        /// What tells it apart; `nil` when the family has no label.
        var label: String?
        var value: Value
    }

    enum Value: Sendable, Equatable {
        case integer(Int64)
        case number(Double)
        case histogram(HistogramSnapshot)
    }

    /// All series together, of a family that counts whole things.
    var total: Int64 {
        series.reduce(0) { sum, series in
            if case .integer(let value) = series.value { sum + value } else { sum }
        }
    }

    /// All series together, of a family of histograms.
    var histogram: HistogramSnapshot? {
        var sum: HistogramSnapshot?
        for case .histogram(let snapshot) in series.map(\.value) {
            sum = sum.map { $0 + snapshot } ?? snapshot
        }
        return sum
    }
}
