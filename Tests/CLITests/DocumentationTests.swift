import AetherServer
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
}
