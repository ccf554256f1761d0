import Aether
import AetherActors
import AetherRuntime
import AetherServer
import AetherStorage
import AetherTracing
import Foundation
import NGHTTP2Transport
import Testing

@Suite("The page of limits")
struct LimitsTests {
    /// Set elsewhere, or no limits.
    private static let others: Set = [
        "tier", "retention", "clock", "schema", "synced", "keepalive", "floodGuard", "endpoint", "headers", "resource",
        "version", "pauses",
    ]

    private func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/limits.md"), encoding: .utf8)
    }

    private func text(_ value: Any, _ name: String) -> String {
        let value = unwrapped(value)
        switch value {
        case let duration as Duration where duration < .seconds(1): return "\(Int(duration / .milliseconds(1))) ms"
        case let duration as Duration: return "\(Int(duration / .seconds(1))) s"
        case let bytes as Int where name.hasSuffix("Bytes") && bytes >= 1 << 20: return "\(bytes >> 20) MiB"
        case let bytes as Int where name.hasSuffix("Bytes"): return "\(bytes >> 10) KiB"
        case let count as Int: return grouped(count)
        default: return "none"
        }
    }

    private func unwrapped(_ value: Any) -> Any {
        let mirror = Mirror(reflecting: value)
        return mirror.displayStyle == .optional ? mirror.children.first?.value ?? value : value
    }

    private func grouped(_ count: Int) -> String {
        count < 1_000 ? "\(count)" : grouped(count / 1_000) + "," + String("\(1_000 + count % 1_000)".suffix(3))
    }

    @Test(
        "has every limit of the engine, the database and the connections, with its default",
        arguments: ["engine", "store", "grpc", "flood", "http", "spans"])
    func limits(part: String) throws {
        let transport = AetherServer.transportLimits(ServerConfiguration())
        let subject: Any =
            switch part {
            case "engine": EngineConfiguration()
            case "store": SQLiteStore.Configuration()
            case "grpc": transport
            case "http": HTTPLimits()
            case "spans":
                SpanExporter.Configuration(
                    endpoint: try OTLPEndpoint("http://localhost"), resource: [], version: "")
            default: transport.floodGuard
            }
        let rows = try page().split(separator: "\n").filter { $0.hasPrefix("| `\(part).") }
        var names: Set<String> = []
        for child in Mirror(reflecting: subject).children {
            guard let name = child.label, !Self.others.contains(name) else { continue }
            names.insert(name)
            let row = rows.first { $0.hasPrefix("| `\(part).\(name)`") }
            let value = text(child.value, name)
            #expect(
                row?.split(separator: "|")[1].trimmingCharacters(in: .whitespaces) == value,
                "\(part).\(name) = \(value)")
        }
        #expect(rows.count == names.count, "a row is of no limit")
    }

    @Test("says how long ids may be, and how dead peers are found out")
    func others() throws {
        let page = try page()
        #expect(page.contains("a workflow's type | \(WorkflowID.maximumLength) bytes |"))
        let keepalive = try #require(AetherServer.transportLimits(ServerConfiguration()).keepalive)
        #expect(page.contains("| \(text(keepalive.interval, "")), \(text(keepalive.timeout, "")) |"))
        #expect(page.contains("ahead of the server | \(PersistenceTier.memory.stepsAhead) |"))
    }
}
