internal import AetherRuntime
internal import AetherServer

/// What `aether serve` says when it serves.
struct ServeBanner {
    var addresses: ServerAddresses
    var databaseName: String
    var tier: PersistenceTier

    func text(terminal: Terminal) -> String {
        var fields = Fields()
        fields.add("gRPC", Cell(addresses.grpcURL))
        fields.add("HTTP", Cell(addresses.httpURL))
        fields.add("metrics", Cell(addresses.metricsURL ?? "off"))
        fields.add("database", Cell(databaseName))
        fields.add("tier", Cell(tier.name))
        let title = Style.heading.applied(to: "Aether \(AetherVersion.current) serves. Ctrl-C stops it.", on: terminal)
        return title + "\n" + fields.text(terminal: terminal)
    }
}
