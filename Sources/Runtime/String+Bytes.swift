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
        let (left, right) = (utf8, other.utf8)
        guard left.count == right.count else { return false }
        // Ids are looked up by the hundred thousand a second, and native text lies in one piece.
        let isEqual = left.withContiguousStorageIfAvailable { left in
            right.withContiguousStorageIfAvailable { right in
                guard let left = left.baseAddress, let start = right.baseAddress else { return true }
                return memcmp(left, start, right.count) == 0
            }
        }
        return (isEqual ?? nil) ?? left.elementsEqual(right)
    }
}
