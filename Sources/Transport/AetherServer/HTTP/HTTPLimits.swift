/// What the connections of an HTTP port are held to. Pages are small, and so is what asks for them.
package struct HTTPLimits: Sendable, Hashable {
    /// How many connections a port has; further ones are closed at once.
    package var maxConnections = 1_000
    /// How long a connection may take until the first response has been handed to the network, and from there to the next: for the
    /// handshake of TLS, for the request, its body too, for reading the response or each part of one that comes in parts, and for
    /// silence between two.
    package var exchangeTimeout = Duration.seconds(30)
    /// A header field, and all of them together, in bytes; also the path. Above: 400, and the end of the connection.
    package var maxHeaderBytes = 16 * 1024
    /// How many header fields there may be.
    package var maxHeaderFields = 100
    /// A request's body, in bytes. Above: 413 if it says so beforehand, and the end of the connection.
    package var maxBodyBytes = 64 * 1024

    package init() {}
}
