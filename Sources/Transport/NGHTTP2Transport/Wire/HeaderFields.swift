internal import CNGHTTP2
internal import GRPCCore

/// Header fields on their way out, in the form nghttp2 takes them. Kept and reused by a connection: filling it
/// allocates nothing once it has grown.
struct HeaderFields {
    /// A field whose bytes are in `bytes`, and so has no address yet.
    private struct Pending {
        var index: Int
        /// Where the name starts; nil if the name is static.
        var nameOffset: Int?
        var valueOffset: Int
    }

    private var fields: [nghttp2_nv] = []
    private var pending: [Pending] = []
    private var bytes: [UInt8] = []

    private static let noCopyName = UInt8(truncatingIfNeeded: NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)
    private static let noCopyValue = UInt8(truncatingIfNeeded: NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue)

    mutating func removeAll() {
        fields.removeAll(keepingCapacity: true)
        pending.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Adds a field that nghttp2 needs no copy of.
    mutating func add(_ name: StaticString, _ value: StaticString) {
        fields.append(
            nghttp2_nv(
                name: UnsafeMutablePointer(mutating: name.utf8Start),
                value: UnsafeMutablePointer(mutating: value.utf8Start),
                namelen: name.utf8CodeUnitCount, valuelen: value.utf8CodeUnitCount,
                flags: Self.noCopyName | Self.noCopyValue))
    }

    mutating func add(_ name: StaticString, _ value: String) {
        let offset = append(value)
        pending.append(Pending(index: fields.count, nameOffset: nil, valueOffset: offset))
        fields.append(
            nghttp2_nv(
                name: UnsafeMutablePointer(mutating: name.utf8Start), value: nil,
                namelen: name.utf8CodeUnitCount, valuelen: bytes.count - offset, flags: Self.noCopyName))
    }

    mutating func addPath(of descriptor: MethodDescriptor) {
        let offset = bytes.count
        bytes.append(UInt8(ascii: "/"))
        append(descriptor.service.fullyQualifiedService)
        bytes.append(UInt8(ascii: "/"))
        append(descriptor.method)
        let name: StaticString = ":path"
        pending.append(Pending(index: fields.count, nameOffset: nil, valueOffset: offset))
        fields.append(
            nghttp2_nv(
                name: UnsafeMutablePointer(mutating: name.utf8Start), value: nil,
                namelen: name.utf8CodeUnitCount, valuelen: bytes.count - offset, flags: Self.noCopyName))
    }

    /// Adds what an application sends along. Names that HTTP/2 or gRPC keep for themselves are left out.
    ///
    /// - Parameter metadata: The pairs; names are put in lower case.
    /// - Throws: `RPCError` with `invalidArgument` for a name or value which can't be sent.
    mutating func add(_ metadata: Metadata) throws(RPCError) {
        for (key, value) in metadata {
            let nameOffset = bytes.count
            for byte in key.utf8 {
                bytes.append(byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte)
            }
            let valueOffset = bytes.count
            append(value.encoded())
            let name = nameOffset..<valueOffset
            if isReserved(name) {
                bytes.removeSubrange(nameOffset...)
                continue
            }
            guard isValid(name: name, value: valueOffset..<bytes.count) else {
                throw RPCError(
                    code: .invalidArgument,
                    message: "The metadata '\(key)' can't be sent: names take letters, digits, '-', '_' and '.', "
                        + "values printable ASCII; use a name that ends in '-bin' for other values.")
            }
            pending.append(Pending(index: fields.count, nameOffset: nameOffset, valueOffset: valueOffset))
            fields.append(
                nghttp2_nv(
                    name: nil, value: nil, namelen: name.count, valuelen: bytes.count - valueOffset, flags: 0))
        }
    }

    /// Adds the fields of a status.
    mutating func add(_ status: Status) {
        if status.code == .ok {
            add("grpc-status", "0")
        } else {
            add("grpc-status", String(status.code.rawValue))
        }
        if !status.message.isEmpty { add("grpc-message", StatusMessage.encode(status.message)) }
    }

    /// Calls `body` with the fields; the pointer is valid during the call only.
    mutating func withUnsafeFields<R>(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> R) -> R {
        bytes.withUnsafeMutableBufferPointer { bytes in
            for entry in pending {
                if let nameOffset = entry.nameOffset {
                    fields[entry.index].name = bytes.baseAddress.map { $0 + nameOffset }
                }
                fields[entry.index].value = bytes.baseAddress.map { $0 + entry.valueOffset }
            }
            return fields.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        }
    }

    /// Appends the text and returns where it starts.
    @discardableResult
    private mutating func append(_ text: String) -> Int {
        let offset = bytes.count
        bytes.append(contentsOf: text.utf8)
        return offset
    }

    private func isReserved(_ name: Range<Int>) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            let name = UnsafeBufferPointer(rebasing: bytes[name])
            return switch name.first {
            case UInt8(ascii: ":"): true
            case UInt8(ascii: "c"):
                name.equals("content-type") || name.equals("connection") || name.equals("content-length")
            case UInt8(ascii: "g"):
                name.equals("grpc-status") || name.equals("grpc-message") || name.equals("grpc-encoding")
            case UInt8(ascii: "h"): name.equals("host")
            case UInt8(ascii: "k"): name.equals("keep-alive")
            case UInt8(ascii: "p"): name.equals("proxy-connection")
            case UInt8(ascii: "t"): name.equals("te") || name.equals("transfer-encoding")
            case UInt8(ascii: "u"): name.equals("upgrade")
            default: false
            }
        }
    }

    private func isValid(name: Range<Int>, value: Range<Int>) -> Bool {
        guard !name.isEmpty else { return false }
        for byte in bytes[name] {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "."):
                continue
            default: return false
            }
        }
        for byte in bytes[value] where byte < 0x20 || byte > 0x7E { return false }
        if value.isEmpty { return true }
        return bytes[value.lowerBound] != 0x20 && bytes[value.upperBound - 1] != 0x20
    }
}
