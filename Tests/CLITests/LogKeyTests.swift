import Foundation
import Testing

@Suite("The keys of what goes with log messages")
struct LogKeyTests {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    private var sources: [String] {
        get throws {
            let folder = root.appendingPathComponent("Sources")
            let paths = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects
            return try (paths ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map {
                try String(contentsOf: $0, encoding: .utf8)
            }
        }
    }

    @Test("are those of the vocabulary, all of them used, and each told in the documentation")
    func vocabulary() throws {
        let page = try text("docs/logs.md")
        let sources = try sources.joined()
        let keys = try text("Sources/Runtime/LogKey.swift").matches(of: /static let (\w+) = "(\w+)"/)
        #expect(keys.count > 15)
        for key in keys {
            #expect(sources.contains("LogKey.\(key.1)"), "\(key.1) is not used")
            #expect(page.contains("`\(key.2)`"), "\(key.2) is not in docs/logs.md")
        }
        #expect(sources.matches(of: /(metadata: \[|metadataKey: )\s*"/).isEmpty)
    }
}
