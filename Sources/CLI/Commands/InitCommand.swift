internal import AetherJSON
internal import ArgumentParser
internal import Foundation

/// `aether init`.
struct InitCommand: AsyncParsableCommand {
    enum Template: String, ExpressibleByArgument, CaseIterable {
        case swift
        case typescript

        /// What a user does next in the project's folder.
        func commands(_ name: ProjectName) -> [String] {
            switch self {
            case .swift: ["swift build", "swift test", "swift run \(name)"]
            case .typescript: ["npm install", "npm run build", "npm test", "npm start"]
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes a project with a workflow that builds, runs and has a test.",
        discussion: "Nothing that is there is changed: the folder has to be new or empty.")

    @Argument(help: "The project's name: letters, digits, - and _, beginning with a letter.")
    var name: String

    @Option(help: "The folder to make. Default: the project's name, in the current one.")
    var output: String?

    @Option(help: "The language: swift or typescript.")
    var template = Template.swift

    @Option(
        help: "A checkout of Aether to build with, or a packed SDK for TypeScript, instead of the released package.")
    var sdkPath: String?

    @Flag(help: "Print JSON: one document.")
    var json = false

    func run() async throws {
        let name = try ProjectName(name)
        let folder = try ProjectFolder(output ?? name.description)
        let files =
            switch template {
            case .swift: SwiftTemplate(name: name, sdk: try SDKSource(checkout: sdkPath)).files
            case .typescript: TypeScriptTemplate(name: name, sdk: try TypeScriptSDKSource(path: sdkPath)).files
            }
        try folder.write(files)
        try StandardOutput().write(json ? document(name, folder, files).text + "\n" : text(name, folder, files))
    }

    private func text(_ name: ProjectName, _ folder: ProjectFolder, _ files: [ProjectFile]) -> String {
        let made = files.map { "  \($0.path)" }.joined(separator: "\n")
        let place = Cell.visible(output ?? name.description)
        let next = (["cd \(place)"] + template.commands(name)).map { "  \($0)" }.joined(separator: "\n")
        return """
            Made \(place):
            \(made)

            Next:
            \(next)

            """
    }

    private func document(_ name: ProjectName, _ folder: ProjectFolder, _ files: [ProjectFile]) -> JSONValue {
        .object([
            "name": .string(name.description),
            "path": .string(folder.url.path),
            "files": .array(files.map { .string($0.path) }),
        ])
    }
}
