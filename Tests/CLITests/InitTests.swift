import ArgumentParser
import Foundation
import Testing

@testable import AetherCLI

@Suite("A new project")
struct InitTests {
    @Test(
        "has a name that a package can have", arguments: ["demo", "a", "My-App_2", String(repeating: "x", count: 64)])
    func names(_ name: String) throws {
        #expect(try ProjectName(name).description == name)
    }

    @Test(
        "is refused with another one",
        arguments: [
            "", "..", ".", "/tmp/x", "a/b", "../x", "1a", "-a", "_a", "a b", "a\0b", "a\nb", "dämon", "ａ", "a.b",
            "Swift",
            "workflows", "tests", "~", "$HOME", String(repeating: "x", count: 65),
        ])
    func badNames(_ name: String) {
        let failure = #expect(throws: CommandFailure.self) { try ProjectName(name) }
        #expect(failure?.exitCode == .validationFailure)
        #expect(failure?.message.contains("begins with a letter") == true)
        #expect(failure?.message.contains("\n") == false)
    }

    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "init-\(UInt64.random(in: .min ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private let files = [ProjectFile(path: "a.txt", text: "a"), ProjectFile(path: "b/c.txt", text: "ü")]

    @Test("is written to a new folder or an empty one, and to no other")
    func folders() throws {
        try inFolder { folder in
            for name in ["new", "empty", "deep/er"] {
                let place = folder.appendingPathComponent(name)
                if name == "empty" {
                    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                }
                try ProjectFolder(name, in: folder.path).write(files)
                #expect(try String(contentsOf: place.appendingPathComponent("b/c.txt"), encoding: .utf8) == "ü")
                let failure = #expect(throws: CommandFailure.self) { try ProjectFolder(name, in: folder.path) }
                #expect(failure?.message.contains("has a.txt, b in it") == true)
            }
            try ProjectFolder(folder.appendingPathComponent("absolute").path, in: "/").write(files)
        }
    }

    @Test("is not written through links, to files, or by paths that lead elsewhere")
    func tricks() throws {
        try inFolder { folder in
            let manager = FileManager.default
            try manager.createDirectory(at: folder.appendingPathComponent("real"), withIntermediateDirectories: true)
            try manager.createSymbolicLink(
                at: folder.appendingPathComponent("link"), withDestinationURL: folder.appendingPathComponent("real"))
            try manager.createSymbolicLink(
                at: folder.appendingPathComponent("dangling"),
                withDestinationURL: folder.appendingPathComponent("nowhere"))
            try Data().write(to: folder.appendingPathComponent("file"))
            for path in ["link", "link/", "dangling", "file", "..", "../x", "a/../../x", "", "a\0b"] {
                #expect(throws: CommandFailure.self, "\(path)") { try ProjectFolder(path, in: folder.path) }
            }
        }
    }

    @Test("leaves nothing behind when it can't be written")
    func nothingHalfMade() throws {
        try inFolder { folder in
            let project = try ProjectFolder("new", in: folder.path)
            let clash = files + [ProjectFile(path: "a.txt/below", text: "")]
            #expect(throws: CommandFailure.self) { try project.write(clash) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
            // Something came into the folder meanwhile.
            try FileManager.default.createDirectory(at: project.url, withIntermediateDirectories: true)
            try Data().write(to: project.url.appendingPathComponent("mine"))
            #expect(throws: CommandFailure.self) { try project.write(files) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: project.url.path) == ["mine"])
        }
    }

    @Test("depends on the released package, or on a checkout that is one")
    func sdk() throws {
        #expect(try SDKSource(checkout: nil).dependency.contains("from: \"0.1.0\""))
        #expect(throws: CommandFailure.self) { try SDKSource(checkout: "/nowhere") }
        try inFolder { folder in
            let checkout = folder.appendingPathComponent("Some \"Folder")
            try FileManager.default.createDirectory(at: checkout, withIntermediateDirectories: true)
            #expect(throws: CommandFailure.self) { try SDKSource(checkout: checkout.path) }
            try Data("let package = Package(\n    name: \"aether\",".utf8)
                .write(to: checkout.appendingPathComponent("Package.swift"))
            let sdk = try SDKSource(checkout: checkout.path)
            #expect(sdk.package == "some \"folder")
            #expect(sdk.dependency.hasSuffix(#"/Some \"Folder")"#))
        }
    }

    @Test("in TypeScript depends on the released package, on a packed one, or on one that is built")
    func typescriptSDK() throws {
        #expect(try TypeScriptSDKSource(path: nil).dependency == "\"^0.1.0\"")
        #expect(throws: CommandFailure.self) { try TypeScriptSDKSource(path: "/nowhere") }
        try inFolder { folder in
            func write(_ text: String, to path: String) throws {
                let file = folder.appendingPathComponent(path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            try write("", to: "sdk-0.1.0.tgz")
            let packed = try TypeScriptSDKSource(path: folder.appendingPathComponent("sdk-0.1.0.tgz").path)
            #expect(packed.dependency.hasPrefix("\"file:/") && packed.dependency.hasSuffix("/sdk-0.1.0.tgz\""))
            try write("{ \"name\": \"@aetherframework.ai/sdk\" }", to: "clone/sdks/typescript/package.json")
            let clone = folder.appendingPathComponent("clone").path
            let failure = #expect(throws: CommandFailure.self) { try TypeScriptSDKSource(path: clone) }
            #expect(failure?.message.contains("is not built; run its build.sh") == true)
            try write("", to: "clone/sdks/typescript/dist/index.js")
            #expect(try TypeScriptSDKSource(path: clone).dependency.hasSuffix("/clone/sdks/typescript\""))
            #expect(throws: CommandFailure.self) { try TypeScriptSDKSource(path: folder.path) }
        }
    }

    @Test("in TypeScript has the compiler among its dependencies only where there is a network to get it from")
    func typescriptPackage() throws {
        func package(_ sdk: TypeScriptSDKSource) throws -> [String: Any] {
            let files = TypeScriptTemplate(name: try ProjectName("Demo-1"), sdk: sdk).files
            let text = try #require(files.first { $0.path == "package.json" }?.text)
            return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }
        let released = try package(.release)
        #expect(released["name"] as? String == "demo-1")
        #expect((released["devDependencies"] as? [String: String])?["typescript"] != nil)
        #expect(try package(.file("/a \"b"))["devDependencies"] == nil)
    }
}
