/// A span of time for people.
struct ElapsedTime {
    var milliseconds: Int64

    init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    init(_ duration: Duration) {
        self.init(milliseconds: Int64(duration / .milliseconds(1)))
    }

    /// `12 ms`, `3.4 s`, `2 m 5 s`, `1 h 30 m`.
    var span: String {
        switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<60_000: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        case ..<3_600_000: "\(milliseconds / 60_000) m \(milliseconds / 1000 % 60) s"
        default: "\(milliseconds / 3_600_000) h \(milliseconds / 60_000 % 60) m"
        }
    }
}
