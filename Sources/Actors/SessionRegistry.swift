internal import AetherRuntime
internal import Synchronization

/// The sessions, by worker.
final class SessionRegistry: Sendable {
    private struct State {
        var byWorker: [String: WorkerSession] = [:]
        var lastConnection: TaskScheduler.SessionID = 0
        var lastGeneration: UInt64 = 0
    }

    private let state = Mutex(State())

    func session(of worker: String) -> WorkerSession? {
        state.withLock { $0.byWorker[worker] }
    }

    var all: [WorkerSession] { state.withLock { Array($0.byWorker.values) } }

    /// A number for a stream of tasks that no other has.
    func nextConnection() -> TaskScheduler.SessionID {
        state.withLock { state in
            state.lastConnection += 1
            return state.lastConnection
        }
    }

    /// A generation for a worker's process that is later than all before, also than those of other servers.
    func nextGeneration(at now: Timestamp) -> UInt64 {
        state.withLock { state in
            state.lastGeneration = max(state.lastGeneration + 1, UInt64(max(0, now.rawValue)))
            return state.lastGeneration
        }
    }

    /// The session of a worker, made when there is none.
    func makeSession(of worker: String) -> (session: WorkerSession, isNew: Bool) {
        state.withLock { state in
            if let session = state.byWorker[worker] { return (session, false) }
            let session = WorkerSession(workerID: worker)
            state.byWorker[worker] = session
            return (session, true)
        }
    }

    func remove(_ session: WorkerSession) {
        state.withLock { state in
            if state.byWorker[session.workerID] === session { state.byWorker[session.workerID] = nil }
        }
    }
}
