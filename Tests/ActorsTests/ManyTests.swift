import AetherActors
import AetherRuntime
import Testing

@Suite("Many runs at once", .timeLimit(.minutes(5)))
struct ManyTests {
    private func start(
        _ id: String, type: String = "order", input: [UInt8] = [0x31], _ policy: Engine.IDPolicy = .sameRun
    ) -> Engine.Start {
        Engine.Start(id: WorkflowID(rawValue: id), type: type, input: input, tier: nil, idPolicy: policy)
    }

    private func codes(_ results: [Result<Void, EngineError>]) -> [EngineError.Code?] {
        results.map { if case .failure(let error) = $0 { error.code } else { nil } }
    }

    @Test("share their commits when they are started, and one that is refused does not touch the others")
    func starts() async throws {
        try await EngineRig.run { rig in
            try await rig.start("known")
            let before = rig.store.commits.count
            let results = await rig.engine.start([
                start("a"), start("known"), start("b", type: ""), start("known", input: [0x32]), start("c"), start("a"),
            ])
            #expect(codes(results) == [nil, nil, .invalidArgument, .alreadyExists, nil, nil])
            // The first is under way while the others gather.
            #expect(rig.store.commits.count <= before + 2)
            for id in ["a", "c", "known"] { #expect(try await rig.status(id).state == .pending) }
            await expect(.notFound) { _ = try await rig.status("b") }
            #expect(await rig.engine.start([]).isEmpty)
        }
    }

    @Test("are not acknowledged before they are durable, nor when they can't be written")
    func durable() async throws {
        try await EngineRig.run { rig in
            rig.store.failCommits(1)
            let results = await rig.engine.start([start("a"), start("b")])
            #expect(codes(results) == [.unavailable, .unavailable])
        }
    }

    @Test("take the place of those that have ended")
    func replaces() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            try await rig.engine.cancel(WorkflowID(rawValue: "a"))
            let results = await rig.engine.start([start("a", input: [0x39], .replace), start("b", .replace)])
            #expect(codes(results) == [nil, nil])
            #expect(try await rig.status("a").state == .pending)
        }
    }

    @Test("are completed together, each task with an answer of its own, and as often as one likes")
    func completions() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", isPlain: true)
            _ = await rig.engine.start(["a", "b"].map { start($0) })
            let (first, second) = (try await worker.task().taskID, try await worker.task().taskID)
            let stale = TaskID(workflow: first.workflow, epoch: first.epoch + 1)
            let completions = [
                Engine.Completion(task: first.description, .completed([0x31])),
                Engine.Completion(task: "nonsense", .completed([])),
                Engine.Completion(task: stale.description, .completed([])),
                Engine.Completion(
                    task: second.description,
                    .completed([UInt8](repeating: 0, count: rig.engine.maximumValueBytes + 1))),
                Engine.Completion(task: second.description, .failed(Failure(message: "no"))),
                Engine.Completion(task: first.description, .completed([0x32])),
            ]
            let expected: [EngineError.Code?] = [
                nil, .notFound, .failedPrecondition, .invalidArgument, nil, .failedPrecondition,
            ]
            for _ in 0..<2 { #expect(codes(await rig.engine.complete(completions)) == expected) }
            #expect(try await rig.engine.awaitResult(first.workflow, timeout: nil).outcome == .completed([0x31]))
            #expect(
                try await rig.engine.awaitResult(second.workflow, timeout: nil).outcome
                    == .failed(Failure(message: "no")))
        }
    }

    /// All that a feed tells, until it has told so many.
    private func told(_ count: Int, by feed: ResultFeed) async -> [String: Result<WorkflowOutcome, EngineError>] {
        var told: [String: Result<WorkflowOutcome, EngineError>] = [:]
        while told.count < count, let batch = await feed.next() {
            for ended in batch {
                let isNew = told.updateValue(ended.result, forKey: ended.id.rawValue) == nil
                #expect(isNew, "\(ended.id) is told twice")
            }
        }
        return told
    }

    @Test("are watched on one stream: each end is told once, of those that have ended and of those that will")
    func watch() async throws {
        try await EngineRig.run { rig in
            _ = await rig.engine.start(["ended", "first", "second", "forgotten"].map { start($0) })
            try await rig.engine.cancel(WorkflowID(rawValue: "ended"))
            let feed = ResultFeed()
            let ids = ["ended", "first", "none", "first", "forgotten"].map { WorkflowID(rawValue: $0) }
            try await rig.engine.watch(ids, on: feed)
            var told = await told(2, by: feed)
            #expect(try told["ended"]?.get() == .cancelled)
            if case .failure(let error) = told["none"] {
                #expect(error.code == .notFound)
            } else {
                Issue.record("told")
            }

            rig.engine.forget([WorkflowID(rawValue: "forgotten")], on: feed)
            try await rig.engine.watch([WorkflowID(rawValue: "second")], on: feed)
            feed.nameNoMore()
            for id in ["forgotten", "second", "first"] { try await rig.engine.cancel(WorkflowID(rawValue: id)) }
            told = await self.told(2, by: feed)
            #expect(Set(told.keys) == ["first", "second"])
            let end = await feed.next()
            #expect(end?.isEmpty ?? true)
            if case .told = feed.end {} else { Issue.record("the feed goes on") }
        }
    }

    @Test("are told no more when the engine stops")
    func stops() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            let feed = ResultFeed()
            try await rig.engine.watch([WorkflowID(rawValue: "a")], on: feed)
            await rig.engine.beginStop()
            let end = await feed.next()
            #expect(end?.isEmpty ?? true)
            if case .stopped = feed.end {} else { Issue.record("the feed goes on") }
        }
    }
}
