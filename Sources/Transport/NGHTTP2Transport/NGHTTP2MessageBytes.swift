public import GRPCCore

/// The bytes of one gRPC message, as this transport hands them to a deserializer and takes them from a serializer.
///
/// A message has one allocation between the socket and the application: a message that arrives inside one DATA frame
/// is copied once, out of the connection's read buffer, into storage of exactly its size.
public struct NGHTTP2MessageBytes: GRPCContiguousBytes, Hashable, Sendable {
    @usableFromInline
    var storage: [UInt8]

    /// Creates `count` bytes of the value `byte`.
    ///
    /// - Parameters:
    ///   - byte: The value of each byte.
    ///   - count: The number of bytes.
    @inlinable
    public init(repeating byte: UInt8, count: Int) {
        storage = [UInt8](repeating: byte, count: count)
    }

    /// Creates a copy of the bytes of a sequence; an `[UInt8]` is taken over without a copy.
    ///
    /// - Parameter sequence: The bytes.
    @inlinable
    public init(_ sequence: some Sequence<UInt8>) {
        storage = [UInt8](sequence)
    }

    /// Takes over an array without a copy.
    ///
    /// - Parameter array: The bytes.
    @inlinable
    public init(_ array: [UInt8]) {
        storage = array
    }

    init(copying bytes: UnsafeRawBufferPointer) {
        storage = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
            count = bytes.count
        }
    }

    /// The number of bytes.
    @inlinable
    public var count: Int { storage.count }

    /// Calls `body` with the bytes.
    ///
    /// - Parameter body: A closure that must not let the buffer escape.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    @inlinable
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try storage.withUnsafeBytes(body)
    }

    /// Calls `body` with the bytes for writing.
    ///
    /// - Parameter body: A closure that must not let the buffer escape.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    @inlinable
    public mutating func withUnsafeMutableBytes<R>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> R
    ) rethrows -> R {
        try storage.withUnsafeMutableBytes(body)
    }
}
