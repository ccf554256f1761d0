import Driver
import Foundation

@testable import CommandLineInput

/// As whom a value reads, whatever the setting is: any of them may refuse it, none may trap.
func read(_ value: SettingValue) {
    _ = try? value.port
    _ = try? value.hostAndPort
    _ = try? value.boolean
    _ = try? value.nonEmptyText
    _ = try? value.tier
    _ = try? value.age
    _ = try? value.size
}

fuzz { input in
    do throws(CommandFailure) {
        let settings = try Settings(contents: Data(input), file: "aether.toml")
        for value in settings.values.values { read(value) }
    } catch {
        precondition(error.message.hasPrefix("aether.toml"), "it isn't said which file is wrong: \(error.message)")
        precondition(!error.message.contains("\n"), "the error isn't one line: \(error.message)")
    }
}
