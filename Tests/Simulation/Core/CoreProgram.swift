import AetherRuntime

/// What a run of the core's simulation does: stages one after the other, each of operations that go on at once. It follows from
/// the run's input, so that every worker and every replay makes the same of it.
struct CoreProgram {
    struct Operation {
        var key: OperationKey
        var kind: Kind
    }

    enum Kind {
        case step
        case remote(WorkerRecord)
        /// What has its outcome in the record itself.
        case note(WorkerRecord)
    }

    struct Stage {
        var operations: [Operation]
        /// Whether the first outcome is enough, and the others are cancelled.
        var isRace: Bool
    }

    enum Ending {
        case returned
        case failed
        case renewed(input: [UInt8])
    }

    var stages: [Stage] = []
    var ending = Ending.returned
    let undo = OperationKey(rawValue: "step:undo#1")

    /// What the input says: a seed, how many stages, how deep children may go, how often it may continue as new, and whether a client
    /// sends it signals.
    struct Input {
        var seed: UInt64
        var stages: Int
        var depth: Int
        var renewals: Int
        var hasClient: Bool

        var bytes: [UInt8] {
            [UInt8(stages), UInt8(depth), UInt8(renewals), hasClient ? 1 : 0]
                + (0..<8).map { UInt8(truncatingIfNeeded: seed >> (8 * $0)) }
        }

        init(seed: UInt64, stages: Int, depth: Int, renewals: Int, hasClient: Bool) {
            (self.seed, self.stages, self.depth) = (seed, stages, depth)
            (self.renewals, self.hasClient) = (renewals, hasClient)
        }

        init(_ bytes: [UInt8]) {
            self.init(
                seed: bytes[4...].reversed().reduce(0) { $0 << 8 | UInt64($1) }, stages: Int(bytes[0]),
                depth: Int(bytes[1]),
                renewals: Int(bytes[2]), hasClient: bytes[3] == 1)
        }
    }

    init(_ id: WorkflowID, _ start: WorkflowStart) {
        let input = Input(start.input)
        var random = SplitMix64(seed: input.seed)
        let generation = start.continuation?.count ?? 0
        for number in 0..<input.stages {
            let isRace = random.next() % 4 == 0
            let count = isRace ? 2 : [1, 1, 2, 3][Int(random.next() % 4)]
            let operations = (0..<count).map { index in
                Self.operation(random.next(), "\(number).\(index)", input, "\(id)/\(generation).\(number).\(index)")
            }
            stages.append(Stage(operations: operations, isRace: isRace))
        }
        if input.renewals > 0, random.next() % 2 == 0 {
            var next = input
            (next.seed, next.renewals) = (random.next(), input.renewals - 1)
            ending = .renewed(input: next.bytes)
        } else if random.next() % 8 == 0 {
            ending = .failed
        }
    }

    private static func operation(_ seed: UInt64, _ name: String, _ input: Input, _ child: String) -> Operation {
        let choice = (seed >> 8) % 1_000
        func key(_ kind: String) -> OperationKey { OperationKey(rawValue: "\(kind):\(name)#1") }
        switch seed % 12 {
        case 0, 1:
            let key = key("sleep")
            return Operation(key: key, kind: .remote(.startTimer(key: key, .after(milliseconds: Int64(choice * 2)))))
        case 2:
            let key = key("sleep")
            return Operation(
                key: key, kind: .remote(.startTimer(key: key, .after(milliseconds: 5_000 + Int64(choice)))))
        case 3, 4:
            let key = key("activity")
            return Operation(key: key, kind: .remote(.scheduleActivity(key: key, activity(choice))))
        case 5 where input.depth > 0:
            let key = key("child")
            let inner = Input(
                seed: seed, stages: 1 + Int(choice % 2), depth: input.depth - 1, renewals: 0, hasClient: false)
            let start = ChildStart(
                id: WorkflowID(rawValue: child), type: CoreWorld.type(choice), input: inner.bytes,
                closePolicy: choice % 4 == 0 ? .abandon : .cancel)
            return Operation(key: key, kind: .remote(.startChild(key: key, start)))
        case 6:
            let key = key("signal")
            let timeout: Int64? = input.hasClient && choice % 2 == 0 ? nil : 2_000
            return Operation(key: key, kind: .remote(.awaitSignal(key: key, name: "go", timeoutMilliseconds: timeout)))
        case 7:
            let key = key("value")
            return Operation(key: key, kind: .note(.setValue(key: key, name: "progress", value: Array(name.utf8))))
        case 8:
            let key = key("version")
            return Operation(key: key, kind: .note(.setVersion(key: key, change: name, version: 1)))
        default:
            return Operation(key: key("step"), kind: .step)
        }
    }

    private static func activity(_ choice: UInt64) -> ActivitySpec {
        ActivitySpec(
            name: "work", input: [], retry: CoreWorld.retry, startToCloseMilliseconds: 3_000,
            scheduleToCloseMilliseconds: choice % 3 == 0 ? 8_000 : 0,
            heartbeatMilliseconds: choice % 2 == 0 ? 1_500 : 0,
            cancellation: ActivityCancellation.allCases[Int(choice % 3)])
    }
}
