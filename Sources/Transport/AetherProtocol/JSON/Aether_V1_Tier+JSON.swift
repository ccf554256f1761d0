internal import AetherRuntime

extension Aether_V1_Tier {
    /// The name of `--persistence`; empty for what a newer server added.
    package var name: String { PersistenceTier(self)?.name ?? "" }
}
