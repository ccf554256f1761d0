/// Where a client's server is.
enum ServerPlace: Sendable {
    case url(String)
    #if Embedded
        case embedded(EmbeddedServer)
    #endif

    var description: String {
        switch self {
        case .url(let url): url
        #if Embedded
            case .embedded: "in-process"
        #endif
        }
    }

    /// A way to the server.
    ///
    /// - Throws: ``AetherError``: the URL is none, the credentials can't be used, or the embedded server does not run.
    func connect(_ credentials: @autoclosure () -> ServerCredentials) throws(AetherError) -> any ServerCalls {
        switch self {
        case .url(let url): return try ServerConnection(try ServerAddress(url), credentials())
        #if Embedded
            case .embedded(let server): return try server.calls
        #endif
        }
    }
}
