internal import Foundation
internal import SwiftProtobuf

/// Where everything in a set of .proto files is declared: what the reflection service answers from.
struct DescriptorIndex: Sendable {
    private var files: [String: Google_Protobuf_FileDescriptorProto] = [:]
    /// Full name → name of the file.
    private var symbols: [String: String] = [:]
    private var messages: Set<String> = []
    /// The full names of all services, sorted.
    private(set) var services: [String] = []

    init(_ set: Google_Protobuf_FileDescriptorSet) {
        for file in set.file {
            files[file.name] = file
            let scope = file.package.isEmpty ? "" : file.package + "."
            for message in file.messageType { add(message, scope: scope, file: file.name) }
            for enumeration in file.enumType { add(enumeration, scope: scope, file: file.name) }
            for service in file.service {
                symbols[scope + service.name] = file.name
                services.append(scope + service.name)
                for method in service.method { symbols["\(scope)\(service.name).\(method.name)"] = file.name }
            }
        }
        services.sort()
    }

    /// Reads a serialized `FileDescriptorSet`, in base64; `nil` when it is none.
    init?(base64: String) {
        guard let data = Data(base64Encoded: base64),
            let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: data)
        else { return nil }
        self.init(set)
    }

    private mutating func add(_ message: Google_Protobuf_DescriptorProto, scope: String, file: String) {
        let name = scope + message.name
        symbols[name] = file
        messages.insert(name)
        for field in message.field { symbols["\(name).\(field.name)"] = file }
        for union in message.oneofDecl { symbols["\(name).\(union.name)"] = file }
        for nested in message.nestedType { add(nested, scope: name + ".", file: file) }
        for enumeration in message.enumType { add(enumeration, scope: name + ".", file: file) }
    }

    /// An enum's values are declared beside it, as in C++.
    private mutating func add(_ enumeration: Google_Protobuf_EnumDescriptorProto, scope: String, file: String) {
        symbols[scope + enumeration.name] = file
        for value in enumeration.value { symbols[scope + value.name] = file }
    }

    func isMessage(_ name: String) -> Bool { messages.contains(name) }

    /// The file of that name, and all it imports, each once, itself first.
    ///
    /// - Returns: `nil` when there is no such file.
    func closure(ofFile name: String) -> [Google_Protobuf_FileDescriptorProto]? {
        guard files[name] != nil else { return nil }
        var names = [name]
        var position = 0
        while position < names.count {
            let imports = files[names[position]]?.dependency ?? []
            names += imports.filter { !names.contains($0) && files[$0] != nil }
            position += 1
        }
        return names.compactMap { files[$0] }
    }

    /// The file which declares a message, enum, value, field, service or method, and all it imports.
    ///
    /// - Returns: `nil` when nothing is called that.
    func closure(ofSymbol name: String) -> [Google_Protobuf_FileDescriptorProto]? {
        symbols[name].flatMap { closure(ofFile: $0) }
    }
}
