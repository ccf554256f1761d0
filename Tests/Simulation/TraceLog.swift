import Logging

/// What the product logs, told with what else happens.
struct TraceLog: LogHandler {
    let world: World
    let source: String
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard world.settings.isVerbose else { return }
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let text = all.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        world.note("\(source) says: \(event.message) \(text)")
    }
}
