internal import AetherJSON
internal import AetherStorage

/// What a backup or a restore says when it is done.
struct CopyReport {
    var verb: String
    var source: String
    var copy: DatabaseCare.Copy
    var elapsed: Duration

    var json: JSONValue {
        .object([
            "from": .string(source), "to": .string(copy.path), "bytes": .integer(copy.bytes),
            "workflows": copy.examination.map { .integer($0.workflows) } ?? .null,
            "entries": copy.examination.map { .integer($0.entries) } ?? .null,
            "keptAside": copy.keptAside.map { .string($0) } ?? .null,
            "milliseconds": .integer(ElapsedTime(elapsed).milliseconds),
        ])
    }

    var text: String {
        let content =
            copy.examination.map { "\($0.workflows) workflows, \($0.entries) journal entries, checked" }
            ?? "not checked"
        let aside = copy.keptAside.map { "; what was there is now \($0)" } ?? ""
        return Cell.visible(
            "\(verb) \(source) to \(copy.path): \(ByteCount(copy.bytes).mebibytes), \(content) "
                + "(\(ElapsedTime(elapsed).span))\(aside)")
    }
}
