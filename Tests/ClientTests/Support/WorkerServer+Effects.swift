import AetherProtocol
import AetherRuntime
import Foundation
import SwiftProtobuf

extension WorkerServer.State {
    private static let worker = WorkerIdentity(id: "w", isPlain: false)

    /// Lets something happen to a run, and does what follows.
    mutating func handle(
        _ id: String, _ event: (inout WorkflowExecution, Timestamp) throws -> Decision
    ) throws {
        time += 10
        guard var run = runs[id] else { return }
        let decision = try event(&run.execution, Timestamp(millisecondsSinceEpoch: time))
        run.journal = (decision.beginsAnew ? [] : run.journal) + decision.entries
        if !decision.entries.isEmpty { run.waitingAt = nil }
        runs[id] = run
        perform(decision.effects, id)
    }

    mutating func perform(_ effects: [Effect], _ id: String) {
        for effect in effects {
            switch effect {
            case .schedule:
                try? handle(id) { try $0.handle(.assign(Self.worker), at: $1) }
            case .dispatch(let lease):
                guard let run = runs[id] else { continue }
                runs[id]?.assignments = Int(lease.epoch)
                send?(
                    .with {
                        $0.taskID = TaskID(workflow: WorkflowID(rawValue: id), epoch: lease.epoch).description
                        $0.workflowID = id
                        $0.workflowType = run.execution.start.type
                        $0.resourceType = .workflow
                        $0.input = Data(run.execution.start.input)
                        $0.journal = run.journal.map { Aether_V1_JournalEntry($0) }
                    })
            case .push(let lease, let entry):
                push([entry], id, lease.epoch)
            case .revoke(let lease):
                revoke(TaskID(workflow: WorkflowID(rawValue: id), epoch: lease.epoch))
            case .scheduleActivity(let key, _):
                try? handle(id) { try $0.handle(.assignActivity(key, worker: "w"), at: $1) }
            case .dispatchActivity(let lease, let activity):
                dispatch(lease, activity, id)
            case .revokeActivity(let lease):
                revoke(TaskID(workflow: WorkflowID(rawValue: id), activity: lease.key, epoch: UInt64(lease.attempt)))
            case .wake(let time):
                self.time = max(self.time, time.rawValue)
                try? handle(id) { try $0.handle(.wake, at: $1) }
            case .scheduleAnew, .free, .rest, .passivate, .publish, .tellParent, .startChild, .cancelChild,
                .terminateChild,
                .freeActivity:
                break
            }
        }
    }

    private func dispatch(_ lease: ActivityLease, _ activity: ActivityProgress, _ id: String) {
        let task = TaskID(workflow: WorkflowID(rawValue: id), activity: lease.key, epoch: UInt64(lease.attempt))
        send?(
            .with {
                $0.taskID = task.description
                $0.workflowID = id
                $0.targetResource = activity.spec.name
                $0.resourceType = .activity
                $0.input = Data(activity.spec.input)
                $0.attempt = UInt64(lease.attempt)
                $0.heartbeatDetails = Data(activity.details)
                $0.activity = Aether_V1_ActivityOptions(activity.spec)
                $0.idempotencyKey = "\(id)/\(lease.key)"
            })
    }

    private func push(_ entries: [JournalEntry], _ id: String, _ epoch: UInt64) {
        guard !entries.isEmpty else { return }
        send?(
            .with {
                $0.kind = .push
                $0.taskID = TaskID(workflow: WorkflowID(rawValue: id), epoch: epoch).description
                $0.workflowID = id
                $0.journal = entries.map { Aether_V1_JournalEntry($0) }
            })
    }

    private func revoke(_ task: TaskID) {
        send?(
            .with {
                $0.kind = .revoke
                $0.taskID = task.description
                $0.workflowID = task.workflow.rawValue
            })
    }

    /// Tells a worker that came back what is behind the last entry it knows.
    func pushAgain(_ task: String, after sequence: UInt64) {
        guard let task = TaskID(task), task.activity == nil, let run = runs[task.workflow.rawValue] else { return }
        push(run.journal.filter { $0.sequence > sequence }, task.workflow.rawValue, task.epoch)
    }

    mutating func advance(_ report: RunReport) -> RunAcknowledgement {
        guard let task = TaskID(report.task) else { return .applied([]) }
        if report.givesBack, report.firstRecord == 0 {
            disowned.append(report.task)
            late -= 1
            return late >= 0 ? .later("it changes servers") : .applied([])
        }
        let id = task.workflow.rawValue
        do {
            var places: [RecordPlace] = []
            try handle(id) { execution, now in
                let decision = try execution.handle(
                    .advance(epoch: task.epoch, firstRecord: report.firstRecord, records: report.records), at: now)
                places = decision.acknowledged
                return decision
            }
            if let blockage = report.blockage {
                givenBack.append(id)
                try handle(id) { try $0.handle(.block(epoch: task.epoch, blockage), at: $1) }
            } else if report.givesBack {
                givenBack.append(id)
                try handle(id) { execution, now in
                    try report.waitingAt.map { try execution.handle(.evict(epoch: task.epoch, seen: $0), at: now) }
                        ?? execution.handle(.loseLease(epoch: task.epoch, .returned), at: now)
                }
            } else if let waitingAt = report.waitingAt {
                runs[id]?.waitingAt = waitingAt
            }
            return .applied(places)
        } catch {
            return .stale("\(error)")
        }
    }
}
