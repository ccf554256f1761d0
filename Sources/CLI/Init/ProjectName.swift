internal import ArgumentParser

/// The name of a new project: of its folder, its package and its program.
struct ProjectName: Hashable, CustomStringConvertible {
    static let maximumLength = 64

    /// Names that mean something else to Swift or to the package itself, in lowercase.
    private static let reserved: Set<String> = [
        "aether", "foundation", "main", "package", "sources", "swift", "test", "testing", "tests", "workflows",
        "workflowtests", "xctest",
    ]

    let description: String

    /// - Throws: ``CommandFailure`` (usage) when a package or a folder can't have the name.
    init(_ text: String) throws(CommandFailure) {
        func refuse(_ reason: String) -> CommandFailure {
            let rule = "a name has 1 to \(Self.maximumLength) letters a-z, digits, - and _, and begins with a letter"
            return CommandFailure(
                Cell.visible("\"\(text.prefix(80))\" can't be a project's name: \(reason); \(rule)"),
                exitCode: .validationFailure)
        }
        guard !text.isEmpty else { throw refuse("it is empty") }
        guard text.utf8.count <= Self.maximumLength else { throw refuse("it is too long") }
        guard text.utf8.allSatisfy(Self.isAllowed) else {
            throw refuse(
                text.contains("/") ? "it is a path; use --output for where it goes" : "it has other characters")
        }
        guard text.utf8.first.map(Self.isLetter) == true else { throw refuse("it does not begin with a letter") }
        guard !Self.reserved.contains(text.lowercased()) else { throw refuse("it is taken by Swift or by the package") }
        self.description = text
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }
}
