#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

extension String {
    /// Whether two texts have the same UTF-8 bytes.
    ///
    /// Swift's own comparison takes different bytes for equal when they are canonically equivalent ("é" has two spellings);
    /// databases and other languages don't.
    func hasSameBytes(as other: String) -> Bool {
        let (left, right) = (utf8Span.span, other.utf8Span.span)
        guard left.count == right.count else { return false }
        return left.compareBytes(with: right, count: left.count) == 0
    }

    /// Whether the UTF-8 bytes of a text come before another's, as numbers.
    func precedesByBytes(_ other: String) -> Bool {
        let (left, right) = (utf8Span.span, other.utf8Span.span)
        let order = left.compareBytes(with: right, count: min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
    }
}

extension Span<UInt8> {
    /// As `memcmp`: ids are looked up by the hundred thousand a second.
    fileprivate func compareBytes(with other: Span<UInt8>, count: Int) -> Int32 {
        withUnsafeBufferPointer { left in
            other.withUnsafeBufferPointer { right in
                guard let left = left.baseAddress, let right = right.baseAddress else { return 0 }
                return memcmp(left, right, count)
            }
        }
    }
}
