internal import AetherServer

extension Settings {
    /// The database that was set, or the default.
    var databasePath: String {
        get throws(CommandFailure) {
            try self[.databasePath]?.databasePath ?? ServerConfiguration().databasePath
        }
    }
}
