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

    func path(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CommandFailure) -> String {
        var flags = Settings()
        if let db {
            flags[.databasePath] = SettingValue(
                text: db, origin: Setting.databasePath.flag, exitCode: .validationFailure)
        }
        return try flags.over(Settings(environment: environment)).over(Settings(file: config)).databasePath
    }
}
