internal import AetherJSON
internal import AetherStorage

/// What a migration says when it is done.
struct MigrationReport {
    var migration: DatabaseCare.Migration
    var elapsed: Duration

    var json: JSONValue {
        .object([
            "from": .string(migration.source), "to": .string(migration.target),
            "workflows": .integer(migration.workflows), "entries": .integer(migration.entries),
            "bytes": .integer(migration.bytes), "milliseconds": .integer(ElapsedTime(elapsed).milliseconds),
        ])
    }

    var text: String {
        Cell.visible(
            "Migrated \(migration.source) to \(migration.target): \(migration.workflows) workflows, "
                + "\(migration.entries) journal entries of \(ByteCount(migration.bytes).mebibytes), compared "
                + "(\(ElapsedTime(elapsed).span))")
    }
}
