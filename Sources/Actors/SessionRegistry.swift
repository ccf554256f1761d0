internal import AetherRuntime
internal import Synchronization

/// The sessions, by worker and by number.
final class SessionRegistry: Sendable {
    private struct State {
        var byWorker: [String: WorkerSession] = [:]
        var byID: [TaskScheduler.SessionID: WorkerSession] = [:]
        var lastID: TaskScheduler.SessionID = 0
    }

    private let state = Mutex(State())

    func session(of worker: String) -> WorkerSession? {
        state.withLock { $0.byWorker[worker] }
    }

    func session(_ id: TaskScheduler.SessionID) -> WorkerSession? {
        state.withLock { $0.byID[id] }
    }

    var all: [WorkerSession] { state.withLock { Array($0.byID.values) } }

    /// The session of a worker, made when there is none.
    func makeSession(of worker: String) -> (session: WorkerSession, isNew: Bool) {
        state.withLock { state in
            if let session = state.byWorker[worker] { return (session, false) }
            state.lastID += 1
            let session = WorkerSession(id: state.lastID, workerID: worker)
            state.byWorker[worker] = session
            state.byID[session.id] = session
            return (session, true)
        }
    }

    func remove(_ session: WorkerSession) {
        state.withLock { state in
            state.byID[session.id] = nil
            if state.byWorker[session.workerID] === session { state.byWorker[session.workerID] = nil }
        }
    }
}
