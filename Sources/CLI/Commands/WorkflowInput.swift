internal import ArgumentParser
internal import Foundation

/// A workflow's input as the command line gives it.
enum WorkflowInput {
    /// JSON as it is, `@file`, or `-` for standard input; in the canonical form.
    ///
    /// - Parameters:
    ///   - argument: What was typed; `nil` is `null`.
    ///   - standardInput: What `-` reads.
    /// - Returns: The bytes to send.
    /// - Throws: ``CommandFailure`` (exit code 64) when it isn't JSON or can't be read.
    static func canonical(
        _ argument: String?, standardInput: () throws -> Data = { try FileHandle.standardInput.readToEnd() ?? Data() }
    ) throws(CommandFailure) -> Data {
        guard let argument else { return Data("null".utf8) }
        let (bytes, source) = try read(argument, standardInput: standardInput)
        do {
            return Data(try JSONParser.parse(bytes).canonicalText.utf8)
        } catch {
            let isBareText = source == "--input" && argument.first?.isLetter == true
            let hint = isBareText ? "; write a text with quotes of its own: --input '\"\(argument)\"'" : ""
            throw CommandFailure("\(source) isn't JSON: \(error)\(hint)", exitCode: .validationFailure)
        }
    }

    private static func read(
        _ argument: String, standardInput: () throws -> Data
    ) throws(CommandFailure) -> (bytes: Data, source: String) {
        let isFile = argument.hasPrefix("@")
        guard isFile || argument == "-" else { return (Data(argument.utf8), "--input") }
        let name = isFile ? String(argument.dropFirst()) : "standard input"
        do {
            return (isFile ? try Data(contentsOf: URL(fileURLWithPath: name)) : try standardInput(), name)
        } catch {
            throw CommandFailure(
                "can't read the input from \(name): check that it exists and may be read",
                exitCode: .validationFailure)
        }
    }
}
