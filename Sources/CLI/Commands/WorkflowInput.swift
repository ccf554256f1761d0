internal import AetherJSON
internal import ArgumentParser
internal import Foundation

/// A workflow's input, or a signal's payload, as the command line gives it.
enum WorkflowInput {
    /// JSON as it is, `@file`, or `-` for standard input; in the canonical form.
    ///
    /// - Parameters:
    ///   - argument: What was typed; `nil` is `null`.
    ///   - option: The option that it was typed for.
    ///   - standardInput: What `-` reads.
    /// - Returns: The bytes to send.
    /// - Throws: ``CommandFailure`` (exit code 64) when it isn't JSON or can't be read.
    static func canonical(
        _ argument: String?, option: String = "--input",
        standardInput: () throws -> Data = { try FileHandle.standardInput.readToEnd() ?? Data() }
    ) throws(CommandFailure) -> Data {
        guard let argument else { return Data("null".utf8) }
        let (bytes, source) = try read(argument, option: option, standardInput: standardInput)
        do {
            return Data(try JSONParser.parse(bytes).canonicalText.utf8)
        } catch {
            let isBareText = source == option && argument.first?.isLetter == true
            let hint = isBareText ? "; write a text with quotes of its own: \(option) '\"\(argument)\"'" : ""
            throw CommandFailure("\(source) isn't JSON: \(error)\(hint)", exitCode: .validationFailure)
        }
    }

    private static func read(
        _ argument: String, option: String, standardInput: () throws -> Data
    ) throws(CommandFailure) -> (bytes: Data, source: String) {
        let isFile = argument.hasPrefix("@")
        guard isFile || argument == "-" else { return (Data(argument.utf8), option) }
        let name = isFile ? String(argument.dropFirst()) : "standard input"
        do {
            return (isFile ? try Data(contentsOf: URL(fileURLWithPath: name)) : try standardInput(), name)
        } catch {
            throw CommandFailure(
                "can't read \(option) from \(name): check that it exists and may be read",
                exitCode: .validationFailure)
        }
    }
}
