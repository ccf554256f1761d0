/// Why a transport can't do what it was asked to, apart from what happens to a single RPC.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Wrapped: String { case addressInUse, bindFailed, invalidState, badTLSFile }
        private let wrapped: Wrapped

        private init(_ wrapped: Wrapped) { self.wrapped = wrapped }

        /// Another process, or another server of this one, has the address.
        public static var addressInUse: Self { Self(.addressInUse) }
        /// The address can't be listened on for another reason: no such host, no permission, path too long.
        public static var bindFailed: Self { Self(.bindFailed) }
        /// The transport was already started, or was shut down.
        public static var invalidState: Self { Self(.invalidState) }

        /// A certificate or key can't be used.
        public static var badTLSFile: Self { Self(.badTLSFile) }

        /// The code's name.
        public var description: String { wrapped.rawValue }
    }

    /// What went wrong.
    public var code: Code
    /// What happened, to which address, and what to do.
    public var message: String
    /// The error underneath, if there is one.
    public var cause: (any Error)?

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: What went wrong.
    ///   - message: What happened, to which address, and what to do.
    ///   - cause: The error underneath.
    public init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, and the cause if there is one.
    public var description: String {
        if let cause { "\(message) (\(cause))" } else { message }
    }
}
