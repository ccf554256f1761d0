internal import AetherActors
internal import AetherRuntime
internal import Foundation

/// What a page wants to be told of.
struct EventTopics: Hashable, Sendable {
    private static let maximumRuns = 20

    var hasWorkflows = false
    var hasMetrics = false
    var hasWorkers = false
    /// Workflows of which each new entry counts.
    var runs: Set<WorkflowID> = []

    /// Reads `workflows`, `metrics`, `workers` and `workflow:ID`, the id percent-encoded.
    ///
    /// - Throws: ``APIError`` for anything else, and for too many.
    init(_ names: [String]) throws(APIError) {
        for name in names {
            switch name {
            case "workflows": hasWorkflows = true
            case "metrics": hasMetrics = true
            case "workers": hasWorkers = true
            case let name where name.hasPrefix("workflow:"):
                // Percent-encoded, as there may be commas in it.
                let id = String(name.dropFirst("workflow:".count)).removingPercentEncoding ?? ""
                do throws(EngineError) {
                    runs.insert(try WorkflowID(checking: id))
                } catch {
                    throw APIError(error)
                }
            default:
                throw APIError(
                    .invalidArgument, "\"\(name)\" is no topic",
                    remedy: "give workflows, metrics, workers or workflow:ID")
            }
        }
        guard runs.count <= Self.maximumRuns else {
            throw APIError(
                .invalidArgument, "\(runs.count) workflows are too many for one stream",
                remedy: "give at most \(Self.maximumRuns)")
        }
    }
}
