package import AetherRuntime

/// Which part of a database a workflow belongs to, for ever.
///
/// The number is in every primary key and must come out the same in every version and on every machine: the 64-bit FNV-1a
/// hash (http://www.isthe.com/chongo/tech/comp/fnv/) of the id's UTF-8 bytes, modulo ``count``.
package struct Shard: Hashable, Sendable {
    package static let count = 256

    package let number: Int16

    init(number: Int16) {
        self.number = number
    }

    package init(of id: WorkflowID) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in id.rawValue.utf8 {
            hash ^= UInt64(byte)
            hash &*= 0x100_0000_01b3
        }
        number = Int16(hash % UInt64(Self.count))
    }
}
