#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// How many files, and so connections, a process may have open.
enum OpenFileLimit {
    /// Raises it as far as this user may. Shells start programs with a low one, for the sake of those that use `select`.
    ///
    /// At the limit no connection can be accepted, and the kernel says so again and again.
    static func raise() {
        var limit = rlimit()
        #if canImport(Darwin)
            let resource = RLIMIT_NOFILE
            // setrlimit(2) of macOS refuses more.
            let maximum = rlim_t(OPEN_MAX)
        #else
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            let maximum = rlim_t.max
        #endif
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, maximum)
        // Without it the server has fewer connections.
        _ = setrlimit(resource, &limit)
    }
}
