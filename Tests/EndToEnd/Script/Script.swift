/// A workflow as a value: what the tests have the worker process do.
package struct Script: Codable, Sendable {
    /// Where its steps and activities write what they do, one line each.
    package var path: String
    package var operations: [Operation]

    package init(_ path: String, _ operations: [Operation]) {
        self.path = path
        self.operations = operations
    }

    /// One thing that a script does. Each adds to the script's result what came of it, as text.
    package indirect enum Operation: Codable, Sendable {
        /// A step that writes its name. Its first attempts fail, as many as `failures` says.
        case step(String, failures: Int = 0, attempts: Int = 1, isRetryable: Bool = true)
        /// So many steps that do nothing, one after the other or a hundred at a time.
        case steps(Int, isSequential: Bool = false)
        /// A step that tells the test, and goes on when the test opens the gate of this name.
        case gate(String)
        /// A step that writes its name and never ends by itself, but for its time limit.
        case hang(String, timeoutMilliseconds: Int? = nil, attempts: Int = 1)
        case sleep(milliseconds: Int)
        case signal(String, timeoutMilliseconds: Int? = nil)
        case child(String, [Operation], policy: Policy = .cancel)
        case startChild(String, [Operation], policy: Policy = .cancel)
        case activity(Behaviour, Limits = Limits(), cancellation: Cancellation = .try)
        case parallel([[Operation]])
        case settled([[Operation]])
        case race([[Operation]])
        case set(String, String)
        /// Adds what is random, and the time.
        case derived
        /// Has a step of this name run when the workflow fails or is cancelled.
        case compensate(String)
        /// Goes on when what is inside fails; adds the error to the result.
        case rescue([Operation])
        case fail(String)
        /// Goes on as a new run that does what is inside.
        case continueAsNew([Operation])
        /// Does what is inside when the run follows at least this version of the change.
        case version(String, Int, [Operation])
        /// What is inside was added to the code.
        case added(String, [Operation])

        package enum Policy: String, Codable, Sendable { case cancel, abandon, wait }
        package enum Cancellation: String, Codable, Sendable { case `try`, wait, abandon }

        /// What an activity does at each attempt.
        package enum Behaviour: Codable, Sendable {
            case succeed
            /// Fails at the first attempts.
            case fail(times: Int, isRetryable: Bool = true)
            /// The first attempt goes on, with or without heartbeats, until the test opens the gate of this name, or it is
            /// cancelled.
            case gate(String, heartbeats: Bool)
        }

        package struct Limits: Codable, Sendable {
            package var attempts: Int
            package var timeoutMilliseconds: Int?
            package var heartbeatMilliseconds: Int?

            package init(attempts: Int = 3, timeoutMilliseconds: Int? = nil, heartbeatMilliseconds: Int? = nil) {
                self.attempts = attempts
                self.timeoutMilliseconds = timeoutMilliseconds
                self.heartbeatMilliseconds = heartbeatMilliseconds
            }
        }
    }
}
