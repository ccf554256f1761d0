internal import GRPCCore

/// The server refused a call, or can't be reached.
public struct AetherError: Error, Sendable, CustomStringConvertible {
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value {
            case notFound, alreadyExists, invalidArgument, failedPrecondition, unavailable, unauthenticated,
                permissionDenied, other
        }
        private let value: Value

        /// No run has this id.
        public static let notFound = Code(value: .notFound)
        /// The id belongs to a run of another type or input.
        public static let alreadyExists = Code(value: .alreadyExists)
        /// The server can't accept what was sent, now or later.
        public static let invalidArgument = Code(value: .invalidArgument)
        /// The run is not in a state that allows it.
        public static let failedPrecondition = Code(value: .failedPrecondition)
        /// The server can't be reached or takes no work now. Trying again may succeed.
        public static let unavailable = Code(value: .unavailable)
        /// The server wants a token, and got none that it knows.
        public static let unauthenticated = Code(value: .unauthenticated)
        /// The token does not allow what was asked for.
        public static let permissionDenied = Code(value: .permissionDenied)
        /// Anything else; see the message.
        public static let other = Code(value: .other)

        public var description: String { "\(value)" }
    }

    public var code: Code
    /// What happened, and what to do.
    public var message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: RPCError) {
        let code: Code =
            switch error.code {
            case .notFound: .notFound
            case .alreadyExists: .alreadyExists
            case .invalidArgument, .resourceExhausted, .outOfRange: .invalidArgument
            case .failedPrecondition: .failedPrecondition
            case .unavailable, .deadlineExceeded: .unavailable
            case .unauthenticated: .unauthenticated
            case .permissionDenied: .permissionDenied
            default: .other
            }
        self.init(code: code, message: error.message)
    }

    public var description: String { message }
}
