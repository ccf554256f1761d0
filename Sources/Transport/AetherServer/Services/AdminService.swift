internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import AetherStorage
internal import GRPCCore
internal import SwiftProtobuf

/// `aether.v1.AdminService` over the engine. Lists are read and sent a page at a time.
struct AdminService: Aether_V1_AdminService.SimpleServiceProtocol {
    private static let pageSize = 500

    let engine: Engine
    let metrics: MetricsReader
    /// Where calls about other servers' workflows are passed on to; `nil` to answer of this server's alone.
    var peers: Peers?

    func listWorkflows(
        request: Aether_V1_ListRequest, response: RPCWriter<Aether_V1_WorkflowInfo>, context: ServerContext
    ) async throws {
        let filter = try WorkflowFilter(request)
        var remaining = request.limit == 0 ? Int.max : Int(request.limit)
        var cursor: WorkflowCursor?
        while remaining > 0 {
            let size = min(remaining, Self.pageSize)
            let page = try await engine.list(filter, after: cursor, limit: size)
            try await response.write(contentsOf: page.map(Aether_V1_WorkflowInfo.init))
            guard page.count == size, let last = page.last else { return }
            cursor = WorkflowCursor(last)
            remaining -= page.count
        }
    }

    func getMetrics(
        request: Aether_V1_GetMetricsRequest, context: ServerContext
    ) async throws -> Aether_V1_Metrics {
        let reading = try await metrics.read()
        let metrics = reading.engine
        return .with {
            $0.activeWorkflows = Int64(metrics.workflows.active)
            $0.completedWorkflows = Int64(metrics.workflows[.completed])
            $0.failedWorkflows = Int64(metrics.workflows[.failed])
            $0.cancelledWorkflows = Int64(metrics.workflows[.cancelled])
            $0.pendingWorkflows = Int64(metrics.workflows[.pending])
            $0.connectedWorkers = Int64(metrics.connectedWorkers)
            $0.commits = reading.count(MetricCatalog.commits)
            $0.entriesCommitted = reading.count(MetricCatalog.journalEntries)
        }
    }

    func getHistory(
        request: Aether_V1_HistoryRequest, response: RPCWriter<Aether_V1_JournalEntry>, context: ServerContext
    ) async throws {
        let id = try WorkflowID(checking: request.workflowID)
        if let peer = try await peers?.nextOwner(of: id) {
            return try await peer.connection.getHistory(request) { try await response.write(contentsOf: $0) }
        }
        var after = request.after
        var remaining = request.limit == 0 ? Int.max : Int(request.limit)
        while remaining > 0 {
            let size = min(remaining, Self.pageSize)
            let page = try await engine.history(id, after: after, limit: size)
            try await response.write(contentsOf: page.map(Aether_V1_JournalEntry.init))
            guard page.count == size, let last = page.last else { return }
            after = last.sequence
            remaining -= page.count
        }
    }
}

extension WorkflowFilter {
    fileprivate init(_ request: Aether_V1_ListRequest) throws(EngineError) {
        self.init(type: request.workflowType.isEmpty ? nil : request.workflowType)
        let wanted = request.states.isEmpty ? (request.state == .pending ? [] : [request.state]) : request.states
        for wire in wanted {
            guard let state = WorkflowState(wire) else {
                throw EngineError(.invalidArgument, "\(wire.rawValue) is no workflow state; states go from 0 to 4")
            }
            states.insert(state)
        }
    }
}
