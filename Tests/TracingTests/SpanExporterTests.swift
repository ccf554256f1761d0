import AetherRuntime
import Logging
import NIOHTTP1
import Testing

@testable import AetherTracing

@Suite("The exporter of spans", .timeLimit(.minutes(5)))
struct SpanExporterTests {
    private func span(_ name: String) -> SpanRecord {
        let trace = TraceContext(traceID: .init(high: 1, low: 2), spanID: 3, isSampled: true)
        return SpanRecord(name: name, kind: .internal, context: trace, parentID: 0, start: 1, end: 2)
    }

    private func exporter(
        _ url: String, _ change: (inout SpanExporter.Configuration) -> Void = { _ in }
    ) throws -> SpanExporter {
        var configuration = SpanExporter.Configuration(
            endpoint: try OTLPEndpoint(url), resource: [.init("service.name", .string("test"))], version: "1")
        configuration.interval = .milliseconds(5)
        configuration.pauses = .milliseconds(1)...Duration.milliseconds(2)
        // However busy the machine is.
        configuration.flushLimit = .seconds(60)
        change(&configuration)
        return try SpanExporter(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs an exporter beside a body, and ends it.
    private func running(_ exporter: SpanExporter, _ body: () async throws -> Void) async throws {
        let task = Task { await exporter.run() }
        defer { exporter.finish() }
        do {
            try await body()
            exporter.finish()
            await task.value
        } catch {
            exporter.finish()
            await task.value
            throw error
        }
    }

    @Test("sends what waits after an interval, as JSON to /v1/traces, with the headers it was given")
    func interval() async throws {
        let collector = try await Collector()
        let exporter = try exporter(collector.url + "/base") { $0.headers = ["x-key": "secret"] }
        try await running(exporter) {
            exporter.record(span("a"))
            exporter.record(span("b"))
            let request = try #require(await collector.requests.first { _ in true })
            #expect(request.path == "/base/v1/traces")
            #expect(request.headers["content-type"] == ["application/json"])
            #expect(request.headers["x-key"] == ["secret"])
            #expect(request.spans == ["a", "b"])
        }
        #expect(exporter.statistics == ExportStatistics(exported: 2, dropped: 0))
        try await collector.stop()
    }

    @Test("sends a full batch at once, over one connection, and the rest when it ends")
    func batches() async throws {
        let collector = try await Collector()
        let exporter = try exporter(collector.url) {
            $0.interval = .seconds(3600)
            $0.batchSize = 3
        }
        for number in 0..<7 { exporter.record(span("\(number)")) }
        try await running(exporter) {
            var requests = collector.requests.makeAsyncIterator()
            #expect(await requests.next()?.spans == ["0", "1", "2"])
            #expect(await requests.next()?.spans == ["3", "4", "5"])
            exporter.finish()
            #expect(await requests.next()?.spans == ["6"])
        }
        #expect(exporter.statistics == ExportStatistics(exported: 7, dropped: 0))
        try await collector.stop()
    }

    @Test(
        "tries a batch again while the collector says so, or breaks the connection", arguments: [429, 502, 503, 504, 0])
    func retries(status: UInt) async throws {
        let collector = try await Collector { number in
            if number >= 3 { return .status(200) }
            return status == 0 ? .close : .status(status, headers: [("retry-after", "0")])
        }
        let exporter = try exporter(collector.url)
        try await running(exporter) {
            exporter.record(span("a"))
            var requests = collector.requests.makeAsyncIterator()
            for _ in 0..<4 { #expect(await requests.next()?.spans == ["a"]) }
        }
        #expect(exporter.statistics == ExportStatistics(exported: 1, dropped: 0))
        try await collector.stop()
    }

    @Test("gives a batch up that the collector refuses, and goes on with the next")
    func refused() async throws {
        let collector = try await Collector { $0 == 0 ? .status(400) : .status(200) }
        let exporter = try exporter(collector.url)
        try await running(exporter) {
            var requests = collector.requests.makeAsyncIterator()
            exporter.record(span("a"))
            #expect(await requests.next()?.spans == ["a"])
            exporter.record(span("b"))
            #expect(await requests.next()?.spans == ["b"])
        }
        #expect(exporter.statistics == ExportStatistics(exported: 1, dropped: 1))
        try await collector.stop()
    }

    @Test("counts the spans that a collector takes the rest of")
    func partial() async throws {
        let collector = try await Collector { _ in
            .status(200, body: #"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}"#)
        }
        let exporter = try exporter(collector.url)
        try await running(exporter) {
            exporter.record(span("a"))
            exporter.record(span("b"))
        }
        #expect(exporter.statistics == ExportStatistics(exported: 1, dropped: 1))
        try await collector.stop()
    }

    @Test("drops new spans when too many wait for a collector that never answers, and ends within its limit")
    func slow() async throws {
        let collector = try await Collector { _ in .never }
        let exporter = try exporter(collector.url) {
            $0.capacity = 100
            $0.batchSize = 10
            $0.flushLimit = .milliseconds(50)
        }
        let task = Task { await exporter.run() }
        exporter.record(span("a"))
        _ = try #require(await collector.requests.first { _ in true })
        let clock = ContinuousClock()
        let duration = clock.measure { for _ in 0..<100_000 { exporter.record(span("b")) } }
        #expect(duration < .seconds(30))
        #expect(exporter.waiting == 100)
        #expect(exporter.statistics.dropped == 99_900)
        let end = await clock.measure {
            exporter.finish()
            await task.value
        }
        #expect(end < .seconds(30))
        #expect(exporter.statistics == ExportStatistics(exported: 0, dropped: 100_001))
        try await collector.stop()
    }

    @Test("gives up what a collector that is away does not take, and does not wait for it at the end")
    func away() async throws {
        let first = try await Collector()
        let url = first.url
        try await first.stop()
        let exporter = try exporter(url) { $0.flushLimit = .milliseconds(20) }
        let end = try await ContinuousClock().measure {
            try await running(exporter) { exporter.record(span("a")) }
        }
        #expect(end < .seconds(30))
        #expect(exporter.statistics == ExportStatistics(exported: 0, dropped: 1))
    }
}
