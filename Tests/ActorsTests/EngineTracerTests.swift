import AetherActors
import AetherRuntime
import AetherStorage
import Synchronization
import Testing

@Suite("The spans of an engine", .timeLimit(.minutes(5)))
struct EngineTracerTests {
    private final class Recorder: Sendable {
        private struct State {
            var spans: [SpanRecord] = []
            var random: UInt64 = 0
        }

        private let state = Mutex(State())
        var spans: [SpanRecord] { state.withLock { $0.spans } }

        func tracer(sampleRatio: Double = 1) -> EngineTracer {
            EngineTracer(
                sampleRatio: sampleRatio, now: { 5_000_000_000_000_000_000 },
                random: {
                    self.state.withLock { state in
                        state.random += 1
                        return state.random
                    }
                },
                record: { span in self.state.withLock { $0.spans.append(span) } })
        }

        func span(_ name: String) throws -> SpanRecord {
            let found = spans.filter { $0.name == name }
            #expect(found.count == 1, "\(name): \(spans.map(\.name))")
            return try #require(found.first)
        }
    }

    private let trace = TraceContext(
        traceID: .init(high: 7, low: 9), spanID: 11, isSampled: true, isRandom: false, state: "a=b")

    private func start(_ rig: EngineRig, _ id: String = "a", trace: TraceContext?) async throws {
        var start = Engine.Start(id: WorkflowID(rawValue: id), type: "order", input: [0x31], tier: nil)
        start.trace = trace
        try await rig.engine.start(start)
    }

    @Test("are the client's trace's: a start, under it the run, under that tasks and children")
    func tree() async throws {
        let recorder = Recorder()
        try await EngineRig.run(tracer: recorder.tracer()) { rig in
            let worker = try await rig.worker("w")
            try await start(rig, trace: trace)
            let parent = try await worker.task()
            try await worker.report(parent.taskID, first: 1, [.child("kid", .wait)])
            let child = try await worker.task()
            try await worker.report(child.taskID, first: 1, [.close(.failed(Failure(message: "no", type: "E")))])
            _ = try await worker.pushed()
            try await worker.close(parent.taskID, first: 2)

            let started = try recorder.span("start workflow order")
            #expect(started.parentID == trace.spanID && started.kind == .server && started.status == .unset)
            let runs = recorder.spans.filter { $0.name == "run order" }
            #expect(runs.count == 2)
            let run = try #require(runs.last)
            let kid = try #require(runs.first)
            #expect(run.parentID == started.context.spanID)
            #expect(kid.parentID == run.context.spanID)
            #expect(kid.status == .error(Failure(message: "no", type: "E").description) && run.status == .unset)
            #expect(kid.attributes.contains(.init("error.type", .string("E"))))
            #expect(kid.attributes.contains(.init("aether.workflow.parent_id", .string("a"))))
            #expect(run.attributes.contains(.init("aether.attempts", .integer(1))))
            #expect(run.attributes.contains(.init("aether.workflow.state", .string("COMPLETED"))))
            let tasks = recorder.spans.filter { $0.name == "task order" }
            #expect(tasks.map(\.parentID) == [run.context.spanID, kid.context.spanID])
            #expect(recorder.spans.allSatisfy { $0.context.traceID == trace.traceID && $0.context.state == "a=b" })
            #expect(Set(recorder.spans.map(\.context.spanID)).count == recorder.spans.count)
            // Workers are told of the run's span.
            #expect(rig.engine.traceContext(of: parent.start) == run.context)
            #expect(rig.engine.traceContext(of: child.start) == kid.context)
        }
    }

    @Test("of a run that comes back after a crash are those it had, from the journal")
    func crash() async throws {
        let (store, recorder) = (MemoryStore(), Recorder())
        var told: TraceContext?
        try await EngineRig.run(over: store, tracer: recorder.tracer()) { rig in
            let worker = try await rig.worker("w")
            try await start(rig, trace: trace)
            told = rig.engine.traceContext(of: try await worker.task().start)
        }
        try await EngineRig.run(over: store, tracer: recorder.tracer()) { rig in
            let worker = try await rig.worker("w")
            let task = try await worker.task()
            #expect(rig.engine.traceContext(of: task.start) == told)
            try await worker.close(task.taskID)
            // After the commit, beside the answer.
            try await eventually { recorder.spans.contains { $0.name == "run order" } }
            let run = try recorder.span("run order")
            #expect(run.context == told)
            #expect(run.parentID == (try recorder.span("start workflow order")).context.spanID)
        }
    }

    @Test("of a run that continues as new are one for each, in one trace")
    func continues() async throws {
        let recorder = Recorder()
        try await EngineRig.run(tracer: recorder.tracer()) { rig in
            let worker = try await rig.worker("w", maximumTasks: 1)
            try await start(rig, trace: trace)
            try await worker.report(try await worker.task().taskID, first: 1, [.continueAsNew(input: [0x32])])
            try await worker.close(try await worker.task().taskID)
            let runs = recorder.spans.filter { $0.name == "run order" }
            #expect(runs.count == 2 && Set(runs.map(\.context.spanID)).count == 2)
            #expect(Set(runs.map(\.parentID)) == [try recorder.span("start workflow order").context.spanID])
            #expect(runs[0].attributes.contains(.init("aether.workflow.state", .string("CONTINUED"))))
            #expect(runs[1].attributes.contains(.init("aether.workflow.continued_count", .integer(1))))
            #expect(runs.allSatisfy { $0.attributes.contains(.init("aether.attempts", .integer(1))) })
        }
    }

    @Test("are not made of a trace that is not sampled, and workers are told so")
    func unsampled() async throws {
        let recorder = Recorder()
        try await EngineRig.run(tracer: recorder.tracer(sampleRatio: 0)) { rig in
            let worker = try await rig.worker("w")
            var quiet = trace
            quiet.isSampled = false
            try await start(rig, "a", trace: quiet)
            try await start(rig, "b", trace: nil)
            for _ in 1...2 {
                let task = try await worker.task()
                #expect(rig.engine.traceContext(of: task.start)?.isSampled == false)
                try await worker.close(task.taskID)
            }
            #expect(recorder.spans.isEmpty)
        }
    }

    @Test("say of a start that is refused why")
    func refused() async throws {
        let recorder = Recorder()
        try await EngineRig.run(tracer: recorder.tracer()) { rig in
            try await start(rig, trace: trace)
            var other = Engine.Start(id: WorkflowID(rawValue: "a"), type: "other", input: [], tier: nil)
            other.trace = trace
            await expect(.alreadyExists) { try await rig.engine.start(other) }
            let results = await rig.engine.start([other])
            #expect(results.count == 1)
            let spans = recorder.spans.filter { $0.name == "start workflow other" }
            #expect(spans.count == 2)
            for span in spans {
                guard case .error = span.status else {
                    Issue.record("no error")
                    continue
                }
                #expect(span.attributes.contains(.init("error.type", .string("alreadyExists"))))
            }
        }
    }

    @Test("are not made without a collector; the client's trace goes on to workers and children as it came")
    func withoutTracer() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await start(rig, trace: trace)
            try await start(rig, "b", trace: nil)
            let task = try await worker.task()
            #expect(rig.engine.traceContext(of: task.start) == trace)
            #expect(rig.engine.traceContext(of: try await worker.task().start) == nil)
            try await worker.report(task.taskID, first: 1, [.child("kid")])
            #expect(rig.engine.traceContext(of: try await worker.task().start) == trace)
        }
    }
}
