/// A secret of which it takes the same time to compare it, whatever it and the other are: all bytes of both, padded to one
/// length, are looked at.
struct PaddedSecret: Hashable, Sendable {
    static let maximumBytes = 128

    /// The bytes, zeros, and how many bytes there are.
    private let bytes: [UInt8]

    /// - Returns: `nil` when the text is longer than ``maximumBytes``.
    init?(_ text: some StringProtocol) {
        let count = text.utf8.count
        guard count <= Self.maximumBytes else { return nil }
        bytes = Array(text.utf8) + Array(repeating: 0, count: Self.maximumBytes - count) + [UInt8(count)]
    }

    func isEqual(to other: PaddedSecret) -> Bool {
        var difference: UInt8 = 0
        for index in bytes.indices { difference |= bytes[index] ^ other.bytes[index] }
        return difference == 0
    }
}
