internal import AetherServer
internal import AetherStorage
internal import ArgumentParser
internal import Foundation

/// Which database a command works on: that of the server that would start here.
struct DatabaseOptions: ParsableArguments {
    @Option(help: "The SQLite database. Default: AETHER_DB, else what aether.toml says, else ./data/aether.db.")
    var db: String?

    @Option(help: "A configuration file. Default: aether.toml in this directory, if there is one.")
    var config: String?

    @Flag(help: "Print JSON: one document a line.")
    var json = false

    /// The file.
    ///
    /// - Throws: ``CommandFailure`` when the database is none, or what was set makes no sense.
    func path(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CommandFailure) -> String {
        var flags = Settings()
        if let db {
            flags[.database] = SettingValue(text: db, origin: Setting.database.flag, exitCode: .validationFailure)
        }
        let setting = try flags.over(Settings(environment: environment)).over(Settings(file: config))[.database]
        switch try setting?.database ?? ServerConfiguration().database {
        case .file(let path): return path
        case .postgres:
            throw (setting ?? SettingValue(text: "", origin: "")).wrong(
                "names a PostgreSQL database, and this command works on SQLite files; use pg_dump and pg_restore")
        }
    }
}
