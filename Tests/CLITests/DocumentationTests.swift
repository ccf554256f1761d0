import Aether
import AetherRuntime
import AetherServer
import ArgumentParser
import Foundation
import Testing

@testable import AetherCLI

@Suite("The documentation")
struct DocumentationTests {
    private func page(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/\(name)"), encoding: .utf8)
    }

    @Test("has every setting with its flag, its variable and its key", arguments: Setting.allCases)
    func settings(setting: Setting) throws {
        let page = try page("configuration.md")
        let (table, key) = (setting.fileKey.table, setting.fileKey.key)
        #expect(page.contains("| `\(setting.flag)`"))
        #expect(page.contains("| `\(setting.environmentName)` | `[\(table)] \(key)` |"))
    }

    @Test("shows a configuration file that is read, and says the defaults")
    func file() throws {
        let page = try page("configuration.md")
        let toml = try #require(page.split(separator: "```toml\n").last?.split(separator: "```").first)
        let settings = try Settings(toml: String(toml), file: "configuration.md")
        #expect(try ServerConfiguration(settings) == ServerConfiguration())
    }

    @Test("shows a retention that is read, and no longer keeps everything")
    func retention() throws {
        let page = try page("operations.md")
        let toml = try #require(page.split(separator: "```toml\n").last?.split(separator: "```").first)
        let configuration = try ServerConfiguration(Settings(toml: String(toml), file: "operations.md"))
        #expect(configuration.retention[.completed].age == .seconds(30 * 86_400))
        #expect(configuration.retention[.completed].bytes == 20 << 30)
        #expect(configuration.retention[.failed].age == .seconds(90 * 86_400))
    }

    /// What the command line has, as its own parser describes it.
    private struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }

            var names: [Name]?
            var defaultValue: String?
            /// Those that every command has are told once.
            var long: [String] {
                (names ?? []).filter { $0.kind == "long" && !["version", "help"].contains($0.name) }.map(\.name)
            }
        }

        var commandName: String
        var shouldDisplay: Bool
        var arguments: [Argument]?
        var subcommands: [Command]?

        /// Each flag with its command's path.
        func flags(under path: [String] = []) -> [(command: String, argument: Argument)] {
            let own = (arguments ?? []).map { (path.joined(separator: " "), $0) }
            return own
                + (subcommands ?? []).filter(\.shouldDisplay).flatMap { $0.flags(under: path + [$0.commandName]) }
        }
    }

    private struct Help: Decodable { var command: Command }

    @Test("has every flag of every command, with its default")
    func flags() throws {
        let lines = try page("configuration.md").split(separator: "\n").map(String.init)
        let flags = try JSONDecoder().decode(Help.self, from: Data(AetherCommand._dumpHelp().utf8)).command.flags()
        #expect(flags.count > 40)
        let common = ["server", "timeout", "json", "token-file", "tls-ca", "tls-cert", "tls-key", "insecure"]
        let ownJSON = ["init", "backup", "restore", "doctor", "migrate"]
        for (command, argument) in flags {
            for name in argument.long {
                let isCommon = common.contains(name) && !ownJSON.contains(command)
                let rows = lines.filter { line in
                    // What all subcommands of a command have is told once.
                    let parent = command.split(separator: " ").first ?? ""
                    let isOfCommand =
                        command == "serve" || isCommon || line.hasPrefix("| `\(command)` |")
                        || line.hasPrefix("| `\(parent)` |")
                        // What commands have in common is told once.
                        || line.split(separator: "|").first?.contains("`\(command)`") == true
                    return isOfCommand && (line.contains("`--\(name)`") || line.contains("`--\(name) "))
                }
                #expect(!rows.isEmpty, "\(command) --\(name)")
                guard let value = argument.defaultValue else { continue }
                #expect(rows.contains { $0.contains("`\(value)`") }, "\(command) --\(name) = \(value)")
            }
        }
    }

    @Test("has every limit of a worker, with its default")
    func worker() throws {
        let page = try page("configuration.md")
        for member in Mirror(reflecting: AetherClient.Configuration()).children {
            let value = (member.value as? Duration).map { "\($0.components.seconds) s" } ?? "\(member.value)"
            #expect(page.contains("| `\(member.label ?? "")` | \(value) |"), "\(member.label ?? "") = \(value)")
        }
    }
}
