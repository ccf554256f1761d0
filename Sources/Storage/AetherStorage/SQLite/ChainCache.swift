internal import AetherRuntime
internal import Synchronization

/// The chains of the journals read last, so that reading a long journal in pages walks it once and not once a page.
///
/// Bounded by the number of rows it remembers, 8 bytes each. A chain can only be behind its journal, never wrong:
/// entries don't change, and row numbers are not used again.
final class ChainCache: Sendable {
    private struct State {
        /// The youngest last.
        var chains: [(id: WorkflowID, chain: JournalChain)] = []
        var rows = 0

        mutating func remove(_ id: WorkflowID) {
            guard let index = chains.firstIndex(where: { $0.id == id }) else { return }
            rows -= chains.remove(at: index).chain.rows.count
        }
    }

    private static let maximumRows = 500_000
    private static let maximumChains = 16
    /// A shorter chain is walked again faster than it is looked up.
    private static let minimumRows = 64

    private let state = Mutex(State())

    subscript(id: WorkflowID) -> JournalChain {
        state.withLock { state in
            guard let index = state.chains.firstIndex(where: { $0.id == id }) else { return JournalChain() }
            let found = state.chains.remove(at: index)
            state.chains.append(found)
            return found.chain
        }
    }

    func keep(_ chain: JournalChain, of id: WorkflowID) {
        guard (Self.minimumRows...Self.maximumRows).contains(chain.rows.count) else { return }
        state.withLock { state in
            state.remove(id)
            state.chains.append((id, chain))
            state.rows += chain.rows.count
            while state.rows > Self.maximumRows || state.chains.count > Self.maximumChains {
                state.rows -= state.chains.removeFirst().chain.rows.count
            }
        }
    }

    func forget(_ ids: some Sequence<WorkflowID>) {
        state.withLock { state in
            for id in ids { state.remove(id) }
        }
    }
}
