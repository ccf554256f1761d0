internal import GRPCCore

/// The methods a server knows by their `:path`, so that a call to one of them makes no strings.
struct PathTable {
    /// What a path stands for.
    struct Entry {
        let descriptor: MethodDescriptor
        fileprivate let path: [UInt8]
    }

    private var buckets: [[Entry]] = Array(repeating: [], count: 64)

    init(methods: [MethodDescriptor] = []) {
        for method in methods {
            let path = Array("/\(method.fullyQualifiedMethod)".utf8)
            path.withUnsafeBufferPointer { bytes in
                buckets[Self.bucket(of: bytes)].append(Entry(descriptor: method, path: path))
            }
        }
    }

    /// The method at a path, known or not; nil if the path isn't `/service/method`.
    func entry(forPath path: UnsafeBufferPointer<UInt8>) -> Entry? {
        for entry in buckets[Self.bucket(of: path)] where entry.path.count == path.count {
            if entry.path.withUnsafeBufferPointer({ $0.elementsEqual(path) }) { return entry }
        }
        guard path.first == UInt8(ascii: "/"), let slash = path.lastIndex(of: UInt8(ascii: "/")), slash > 1,
            slash < path.count - 1
        else { return nil }
        let service = String(decoding: path[1..<slash], as: UTF8.self)
        let method = String(decoding: path[(slash + 1)...], as: UTF8.self)
        return Entry(descriptor: MethodDescriptor(fullyQualifiedService: service, method: method), path: [])
    }

    /// The length and the last bytes tell methods of a service apart; services differ in between.
    private static func bucket(of path: UnsafeBufferPointer<UInt8>) -> Int {
        var hash = UInt32(truncatingIfNeeded: path.count)
        for byte in path.suffix(6) { hash = hash &* 31 &+ UInt32(byte) }
        return Int(hash & 63)
    }
}
