#if Embedded
    internal import Logging

    extension Logger {
        /// For a server within a client's process: there an operator's news, which the default level shows, are in the way.
        var ofEmbeddedServer: Logger {
            var logger = self
            if logger.logLevel == .info { logger.logLevel = .notice }
            return logger
        }
    }
#endif
