package import AetherJSON

extension Aether_V1_Blockage {
    package var json: JSONValue {
        .object([
            "sequence": .integer(sequence),
            "expected": .string(expected),
            "found": .array(found.map { .string($0) }),
        ])
    }
}
