import AetherRuntime
import Synchronization
import Testing
import Tracing

@testable import AetherTracing

@Suite("A tracer")
struct TracerTests {
    private final class Recorder: Sendable {
        private let ended = Mutex<[SpanRecord]>([])
        var spans: [SpanRecord] { ended.withLock { $0 } }
        func tracer(sampleRatio: Double = 1) -> OTLPTracer {
            OTLPTracer(sampleRatio: sampleRatio) { span in self.ended.withLock { $0.append(span) } }
        }
    }

    private struct Headers: Injector, Extractor {
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    }

    private struct Trouble: Error, CustomStringConvertible { var description: String { "no stock" } }

    @Test("makes spans of one trace, each the child of the one around it, told of when they end")
    func nesting() throws {
        let recorder = Recorder()
        let tracer = recorder.tracer()
        tracer.withSpan("outer", ofKind: .server) { outer in
            outer.attributes["answer"] = 42
            tracer.withSpan("inner") { _ in #expect(recorder.spans.isEmpty) }
            #expect(recorder.spans.map(\.name) == ["inner"])
        }
        let (inner, outer) = (try #require(recorder.spans.first), try #require(recorder.spans.last))
        #expect(outer.parentID == 0 && outer.kind == .server)
        #expect(outer.attributes == [.init("answer", .integer(42))])
        #expect(inner.parentID == outer.context.spanID && inner.context.traceID == outer.context.traceID)
        #expect(inner.context.spanID != outer.context.spanID)
        #expect(outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end)
    }

    @Test("goes on with the trace of a request, and hands it on")
    func propagation() throws {
        let recorder = Recorder()
        let tracer = recorder.tracer(sampleRatio: 0)
        var context = ServiceContext.topLevel
        let headers = ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=b"]
        tracer.extract(headers, into: &context, using: Headers())
        let span = tracer.startSpan("work", context: context)
        var sent: [String: String] = [:]
        tracer.inject(span.context, into: &sent, using: Headers())
        span.end()
        span.end()
        let record = try #require(recorder.spans.first)
        #expect(recorder.spans.count == 1)
        #expect(record.parentID == 0xb7ad_6b71_6920_3331)
        #expect(sent == ["traceparent": record.context.traceparent, "tracestate": "a=b"])
        #expect(record.context.traceparent.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-"))
    }

    @Test("records nothing of a trace that is not sampled, and says so to others")
    func unsampled() {
        let recorder = Recorder()
        var context = ServiceContext.topLevel
        recorder.tracer().extract(
            ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"], into: &context,
            using: Headers())
        for (tracer, context) in [(recorder.tracer(), context), (recorder.tracer(sampleRatio: 0), .topLevel)] {
            let span = tracer.startSpan("work", context: context)
            #expect(!span.isRecording)
            span.addEvent("event")
            span.recordError(Trouble())
            var sent: [String: String] = [:]
            tracer.inject(span.context, into: &sent, using: Headers())
            #expect(TraceContext(traceparent: sent["traceparent"] ?? "")?.isSampled == false)
            span.end()
        }
        #expect(recorder.spans.isEmpty)
    }

    @Test("records a share of the traces that begin here")
    func ratio() {
        let recorder = Recorder()
        let tracer = recorder.tracer(sampleRatio: 0.25)
        for _ in 0..<4_000 { tracer.startSpan("work", context: .topLevel).end() }
        #expect((700..<1300).contains(recorder.spans.count))
    }

    @Test("tells of an error what it is and what it says")
    func errors() throws {
        let recorder = Recorder()
        #expect(throws: Trouble.self) { try recorder.tracer().withSpan("work") { _ in throw Trouble() } }
        let span = try #require(recorder.spans.first)
        #expect(span.status == .error("no stock"))
        #expect(span.events.map(\.name) == ["exception"])
        #expect(
            span.events.first?.attributes == [
                .init("exception.message", .string("no stock")), .init("exception.type", .string("Trouble")),
            ])
    }

    @Test("keeps no more of a span than it has room for, and nothing after its end")
    func limits() throws {
        let recorder = Recorder()
        let span = recorder.tracer().startSpan("work", context: .topLevel)
        for number in 0..<1_000 {
            span.addEvent("event")
            span.addLink(SpanLink(context: span.context, attributes: [:]))
            span.attributes["a\(number)"] = number
        }
        span.end()
        span.operationName = "other"
        let record = try #require(recorder.spans.first)
        #expect(record.name == "work")
        #expect(record.events.count == 128 && record.links.count == 128 && record.attributes.count == 128)
    }
}
