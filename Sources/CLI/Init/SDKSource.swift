internal import AetherServer
internal import ArgumentParser
internal import Foundation

/// Where a new project has the module `Aether` from.
enum SDKSource: Hashable {
    /// The released package of this program's version.
    case release
    /// A checkout, by its absolute path.
    case checkout(String)

    private static let repository = "https://github.com/aetherframework/aether.git"

    /// - Throws: ``CommandFailure`` when there is no checkout of Aether at the path.
    init(checkout path: String?) throws(CommandFailure) {
        guard let path else {
            self = .release
            return
        }
        let url = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
        guard let manifest = try? String(contentsOf: url.appendingPathComponent("Package.swift"), encoding: .utf8),
            manifest.contains("name: \"aether\"")
        else {
            throw CommandFailure(
                Cell.visible("--sdk-path \(path) is no checkout of Aether: name the folder that has its Package.swift"),
                exitCode: .validationFailure)
        }
        self = .checkout(url.path)
    }

    /// The line of Package.swift.
    var dependency: String {
        switch self {
        case .release: ".package(url: \"\(Self.repository)\", from: \"\(AetherVersion.current)\")"
        case .checkout(let path): ".package(path: \(path.swiftLiteral))"
        }
    }

    /// What SwiftPM calls the package: the last part of where it is.
    var package: String {
        switch self {
        case .release: "aether"
        case .checkout(let path): URL(fileURLWithPath: path).lastPathComponent.lowercased()
        }
    }
}

extension String {
    fileprivate var swiftLiteral: String {
        "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
