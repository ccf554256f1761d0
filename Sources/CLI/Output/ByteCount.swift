/// A size for people.
struct ByteCount {
    var bytes: Int

    init(_ bytes: Int) {
        self.bytes = bytes
    }

    /// `0.3 MiB`.
    var mebibytes: String {
        let tenths = Int((Double(bytes) / 1_048_576 * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) MiB"
    }
}
