import Aether
import Foundation
import Testing

/// Every mistake gets an exit code and one line that says what, why and what to do; nothing is lost.
@Suite("Bad input", .timeLimit(.minutes(5)))
struct BadInputTests {
    @Test("mistakes of a client")
    func clientMistakes() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        try await expect(bed, 1, "no workflow has the id nobody", "status", "nobody", server: server)
        try await expect(bed, 1, "no workflow has the id nobody", "cancel", "nobody", server: server)
        try await expect(
            bed, 64, "JSON", "workflow", "start", "hello-world", "--input", "{oops", server: server)
        let started = try await bed.aether("workflow", "start", "unserved", "--id", "u1", server: server)
        #expect(started.code == 0)
        let status = try await bed.aether("status", "u1", server: server)
        #expect(status.output.contains { $0.contains("no connected worker offers") })
        #expect(try await bed.aether("workflow", "start", "unserved", "--id", "u1", server: server).code == 0)
        try await expect(
            bed, 1, "exists already", "workflow", "start", "unserved", "--id", "u1", "--input", "2", server: server)
        #expect(try await bed.aether("cancel", "u1", server: server).code == 0)
        try await expect(bed, 1, "already CANCELLED", "cancel", "u1", server: server)
        let large = bed.path("large.json")
        try Data("\"\(String(repeating: "x", count: 10 * 1024 * 1024))\"".utf8).write(to: URL(fileURLWithPath: large))
        try await expect(
            bed, 1, "the limit is 2097152", "workflow", "start", "unserved", "--input", "@\(large)", server: server)
        #expect(try await bed.aether("workflow", "list", "--json", server: server).output.count == 1)
    }

    @Test("a server that is not there: exit code 69")
    func noServer() async throws {
        let bed = try TestBed()
        try await expect(bed, 69, "aether serve", "workflow", "list", "--server", "http://localhost:1")
    }

    @Test("a port in use, a second server on a database, and databases that are none")
    func serverMistakes() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let other = bed.path("other.db")
        try await expect(
            bed, 1, "in use", "serve", "--db", other, "--grpc-port", "\(server.port)", "--http-port", "0",
            "--metrics-port", "0")
        try await expectServeFails(bed, bed.database, "in use")
        let garbage = bed.path("garbage.db")
        try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: garbage))
        try await expectServeFails(bed, garbage, "garbage.db")
        try await expectServeFails(bed, "/proc/nowhere/aether.db", "/proc/nowhere")
    }

    @Test("a corrupt aether.toml: the error names file and line; an unknown key: the key too")
    func configurationMistakes() async throws {
        let bed = try TestBed()
        let file = bed.path("aether.toml")
        try Data("[server]\ngrpc_port = = 1\n".utf8).write(to: URL(fileURLWithPath: file))
        try await expect(bed, 1, "aether.toml:2", "serve", "--config", file)
        try Data("[server]\n\ngrpc_prot = 1\n".utf8).write(to: URL(fileURLWithPath: file))
        try await expect(bed, 1, "grpc_prot", "serve", "--config", file)
    }

    @Test("garbage on the gRPC port: the connection is closed, the server goes on")
    func garbageOnThePort() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        for bytes in [Data("GET / HTTP/1.1\r\n\r\n".utf8), Data((0..<65536).map { _ in UInt8.random(in: 0...255) })] {
            let file = bed.path("garbage")
            try bytes.write(to: URL(fileURLWithPath: file))
            let sender = try ChildProcess(
                URL(fileURLWithPath: "/bin/bash"),
                ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(server.port); cat '\(file)' >&3; cat <&3 >/dev/null"])
            _ = await sender.exitCode()
        }
        #expect(try await bed.aether("workflow", "list", server: server).code == 0)
    }

    private func expect(
        _ bed: TestBed, _ code: Int32, _ text: String, _ arguments: String..., server: RunningServer? = nil,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await bed.aether(arguments, server: server)
        #expect(result.code == code, "\(arguments): \(result.errors)", sourceLocation: location)
        #expect(result.errors.contains(text), "\(arguments): \(result.errors)", sourceLocation: location)
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 1, "an error is one line: \(result.errors)", sourceLocation: location)
    }

    private func expectServeFails(
        _ bed: TestBed, _ database: String, _ text: String, location: SourceLocation = #_sourceLocation
    ) async throws {
        try await expect(
            bed, 1, text, "serve", "--db", database, "--grpc-port", "0", "--http-port", "0", "--metrics-port", "0",
            location: location)
    }
}
