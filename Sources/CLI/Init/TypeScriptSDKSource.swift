internal import AetherServer
internal import ArgumentParser
internal import Foundation

/// Where a new project in TypeScript has the SDK from.
enum TypeScriptSDKSource: Hashable {
    static let package = "@aetherframework.ai/sdk"

    /// The released package of this program's version.
    case release
    /// A packed file, a folder of the package, or that of a checkout: by its absolute path.
    case file(String)

    /// - Throws: ``CommandFailure`` when there is no SDK at the path.
    init(path: String?) throws(CommandFailure) {
        guard let path else {
            self = .release
            return
        }
        let url = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        if isThere, !isFolder.boolValue, url.pathExtension == "tgz" {
            self = .file(url.path)
            return
        }
        for folder in [url, url.appendingPathComponent("sdks/typescript")] where Self.isPackage(folder) {
            guard FileManager.default.fileExists(atPath: folder.appendingPathComponent("dist/index.js").path) else {
                throw CommandFailure(
                    Cell.visible("the SDK in \(folder.path) is not built; run its build.sh"),
                    exitCode: .validationFailure)
            }
            self = .file(folder.path)
            return
        }
        let remedy = "name a packed one (.tgz), or a checkout of Aether"
        throw CommandFailure(
            Cell.visible("--sdk-path \(path) has no SDK for TypeScript: \(remedy)"),
            exitCode: .validationFailure)
    }

    private static func isPackage(_ folder: URL) -> Bool {
        let manifest = try? String(contentsOf: folder.appendingPathComponent("package.json"), encoding: .utf8)
        return manifest?.contains("\"name\": \"\(package)\"") == true
    }

    /// The value in package.json.
    var dependency: String {
        switch self {
        case .release: "\"^\(AetherVersion.current)\""
        case .file(let path): "\"file:\(path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        }
    }
}
