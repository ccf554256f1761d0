import AetherJSON
import ArgumentParser
import Foundation
import Testing

@testable import AetherCLI

@Suite("JSON")
struct JSONTests {
    @Test(
        "has a canonical form: no spaces, sorted names, no escaped slash, numbers as they were",
        arguments: [
            ("null", "null"),
            (" { \"b\" : 1 , \"a\" : [ true , false ] } ", #"{"a":[true,false],"b":1}"#),
            (#""a\/b""#, #""a/b""#),
            (#""\u00e9\ud83d\ude00\n""#, "\"é😀\\n\""),
            ("\"\\u0001\"", "\"\\u0001\""),
            ("12345678901234567890.10", "12345678901234567890.10"),
            ("-0.5e+10", "-0.5e+10"),
            (#"{"z":{"y":1,"x":2},"":0}"#, #"{"":0,"z":{"x":2,"y":1}}"#),
            ("[]", "[]"), ("{}", "{}"),
        ])
    func canonical(text: String, expected: String) throws {
        #expect(try JSONParser.parse(text).canonicalText == expected)
    }

    @Test("in its canonical form is what JSONEncoder makes, so that SDK and command line send equal bytes")
    func sameAsEncoder() throws {
        struct Value: Codable {
            var zeta = "a/b \"q\" \\ \u{1}\u{1f}\u{7f}\u{8}\u{c}\t é 😀 \u{2028}"
            var alpha: [String: Int] = ["B": 1, "a": 2, "_": 3, "é": 4, "10": 5, "9": 6]
            var number = 1.5
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(Value()), as: UTF8.self)
        #expect(try JSONParser.parse(text).canonicalText == text)
    }

    @Test("keeps the order of members where it is only passed on")
    func order() throws {
        #expect(try JSONParser.parse(#"{"b":1,"a":2}"#).text == #"{"b":1,"a":2}"#)
    }

    @Test(
        "says where a text isn't JSON",
        arguments: [
            ("", 1, 1), ("Ada", 1, 1), ("{", 1, 2), ("{\"a\":1,}", 1, 8), ("[1,\n 2,\n x]", 3, 2), ("1 2", 1, 3),
            ("01", 1, 2), ("1.", 1, 3), ("\"a", 1, 3), ("\"\\x\"", 1, 2), ("\"\\ud800\"", 1, 2), ("nul", 1, 1),
            ("{\"a\":1,\"a\":2}", 1, 8), ("'a'", 1, 1), ("\"é\" x", 1, 5), ("-", 1, 2), ("\"\n\"", 1, 2), ("[1}", 1, 3),
        ])
    func wrong(text: String, line: Int, column: Int) throws {
        let error = try #require(throws: JSONSyntaxError.self) { try JSONParser.parse(text) }
        #expect(error.line == line && error.column == column, "\(error)")
    }

    @Test("nested too deep is refused, not a crash")
    func depth() {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(String(repeating: "[", count: 100_000)) }
    }

    @Test("of a payload: empty is null, what isn't JSON is shown as text")
    func payload() {
        #expect(JSONValue(payload: [UInt8]()) == .null)
        #expect(JSONValue(payload: Array("{oops".utf8)) == .string("{oops"))
        #expect(JSONValue(payload: Array("[1]".utf8)).text == "[1]")
    }

    @Test("for --input comes from the argument, a file, or standard input")
    func input() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("aether-\(UUID().uuidString).json")
        try Data("{ \"a\" : 1 }".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try WorkflowInput.canonical(nil) == Data("null".utf8))
        #expect(try WorkflowInput.canonical(" 1 ") == Data("1".utf8))
        #expect(try WorkflowInput.canonical("@\(file.path)") == Data("{\"a\":1}".utf8))
        #expect(try WorkflowInput.canonical("-", standardInput: { Data("[ ]".utf8) }) == Data("[]".utf8))
    }

    @Test("for --input that isn't any is wrong usage, and the error helps")
    func wrongInput() throws {
        let failure = try #require(throws: CommandFailure.self) { try WorkflowInput.canonical("Ada") }
        #expect(failure.exitCode == .validationFailure)
        #expect(failure.message.hasSuffix("write a text with quotes of its own: --input '\"Ada\"'"))
        #expect(throws: CommandFailure.self) { try WorkflowInput.canonical("@/nonexistent") }
    }
}
