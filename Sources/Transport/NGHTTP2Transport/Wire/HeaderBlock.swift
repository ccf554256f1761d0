internal import GRPCCore

/// A header block as it arrives, field by field: what gRPC itself reads is picked out, the rest is metadata.
struct HeaderBlock {
    /// What each field costs beyond its name and value, by RFC 9113 §6.5.2.
    private static let overheadPerField = 32

    private(set) var metadata = Metadata()
    private(set) var isPOST = false
    private(set) var hasGRPCContentType = false
    /// The message encoding, if it isn't identity.
    private(set) var encoding: String?
    private(set) var timeout: Duration?
    private(set) var httpStatus: Int?
    private(set) var grpcStatus: Int?
    private(set) var grpcMessage = ""
    private(set) var path: PathTable.Entry?
    /// The size of the block so far, counted as HTTP/2 counts it.
    private(set) var size = 0

    var hasGRPCStatus: Bool { grpcStatus != nil }

    /// The status in this block; nil if there is none.
    var status: Status? {
        grpcStatus.map { Status(code: Status.Code(rawValue: $0) ?? .unknown, message: grpcMessage) }
    }

    /// Takes in one field.
    ///
    /// - Parameters:
    ///   - name: The name, in lower case as HTTP/2 requires; valid during the call only.
    ///   - value: The value; valid during the call only.
    ///   - paths: The methods whose paths were seen before on this connection.
    ///   - limit: How large the block may be. Fields past it are counted and dropped.
    mutating func add(
        name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, paths: PathTable, limit: Int
    ) {
        size += name.count + value.count + Self.overheadPerField
        guard size <= limit else { return }
        if name.first == UInt8(ascii: ":") {
            addPseudoField(name: name, value: value, paths: paths)
        } else if !addReserved(name: name, value: value) {
            addMetadata(name: name, value: value)
        }
    }

    private mutating func addPseudoField(
        name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, paths: PathTable
    ) {
        if name.equals(":path") {
            path = paths.entry(forPath: value)
        } else if name.equals(":method") {
            isPOST = value.equals("POST")
        } else if name.equals(":status") {
            httpStatus = value.decimal
        }
    }

    /// Whether the field was one that gRPC keeps for itself.
    private mutating func addReserved(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) -> Bool {
        if name.hasPrefix("grpc-") {
            return addGRPCField(name: name, value: value)
        }
        if name.equals("content-type") {
            hasGRPCContentType = Self.isGRPC(contentType: value)
            return true
        }
        return name.equals("te")
    }

    private mutating func addGRPCField(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) -> Bool {
        if name.equals("grpc-status") {
            grpcStatus = value.decimal ?? Status.Code.unknown.rawValue
        } else if name.equals("grpc-message") {
            grpcMessage = StatusMessage.decode(value)
        } else if name.equals("grpc-encoding") {
            encoding = value.equals("identity") ? nil : String(decoding: value, as: UTF8.self)
        } else if name.equals("grpc-timeout") {
            // Kept out of the metadata, since GRPCCore would start a timer of its own for it, in a task of its own.
            timeout = RPCTimeout.decode(value)
        } else {
            return name.equals("grpc-accept-encoding")
        }
        return true
    }

    private mutating func addMetadata(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
        let key = String(decoding: name, as: UTF8.self)
        guard name.hasSuffix("-bin") else {
            metadata.addString(String(decoding: value, as: UTF8.self), forKey: key)
            return
        }
        for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            if let bytes = Base64.decode(part.lazy.filter({ $0 != UInt8(ascii: " ") })) {
                metadata.addBinary(bytes, forKey: key)
            } else {
                metadata.addString(String(decoding: part, as: UTF8.self), forKey: key)
            }
        }
    }

    private static func isGRPC(contentType: UnsafeBufferPointer<UInt8>) -> Bool {
        guard contentType.hasPrefix("application/grpc") else { return false }
        guard contentType.count > 16 else { return true }
        return contentType[16] == UInt8(ascii: "+") || contentType[16] == UInt8(ascii: ";")
    }
}
