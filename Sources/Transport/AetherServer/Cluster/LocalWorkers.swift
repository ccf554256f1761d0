internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation
internal import SwiftProtobuf
internal import Synchronization

/// The workers that are connected to this server, and the tasks they have of runs that other servers own.
final class LocalWorkers: Sendable {
    private struct Worker {
        /// As it registered; the tasks it had then are left out.
        var registration: Aether_V1_RegisterRequest
        /// Its stream; `nil` while it has none.
        var connection: TaskScheduler.SessionID?
        /// The last entry of each task's journal that was sent to it.
        var tasks: [String: UInt64] = [:]
        var registeredAt: Duration
    }

    /// So long a worker is known that has registered and has no stream.
    private static let patience = Duration.seconds(3600)
    /// So long what it said then is believed: its stream may have begun at another server.
    private static let freshness = Duration.seconds(30)

    private let workers = Mutex<[String: Worker]>([:])
    private let uptime: @Sendable () -> Duration

    /// - Parameter uptime: counts on from any moment and never jumps.
    init(uptime: @escaping @Sendable () -> Duration) {
        self.uptime = uptime
    }

    /// A worker has registered, with the tasks that it keeps.
    ///
    /// - Parameters:
    ///   - request: as it registered.
    ///   - tasks: those of other servers' runs.
    func register(_ request: Aether_V1_RegisterRequest, elsewhere tasks: [(task: String, seen: UInt64)]) {
        let id = request.workerID
        var registration = request
        registration.heldTaskIds = []
        registration.heldSequences = []
        registration.heldRecords = []
        let now = uptime()
        workers.withLock { workers in
            workers = workers.filter { $0.value.connection != nil || now - $0.value.registeredAt < Self.patience }
            workers[id, default: Worker(registration: registration, registeredAt: now)].registration = registration
            workers[id]?.registeredAt = now
            workers[id]?.tasks = Dictionary(tasks.map { ($0.task, $0.seen) }, uniquingKeysWith: { $1 })
        }
    }

    func connect(_ id: String, on connection: TaskScheduler.SessionID) {
        workers.withLock { $0[id]?.connection = connection }
    }

    /// What it has then, it says itself when it comes back, here or elsewhere.
    func disconnect(_ id: String, on connection: TaskScheduler.SessionID) {
        workers.withLock { workers in
            guard workers[id]?.connection == connection else { return }
            workers[id]?.connection = nil
            workers[id]?.tasks = [:]
        }
    }

    /// The workers that are connected.
    var connected: [String] { workers.withLock { workers in workers.keys.filter { workers[$0]?.connection != nil } } }

    /// A worker's stream, and the registration that it follows; `nil` while it has none.
    func stream(of id: String) -> (connection: TaskScheduler.SessionID, registration: RegistrationID)? {
        workers.withLock { workers in
            guard let worker = workers[id], let connection = worker.connection else { return nil }
            return (connection, RegistrationID(worker.registration))
        }
    }

    /// What a worker that is connected registers with at another server.
    func registration(of id: String) -> Aether_V1_RegisterRequest? {
        workers.withLock { workers in
            guard let worker = workers[id], worker.connection != nil else { return nil }
            var request = worker.registration
            for (task, seen) in worker.tasks {
                request.heldTaskIds.append(task)
                request.heldSequences.append(seen)
            }
            return request
        }
    }

    /// Takes note of what another server sends to a worker.
    func note(_ sent: Aether_V1_WorkerTasks) {
        workers.withLock { workers in
            for task in sent.tasks {
                switch task.kind {
                case .assign, .push:
                    let last = task.journal.last?.sequence ?? 0
                    // A question has no entry.
                    workers[sent.workerID]?.tasks[task.taskID, default: 0].raise(to: last)
                case .revoke, .UNRECOGNIZED:
                    workers[sent.workerID]?.tasks[task.taskID] = nil
                }
            }
            for task in sent.freedTaskIds { workers[sent.workerID]?.tasks[task] = nil }
        }
    }

    /// Runs of this server become others': their workers go on with them.
    func keep(_ tasks: [HeldTask]) {
        workers.withLock { workers in
            for held in tasks { workers[held.worker]?.tasks[held.task] = held.seen }
        }
    }

    /// The tasks of runs in some shards.
    func tasks(of shards: ShardSet) -> [HeldTask] {
        let now = uptime()
        return workers.withLock { workers in
            workers.filter { $0.value.connection != nil || now - $0.value.registeredAt < Self.freshness }
                .flatMap { id, worker in
                    worker.tasks.compactMap { task, seen in
                        guard let run = TaskID(task)?.workflow, shards.contains(Shard(of: run)) else { return nil }
                        return HeldTask(worker: id, task: task, seen: seen)
                    }
                }
        }
    }

    /// Takes the tasks of runs in some shards out: they are this server's own now.
    func takeTasks(of shards: ShardSet) -> [HeldTask] {
        let tasks = tasks(of: shards)
        workers.withLock { workers in
            for held in tasks { workers[held.worker]?.tasks[held.task] = nil }
        }
        return tasks
    }
}

extension UInt64 {
    fileprivate mutating func raise(to other: UInt64) { self = Swift.max(self, other) }
}

extension RegistrationID {
    init(_ request: Aether_V1_RegisterRequest) {
        self.init(instance: request.instanceID, number: request.registration)
    }
}
