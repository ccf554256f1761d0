import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("A child", .timeLimit(.minutes(5)))
struct ChildTests {
    /// A parent that has started a child, and both their tasks.
    private func family(
        _ rig: EngineRig, _ policy: ParentClosePolicy = .cancel
    ) async throws -> (worker: TestWorker, parent: TaskID, child: TaskID) {
        let worker = try await rig.worker("w")
        try await rig.start("parent")
        let parent = try await worker.task().taskID
        try await worker.report(parent, first: 1, [.child("child", policy)])
        return (worker, parent, try await worker.task().taskID)
    }

    @Test("is started once, and its end is told to its parent")
    func outcome() async throws {
        try await EngineRig.run { rig in
            let (worker, parent, child) = try await family(rig)
            #expect(try await rig.status("child").start.parent?.workflow.rawValue == "parent")
            #expect(try await rig.status("parent").reason.contains("child"))
            #expect(try await worker.report(parent, first: 1, [.child("child")]).sequences == [3])
            try await worker.report(child, first: 1, [.close(.failed(Failure(message: "no")))])
            #expect(
                try await worker.pushed().event
                    == .childClosed(key: .child("child"), .failed(Failure(message: "no"))))
        }
    }

    @Test("of which one parent has 1,000 all run, and all their ends arrive")
    func thousand() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 2_000)
            try await rig.start("parent")
            let parent = try await worker.task().taskID
            try await worker.report(parent, first: 1, (0..<1000).map { .child("c\($0)") })
            for _ in 0..<1000 { try await worker.close(try await worker.task().taskID) }
            for _ in 0..<1000 { #expect(try await worker.pushed().event.kind == .childClosed) }
            try await worker.close(parent, first: 1001)
        }
    }

    @Test("is cancelled when its parent ends, unless it is to be abandoned", arguments: [false, true])
    func parentEnds(isAbandoned: Bool) async throws {
        try await EngineRig.run { rig in
            let (worker, parent, _) = try await family(rig, isAbandoned ? .abandon : .cancel)
            try await worker.close(parent, first: 2)
            if isAbandoned {
                await settle()
                #expect(try await rig.kinds("child") == [.started, .assigned])
            } else {
                #expect(try await worker.pushed().event == .cancelRequested)
            }
        }
    }

    @Test("that could not be started at first is cancelled all the same when its parent has ended meanwhile")
    func lateStart() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("parent")
            let parent = try await worker.task().taskID
            rig.store.makeUnreadable(WorkflowID(rawValue: "child"))
            try await worker.report(parent, first: 1, [.child("child")])
            // The next try is waited for.
            await rig.clock.advance(by: .zero, onceSomeoneSleepsFor: .seconds(1))
            rig.store.repair()
            try await worker.close(parent, first: 2)
            await settle()
            rig.clock.advanceNow(by: .seconds(1))
            let child = WorkflowID(rawValue: "child")
            try await eventually { try await rig.store.memory.summary(of: child)?.state == .cancelled }
        }
    }

    @Test("is terminated with its parent, and so are its own")
    func terminate() async throws {
        try await EngineRig.run { rig in
            let (worker, _, child) = try await family(rig)
            try await worker.report(child, first: 1, [.child("grandchild")])
            _ = try await worker.task()
            try await rig.engine.terminate(WorkflowID(rawValue: "parent"))
            try await eventually { try await rig.activeRuns() == 0 }
            for id in ["parent", "child", "grandchild"] {
                #expect(try await rig.kinds(id).suffix(2) == [.terminated, .closed], "\(id)")
            }
        }
    }

    @Test("whose id another run has, fails for its parent")
    func idTaken() async throws {
        try await EngineRig.run { rig in
            try await rig.start("child")
            let worker = try await rig.worker("w")
            _ = try await worker.task()
            try await rig.start("parent")
            try await worker.report(try await worker.task().taskID, first: 1, [.child("child")])
            guard case .childClosed(_, .failed(let failure)) = try await worker.pushed().event else {
                Issue.record("the child's failure is not told")
                return
            }
            #expect(failure.message.contains("exists already"))
            #expect(try await rig.status("child").state == .running)
        }
    }

    /// What became durable before the server was killed, and what the next one makes of it.
    @Test("is seen to by the next server, whatever the one before had come to", arguments: Crash.allCases)
    func crash(_ crash: Crash) async throws {
        let memory = MemoryStore()
        try await EngineRig.run(over: memory) { rig in
            let (worker, parent, child) = try await family(rig)
            if crash == .childClosed { try await worker.close(child) }
            if crash == .parentClosed { try await worker.close(parent, first: 2) }
            if crash == .parentTerminated { try await rig.engine.terminate(parent.workflow) }
            try await eventually {
                try await rig.kinds("child").count > (crash == .childNotStarted ? 1 : 2) || crash == .childNotStarted
            }
        }
        try await crash.cut(memory)
        try await EngineRig.run(over: memory) { rig in
            switch crash {
            case .childNotStarted:
                try await eventually { try await memory.summary(of: WorkflowID(rawValue: "child")) != nil }
            case .childClosed:
                try await eventually { try await rig.kinds("parent").last == .childClosed }
            case .parentClosed:
                try await eventually { try await rig.kinds("child").last == .cancelRequested }
            case .parentTerminated:
                try await eventually { try await rig.status("child").state == .cancelled }
                #expect(try await rig.kinds("child").suffix(2) == [.terminated, .closed])
            }
        }
    }

    enum Crash: CaseIterable {
        case childNotStarted, childClosed, parentClosed, parentTerminated

        /// Takes away what was written last, as if the server had been killed before.
        func cut(_ memory: MemoryStore) async throws {
            switch self {
            case .childNotStarted:
                try await memory.rewrite("child", keeping: 0)
            case .childClosed:
                let journal = try await memory.journal(of: WorkflowID(rawValue: "parent"), after: 0, limit: 100)
                let closing = try #require(journal.firstIndex { $0.event.kind == .childClosed })
                try await memory.rewrite("parent", keeping: closing)
            case .parentClosed, .parentTerminated:
                try await memory.rewrite("child", keeping: 2)
            }
        }
    }

    @Test("of a run that was lost with its server, and is started again by its own parent, is still that run's child")
    func lostParent() async throws {
        let memory = MemoryStore()
        try await EngineRig.run(over: memory) { rig in
            let (worker, _, child) = try await family(rig)
            try await worker.report(child, first: 1, [.child("grandchild")])
            _ = try await worker.task()
        }
        // As one in memory is.
        try await memory.rewrite("child", keeping: 0)
        try await EngineRig.run(over: memory) { rig in
            let worker = try await rig.worker("v")
            var tasks: [String: TaskID] = [:]
            while tasks["child"] == nil {
                let task = try await worker.task().taskID
                tasks[task.workflow.rawValue] = task
            }
            let again = try #require(tasks["child"])
            #expect(try await worker.report(again, first: 1, [.child("grandchild")]).sequences == [3])
            await rig.clock.advance(by: .seconds(60), sleepers: 0)
            await settle()
            #expect(try await rig.kinds("child") == [.started, .assigned, .childStarted])
            #expect(try await !rig.kinds("grandchild").contains(.cancelRequested))
        }
    }

    @Test("of an earlier run of its parent's id makes way for that of the new one")
    func replacedParent() async throws {
        try await EngineRig.run { rig in
            let (worker, parent, child) = try await family(rig)
            try await worker.close(child)
            _ = try await worker.pushed()
            try await worker.close(parent, first: 2)
            try await eventually { try await rig.activeRuns() == 0 }
            try await rig.engine.start(
                Engine.Start(
                    id: parent.workflow, type: "order", input: [0x32], tier: nil, idPolicy: .replace))
            let again = try await worker.task().taskID
            try await worker.report(again, first: 1, [.child("child")])
            #expect(try await worker.task().taskID.workflow == child.workflow)
            #expect(try await rig.kinds("child") == [.started, .assigned])
        }
    }
}

extension MemoryStore {
    /// Leaves only the first entries of a journal; none at all takes the workflow away.
    fileprivate func rewrite(_ id: String, keeping count: Int) async throws {
        let id = WorkflowID(rawValue: id)
        let entries = Array(try await journal(of: id, after: 0, limit: 1000).prefix(count))
        var summary = try #require(try await self.summary(of: id))
        summary.state = .cancelled
        _ = try await commit([WorkflowWrite(id: id, summary: summary, entries: [])])
        #expect(try await delete([id]) == [id])
        guard !entries.isEmpty else { return }
        let execution = try WorkflowExecution.replay(id: id, entries)
        summary.state = execution.state
        summary.completedAt = nil
        _ = try await commit([WorkflowWrite(id: id, summary: summary, isNew: true, entries: entries)])
    }
}
