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

    package var rpcErrorMessage: String { message }
    package var rpcErrorMetadata: Metadata { [:] }
    package var rpcErrorCause: (any Error)? { nil }
}
