import AetherRuntime
import Testing

@testable import Aether

/// Runs a workflow to its end, and then again after a crash at every place of its journal: the outcome is the same, and
/// what was recorded is not run again.
///
/// - Parameters:
///   - workflow: writes the name of each step that runs to the log.
///   - log: what the workflow wrote.
///   - world: what answers the operations that are the server's.
///   - location: of the test.
/// - Returns: the server of the first run.
/// - Throws: when a journal can't be replayed.
func survivesEveryCrash<Output>(
    _ workflow: Workflow<NoValue, Output>, log: Log, world: @escaping TestServer.World = TestServer.timersOnly,
    location: SourceLocation = #_sourceLocation
) async throws -> TestServer {
    let server = TestServer(world: world)
    let outcome = await server.run(workflow)
    for count in server.commits {
        let before = log.lines.count
        let other = try TestServer(crashing: server, after: count)
        let recorded = Set(other.journal.compactMap { $0.event.outcomeKey?.name })
        let again = await other.run(workflow)
        #expect(again == outcome, "after entry \(count)", sourceLocation: location)
        #expect(Set(other.outcomes) == Set(server.outcomes), "after entry \(count)", sourceLocation: location)
        for line in log.lines.dropFirst(before) {
            #expect(!recorded.contains(line), "\(line) ran again after entry \(count)", sourceLocation: location)
        }
    }
    return server
}

/// An outcome as JSON text.
func json(_ text: String) -> WorkflowOutcome { .completed(Array(text.utf8)) }
