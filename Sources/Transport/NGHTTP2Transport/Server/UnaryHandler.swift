public import GRPCCore

/// Answers a unary method straight from its bytes.
///
/// GRPCCore's stages cost some ten microseconds and several tasks a call: what a method that is called tens of thousands of
/// times a second would spend most of its time in. Such a method has one task, and no metadata in either direction;
/// interceptors don't see it. Limits and deadlines are as for every other call; a handler whose call is over is not told, and what
/// it returns is dropped. A handler runs on the connection's event loop when its request is short, so it must not block.
public struct UnaryHandler: Sendable {
    /// The method. It is served by a service of the server too, so that the server knows it.
    public let method: MethodDescriptor
    let answer: @Sendable (NGHTTP2MessageBytes) async throws -> NGHTTP2MessageBytes

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - method: The method it answers.
    ///   - answer: Gives the response to a request. An `RPCError` that it throws, or one that can become one, is the call's
    ///     status; any other error is `UNKNOWN`.
    public init(
        _ method: MethodDescriptor,
        answer: @escaping @Sendable (NGHTTP2MessageBytes) async throws -> NGHTTP2MessageBytes
    ) {
        self.method = method
        self.answer = answer
    }
}

extension CallStream {
    /// Reads the request, and writes the response or what it failed with.
    func respond(with handler: UnaryHandler) async {
        let trailers: (Status, Metadata)
        do {
            let response = try await handler.answer(try await onlyMessage())
            try write(metadata: [:])
            try await write(message: response)
            trailers = (Status(code: .ok, message: ""), [:])
        } catch {
            let error =
                (error as? RPCError) ?? (error as? any RPCErrorConvertible).map { RPCError($0) }
                ?? RPCError(
                    code: error is CancellationError ? .cancelled : .unknown, message: "The call failed.", cause: error)
            trailers = (Status(code: Status.Code(error.code), message: error.message), error.metadata)
        }
        // A stream that is over by now needs no end.
        try? finishWriting(trailers: trailers)
    }

    private func onlyMessage() async throws -> NGHTTP2MessageBytes {
        var message: NGHTTP2MessageBytes?
        while let part = try await next() {
            guard case .message(let bytes) = part else { continue }
            if message != nil {
                throw RPCError(code: .unimplemented, message: "The call has more than one request; it takes one.")
            }
            message = bytes
        }
        guard let message else { throw RPCError(code: .unimplemented, message: "The call has no request.") }
        return message
    }
}
