import AetherActors
import Foundation
import Testing

@testable import AetherServer

@Suite("What is written about metrics")
struct MetricsDocumentationTests {
    private static let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs").standardized

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.docs.appending(path: name), encoding: .utf8)
    }

    private let definitions = MetricCatalog.all(version: "1")

    /// The names of all series that Prometheus gets.
    private var exposed: Set<String> {
        Set(
            definitions.flatMap { definition -> [String] in
                guard case .histogram = definition.kind else { return [definition.name] }
                return ["_bucket", "_sum", "_count"].map { definition.name + $0 }
            })
    }

    private func names(in text: String) -> Set<String> {
        Set(text.matches(of: /\b(aether|process)_[a-z_]+\b/).map { String($0.output.0) })
    }

    @Test("docs/metrics.md has a row of each metric, and of no other")
    func page() throws {
        let rows = try text("metrics.md").split(separator: "\n").filter {
            $0.hasPrefix("| `aether_") || $0.hasPrefix("| `process_")
        }
        #expect(Set(rows.map(String.init)) == Set(definitions.map(Self.row)))
        #expect(rows.count == definitions.count)
    }

    private static func row(_ definition: MetricDefinition) -> String {
        let type =
            switch definition.kind {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        let unit = definition.unit == .one ? "" : definition.unit.rawValue
        let label = definition.label.map { label in
            let values = definition.name == "aether_build_info" ? "" : ": \(label.values.joined(separator: ", "))"
            return "`\(label.name)`\(values)"
        }
        let cells = ["`\(definition.name)`", type, unit, label ?? "", definition.help]
        return cells.map { $0.isEmpty ? "| " : "| \($0) " }.joined() + "|"
    }

    @Test("docs/metrics.md names nothing that isn't there")
    func expressions() throws {
        let known = exposed.union(definitions.map(\.name))
        let strangers = try names(in: text("metrics.md")).filter { !known.contains($0) && $0 != "aether_" }
        #expect(strangers.isEmpty)
    }

    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Target: Decodable { var expr: String }
            struct Place: Decodable { var x, y, w, h: Int }
            var id: Int
            var title: String
            var type: String
            var targets: [Target]?
            var gridPos: Place
        }

        var title: String
        var panels: [Panel]
    }

    @Test("the Grafana dashboard asks for series that are there, and shows every metric")
    func dashboard() throws {
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(text("grafana-dashboard.json").utf8))
        var shown: Set<String> = []
        for panel in dashboard.panels where panel.type != "row" {
            let targets = try #require(panel.targets, "\(panel.title)")
            for target in targets {
                let names = names(in: target.expr)
                #expect(!names.isEmpty && names.isSubset(of: exposed), "\(panel.title): \(target.expr)")
                shown.formUnion(names)
            }
        }
        for definition in definitions {
            let bucket = definition.name + "_bucket"
            #expect(shown.contains(definition.name) || shown.contains(bucket), "no panel shows \(definition.name)")
        }
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
    }

    @Test("the Grafana dashboard's panels do not lie upon one another")
    func layout() throws {
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(text("grafana-dashboard.json").utf8))
        var taken: Set<[Int]> = []
        for panel in dashboard.panels {
            let place = panel.gridPos
            #expect(place.x + place.w <= 24, "\(panel.title)")
            for x in place.x..<place.x + place.w {
                for y in place.y..<place.y + place.h {
                    #expect(taken.insert([x, y]).inserted, "\(panel.title)")
                }
            }
        }
    }
}
