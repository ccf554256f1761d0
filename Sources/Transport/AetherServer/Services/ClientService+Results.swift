internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import SwiftProtobuf

extension ClientService {
    /// What one message carries at most, in bytes of results; what does not fit goes with the next.
    private static let maximumMessageBytes = 1024 * 1024

    func watchResults(
        request: RPCAsyncSequence<Aether_V1_WatchResultsRequest, any Error>,
        response: RPCWriter<Aether_V1_WatchResultsResponse>, context: ServerContext
    ) async throws {
        let feed = ResultFeed()
        defer { engine.endWatch(feed) }
        let router = peers.map { ResultRouter(engine: engine, peers: $0, feed: feed) }
        // Ends with the scope.
        async let routing: Void? = router?.run()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await message in request {
                    let ids = try message.workflowIds.map { (id) throws(EngineError) in try WorkflowID(checking: id) }
                    let forgotten = message.forgottenWorkflowIds.map { WorkflowID(rawValue: $0) }
                    if let router {
                        try await router.watch(ids)
                        router.forget(forgotten)
                    } else {
                        try await engine.watch(ids, on: feed)
                        engine.forget(forgotten, on: feed)
                    }
                }
                feed.nameNoMore()
            }
            group.addTask {
                while let ended = await feed.next() { try await write(ended, to: response) }
                if case .stopped = feed.end {
                    throw EngineError(.unavailable, "the server is shutting down; ask again")
                }
            }
            try await group.waitForAll()
        }
        router?.finish()
        await routing
    }

    private func write(
        _ ended: [ResultFeed.Ended], to response: RPCWriter<Aether_V1_WatchResultsResponse>
    ) async throws {
        var results: [Aether_V1_WatchedResult] = []
        var size = 0
        for ended in ended {
            let wire = Aether_V1_WatchedResult(ended)
            let bytes = wire.result.result.count + wire.result.error.utf8.count
            if !results.isEmpty, size + bytes > Self.maximumMessageBytes {
                let full = results
                try await response.write(.with { $0.results = full })
                (results, size) = ([], 0)
            }
            results.append(wire)
            size += bytes
        }
        let rest = results
        try await response.write(.with { $0.results = rest })
    }
}

extension Aether_V1_WatchedResult {
    fileprivate init(_ ended: ResultFeed.Ended) {
        self.init()
        workflowID = ended.id.rawValue
        switch ended.result {
        case .success(let outcome):
            result = Aether_V1_WorkflowResult(outcome, outcome.state)
        case .failure(let error):
            code = Int32(error.rpcErrorCode.rawValue)
            message = error.message
        }
    }
}
