import Foundation

/// Texts for `JSON` and `TOML`.
enum TextSeeds {
    static let json = [
        "null", "true", "[false, 0, -1.5e+10, 12345678901234567890]", #"{"a": {"b": [{}]}, "c": ""}"#,
        #""\u00e9\ud83d\ude00\n\"\\\/\b\f\r\t é 😀""#, #"{"a":1,"a":2}"#, "[1,]", "\"\u{1}\"", #""\ud800""#, "1 2",
        "[[[[]]]]",
    ].map { Array($0.utf8) }

    /// What the documentation shows, and what TOML has besides.
    static func toml(documentation page: URL) throws -> [[UInt8]] {
        let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```toml\n")
        let examples = parts.dropFirst().map { $0.components(separatedBy: "```")[0] }
        return (examples + toml).map { Array($0.utf8) }
    }

    private static let toml = [
        "\u{feff}[server]\nhost = \"::\"", "[日本]\n", "[[server]]", "[ \"server\" ]\nhost = 'a'",
        "server.grpc_port = 0x1f", "server = { host = \"\"\"\na\"\"\", grpc_port = 1_0 }",
        "[server]\nhost = \"\\u00e9\\t\"", "a = 1979-05-27T07:32:00Z", "a = [1, [2.5, inf], 07:32:00]",
        "[retention]\ncompleted_max_age = \"30d\"\nfailed_max_bytes = \"1GiB\"",
        "[server]\nallowed_hosts = [\"a\", 'b']", "[server]\n\0", "[a.b]\n[a.b.c]\n[a]",
    ]
}
