public import GRPCCore

/// Says whether a call may be made, before anything of it is read: by its method, which the server may not have, and its
/// metadata. It returns the caller's name, for ``NGHTTP2ServerTransport/cutCalls(of:_:)``; an error it throws is the call's
/// status.
///
/// It is called on the connection's event loop for every call, those of a ``UnaryHandler`` too, so it must be quick.
public typealias CallAuthorizer = @Sendable (MethodDescriptor, Metadata) throws(RPCError) -> String
