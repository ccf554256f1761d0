package import AetherActors
package import GRPCCore

extension EngineError: RPCErrorConvertible {
    package var rpcErrorCode: RPCError.Code {
        switch code {
        case .notFound: .notFound
        case .alreadyExists: .alreadyExists
        case .invalidArgument: .invalidArgument
        case .failedPrecondition: .failedPrecondition
        case .unavailable, .elsewhere: .unavailable
        case .aborted: .aborted
        case .resourceExhausted: .resourceExhausted
        }
    }

    /// Says that nothing was done, because the workflow is another server's.
    static let elsewhereKey = "aether-elsewhere"

    package var rpcErrorMessage: String { message }
    package var rpcErrorMetadata: Metadata { code == .elsewhere ? [Self.elsewhereKey: "true"] : [:] }
    package var rpcErrorCause: (any Error)? { nil }
}
