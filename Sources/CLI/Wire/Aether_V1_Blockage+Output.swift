internal import AetherProtocol

extension Aether_V1_Blockage {
    var json: JSONValue {
        .object([
            "sequence": .integer(sequence),
            "expected": .string(expected),
            "found": .array(found.map { .string($0) }),
        ])
    }
}
