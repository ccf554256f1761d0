import AetherProtocol
import AetherRuntime
import AetherTracing
import Synchronization
import Testing
import Tracing

@testable import Aether

@Suite("The spans of a worker", .timeLimit(.minutes(5)))
struct WorkTracerTests {
    private final class Recorder: Sendable {
        private let ended = Mutex<[SpanRecord]>([])
        var spans: [SpanRecord] { ended.withLock { $0 } }
        var tracer: OTLPTracer { OTLPTracer { span in self.ended.withLock { $0.append(span) } } }

        func span(_ name: String) throws -> SpanRecord {
            let found = spans.filter { $0.name == name }
            #expect(found.count == 1, "\(name): \(spans.map(\.name))")
            return try #require(found.first)
        }
    }

    private struct Trouble: Error, CustomStringConvertible { var description: String { "no stock" } }

    private let client = AetherClient()

    @Test("are a workflow's, under it its steps, each attempt one, and what they make themselves")
    func steps() async throws {
        let recorder = Recorder()
        let workflow = client.workflow("test") { context -> Int in
            let failures = Mutex(0)
            try await context.step("a", retry: .exponential(initial: .milliseconds(1), attempts: 2)) {
                let isFirst = failures.withLock { count in
                    count += 1
                    return count == 1
                }
                if isFirst { throw Trouble() }
            }
            return try await withSpan("mine") { _ in
                try await context.step("b") { withSpan("inner") { _ in 7 } }
            }
        }
        let server = WorkerServer()
        try await withTracer(recorder.tracer) {
            try await serving([workflow], on: server) {
                server.start("run-1", type: "test")
                await server.until { $0.runs["run-1"]?.execution.outcome != nil }
            }
        }
        let run = try recorder.span("workflow test")
        #expect(run.attributes.contains(.init("aether.workflow.state", .string("COMPLETED"))))
        #expect(run.attributes.contains(.init("aether.workflow.id", .string("run-1"))))
        let attempts = recorder.spans.filter { $0.name == "step a" }
        #expect(attempts.map(\.parentID) == [run.context.spanID, run.context.spanID])
        #expect(attempts.map(\.status) == [.error("no stock"), .unset])
        #expect(
            attempts.map { $0.attributes.first { $0.name == "aether.attempt" }?.value } == [.integer(1), .integer(2)])
        let mine = try recorder.span("mine")
        #expect(mine.parentID == run.context.spanID)
        #expect(try recorder.span("step b").parentID == mine.context.spanID)
        #expect(try recorder.span("inner").parentID == recorder.span("step b").context.spanID)
    }

    @Test("are not made where the process has no tracer")
    func none() async throws {
        let workflow = client.workflow("test") { context in
            try await context.step("a") { ServiceContext.current == nil }
        }
        let server = WorkerServer()
        try await serving([workflow], on: server) {
            server.start("run-1", type: "test")
            await server.until { $0.runs["run-1"]?.execution.outcome != nil }
            #expect(server.read { $0.runs["run-1"]?.execution.outcome } == .completed(Array("true".utf8)))
        }
    }
}
