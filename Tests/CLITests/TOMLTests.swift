import ArgumentParser
import Foundation
import Testing

@testable import AetherCLI

@Suite("The text of aether.toml")
struct TOMLTests {
    private func item(_ text: String) throws -> TOMLReader.Item? {
        try TOMLReader.items(of: text).last
    }

    @Test(
        "has names, strings, numbers, booleans and arrays as TOML 1.0 writes them",
        arguments: [
            ("a = \"b\"", ["a"], .string("b")), ("a='\\n'", ["a"], .string("\\n")),
            ("\ta\t=\t\"\"\t# \"", ["a"], .string("")),
            ("\"a b\".'c.d' . e-1_ = true", ["a b", "c.d", "e-1_"], .boolean(true)),
            ("1 = false", ["1"], .boolean(false)),
            ("[a]\r\n# b\r\nc = -1_000\r\n", ["a", "c"], .integer("-1000")),
            ("[ a . b ]\nc=+0", ["a", "b", "c"], .integer("0")),
            ("a = 0.5", ["a"], .float("0.5")), ("a = -1_0.2_5", ["a"], .float("-10.25")),
            ("a = \"\\t\\\"\\\\\\u00e9\\U0001F600é\"", ["a"], .string("\t\"\\é😀é")),
            ("\u{feff}a = 1", ["a"], .integer("1")),
            ("a = []", ["a"], .array([])),
            ("a = [ # one\n 'x' ,\n\n \"y\", # two\n]\n", ["a"], .array([.string("x"), .string("y")])),
        ] as [(String, [String], TOMLReader.Value)])
    func values(text: String, path: [String], value: TOMLReader.Value) throws {
        let found = try #require(try item(text))
        #expect(found.path == path)
        #expect(found.value == value)
    }

    @Test("may be empty, and knows on which line a key stands")
    func lines() throws {
        for text in ["", "\n", "# a", "\u{feff}", "  \r\n"] { #expect(try TOMLReader.items(of: text).isEmpty) }
        let items = try TOMLReader.items(of: "a = [\n1,\n2]\n\n[b]\nc = 1")
        #expect(items.map(\.line) == [1, 5, 6])
        #expect(items.map(\.path) == [["a"], ["b"], ["b", "c"]])
    }

    @Test(
        "is refused where it is wrong, or has what no setting takes, with the line",
        arguments: [
            ("[é]", 1, "a name of letters"), ("\n[ ]", 2, "a name of letters"),
            ("[a", 1, "a table's name ends with ']'"),
            ("[[a]]", 1, "there are no arrays of tables"), ("[a]\n[a]", 2, "a is there already"),
            ("[\na]", 1, "a name of"),
            ("a = 1\na = 2", 2, "a is there already"), ("a", 1, "'=' follows"), ("= 1", 1, "a name"),
            ("a..b = 1", 1, "a name"),
            ("a = ", 1, "a value is a text in quotes"), ("a = [ }", 1, "a value is"),
            ("a = 1979-05-27T)7:32800,", 1, "a value is"),
            ("a = 1.", 1, "a value is"), ("a = .5", 1, "a value is"), ("a = 1.5e3", 1, "a value is"),
            ("a = 00.5", 1, "a value is"), ("a = 1.2.3", 1, "a value is"), ("a = 1._5", 1, "a value is"),
            ("a = 007", 1, "a value is"), ("a = 1__0", 1, "a value is"),
            ("a = --1", 1, "a value is"),
            ("a = -", 1, "a value is"), ("a = {}", 1, "a value is"), ("a = True", 1, "a value is"),
            ("a = [1 2]", 1, "',' or ']' follows"), ("a = [1,\n\n", 3, "a value is"), ("a = [,]", 1, "a value is"),
            ("a = [[1]]", 1, "an array has no arrays"), ("a = 1 b = 2", 1, "a line holds one key"),
            ("[a] b = 1", 1, "a line holds"),
            ("a = \"b", 1, "a string has no end: \" is missing"), ("a = 'b\n'", 1, "a string has no end on its line"),
            ("a = \"\"\"b\"\"\"", 1, "there are no strings of several lines"), ("a = \"\\x\"", 1, "\\ is followed by"),
            ("a = \"\\ud800\"", 1, "\\u takes"), ("a = \"\\u12\"", 1, "\\u takes"),
            ("a = \"\u{0}\"", 1, "there is a control"),
            ("# \u{0}", 1, "there is a NUL"), ("a = 1\r", 1, "a line holds"), ("a = 1\n\u{0}b = 2", 2, "a name of"),
        ])
    func wrong(text: String, line: Int, message: String) throws {
        let problem = try #require(throws: TOMLReader.Problem.self) { try TOMLReader.items(of: text) }
        #expect(problem.line == line)
        #expect(problem.message.hasPrefix(message))
    }

    @Test("is UTF-8, or refused")
    func encoding() throws {
        let failure = try #require(throws: CommandFailure.self) {
            try Settings(contents: Data([0x5b, 0xff, 0x5d]), file: "aether.toml")
        }
        #expect(failure.message == "aether.toml isn't UTF-8 text; save it as UTF-8")
    }
}
