public import NIOSSL

/// Gives the TLS context of a new connection, so that certificates can be renewed while a transport runs.
///
/// It is called on the connection's event loop, so it must not block. What it throws ends the connection. The context's
/// `applicationProtocols` are `["h2"]`: a connection whose peers don't agree on that is closed.
public typealias TLSContextProvider = @Sendable () throws -> NIOSSLContext
