import Foundation
import Testing

@testable import AetherStorage

@Suite("The text of statements")
struct SQLTests {
    @Test("is put together of literals and whole numbers")
    func text() {
        let (table, number): (SQLText, Int32) = ("workflow", 7)
        #expect(("SELECT * FROM \(table) LIMIT \(number)" as SQLText).text == "SELECT * FROM workflow LIMIT 7")
        #expect(
            ["a", "b"].joined(separator: " UNION ").text == "a UNION b" && [SQLText]().joined(separator: ",").text == ""
        )
    }

    @Test("is always a literal or an SQLText where GRDB, which takes any string, is given one")
    func callsOfGRDB() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        let literal = #/sql:\s*("""|"[^"\\]*"[,)])/#
        var count = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for call in text.matches(of: #/[a-zA-Z]\(\s*(?:[a-z]+, )?(sql: [^\n]*)/#) {
                count += 1
                let argument = call.output.1
                let isFixed = argument.firstMatch(of: literal) != nil || argument.contains(".text)")
                #expect(isFixed, "\(file.lastPathComponent): \(argument)")
            }
            // What GRDB would take as a value's way into a text.
            for block in text.matches(of: #/sql:\s*"""(.*?)"""/#.dotMatchesNewlines()) {
                #expect(!block.output.1.contains("\\("), "\(file.lastPathComponent)")
            }
        }
        #expect(count >= 6)
    }
}
