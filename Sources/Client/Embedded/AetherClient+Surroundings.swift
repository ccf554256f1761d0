#if Embedded
    package import AetherServer
    internal import Logging

    extension AetherClient {
        /// Serves workflows and activities in surroundings of the caller's while a body runs. In the body, and in all that is
        /// served, every client uses the caller's server.
        ///
        /// - Parameters:
        ///   - servables: the workflows and activities; each name once.
        ///   - server: runs meanwhile.
        ///   - surroundings: what the workers need of the process.
        ///   - configuration: limits of the workers.
        ///   - untilStuck: ends when nothing happens by itself any more; waits for results then throw.
        ///   - body: what to do meanwhile.
        /// - Returns: what the body returned.
        /// - Throws: what the body throws; ``AetherError`` when two servables of a kind have one name.
        package static func serve<Result: Sendable>(
            _ servables: [any Servable], on server: InProcessServer, in surroundings: Surroundings,
            configuration: Configuration, untilStuck: @escaping @Sendable () async -> Void,
            _ body: @escaping @Sendable () async throws -> Result
        ) async throws -> Result {
            let calls = InProcessConnection(server, untilStuck: untilStuck)
            let byService = Dictionary(grouping: servables) { ($0 as? any RegisteredActivity)?.service ?? "" }
            let workers = try byService.sorted { $0.key < $1.key }.map { service, servables in
                let client = AetherClient(
                    workerID: service.isEmpty ? "test" : "test-\(service)", service: service,
                    configuration: configuration, logger: Logger(label: "aether"))
                return try Worker(client: client, servables, calls: calls, in: surroundings)
            }
            return try await $ambient.withValue(calls) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in workers { group.addTask { try await worker.run() } }
                    defer { for worker in workers { worker.stop() } }
                    for worker in workers { try await worker.untilRegistered() }
                    return try await body()
                }
            }
        }

        /// Serves workflows and activities as this client's worker, over calls and in surroundings of the caller's, until the
        /// task is cancelled.
        package func serve(
            _ servables: [any Servable], over calls: any WorkerCalls, in surroundings: Surroundings
        ) async throws {
            try await Worker(client: self, servables, calls: calls, in: surroundings).run()
        }
    }
#endif
