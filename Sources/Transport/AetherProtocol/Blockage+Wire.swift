package import AetherRuntime

extension Aether_V1_Blockage {
    package init(_ blockage: Blockage) {
        self.init()
        sequence = blockage.sequence
        expected = blockage.expected
        found = blockage.found
    }
}

extension Blockage {
    package init(_ wire: Aether_V1_Blockage) {
        self.init(sequence: wire.sequence, expected: wire.expected, found: wire.found)
    }
}
