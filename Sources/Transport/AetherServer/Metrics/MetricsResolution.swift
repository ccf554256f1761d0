/// How far apart the samples of a series are.
package enum MetricsResolution: Sendable, CaseIterable {
    case second
    case minute

    /// As it is asked for.
    package var name: String {
        switch self {
        case .second: "1s"
        case .minute: "1m"
        }
    }

    package var seconds: Int {
        switch self {
        case .second: 1
        case .minute: 60
        }
    }

    /// How many samples are kept: those of 15 minutes, those of a day.
    package var limit: Int {
        switch self {
        case .second: 900
        case .minute: 1_440
        }
    }

    var milliseconds: Int64 { Int64(seconds) * 1000 }
}
