/// Why the engine did not do what it was asked. Nothing changed.
package struct EngineError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        case notFound
        case alreadyExists
        case invalidArgument
        /// The workflow or task is not in a state that allows it.
        case failedPrecondition
        /// For now it can't be done; the same call may succeed later.
        case unavailable
        /// The workflow is another server's. For who asks, it is as ``unavailable``.
        case elsewhere
        /// A newer call took this one's place.
        case aborted
        /// A limit would be exceeded.
        case resourceExhausted
    }

    package var code: Code
    /// What happened, to which workflow or worker, and what to do.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
