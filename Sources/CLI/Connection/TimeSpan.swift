internal import ArgumentParser

/// A duration as people type it: `10`, `10s`, `500ms`, `2m`, `1h`, `30d`. A bare number is in seconds.
struct TimeSpan: Hashable, Sendable, ExpressibleByArgument {
    var duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        self.init(argument: argument, maximumSeconds: 31_536_000)
    }

    init?(argument: String, maximumSeconds: Double) {
        let units: [(suffix: String, seconds: Double)] = [
            ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("", 1),
        ]
        guard let unit = units.first(where: { argument.hasSuffix($0.suffix) }),
            let value = Double(argument.dropLast(unit.suffix.count)), value.isFinite, value > 0,
            value * unit.seconds <= maximumSeconds
        else { return nil }
        self.init(.seconds(value * unit.seconds))
    }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }
}
