internal import CNGHTTP2

/// Makes nghttp2 sessions: the options and the callbacks.
enum HTTP2Session {
    enum Side {
        case server
        case client

        var peer: Self { self == .server ? .client : .server }
    }

    /// A session whose callbacks find `connection` in their user data; nil if memory ran out.
    static func make(
        _ side: Side, configuration: ConnectionConfiguration, connection: UnsafeMutableRawPointer
    ) -> OpaquePointer? {
        var callbacks: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
        defer { nghttp2_session_callbacks_del(callbacks) }
        HTTP2Connection.setCallbacks(callbacks)

        var option: OpaquePointer?
        guard nghttp2_option_new(&option) == 0 else { return nil }
        defer { nghttp2_option_del(option) }
        setOptions(option, side, configuration.floodGuard)

        var session: OpaquePointer?
        let result =
            switch side {
            case .server: nghttp2_session_server_new2(&session, callbacks, connection, option)
            case .client: nghttp2_session_client_new2(&session, callbacks, connection, option)
            }
        return result == 0 ? session : nil
    }

    private static func setOptions(_ option: OpaquePointer?, _ side: Side, _ floodGuard: FloodGuard) {
        // Windows are opened as the application takes messages, not as bytes arrive.
        nghttp2_option_set_no_auto_window_update(option, 1)
        // Closed streams are of use to RFC 7540 priorities only.
        nghttp2_option_set_no_closed_streams(option, 1)
        nghttp2_option_set_max_continuations(option, floodGuard.continuationsPerHeaderBlock)
        nghttp2_option_set_stream_reset_rate_limit(
            option, UInt64(floodGuard.resetBurst), UInt64(floodGuard.resetsPerSecond))
        // Until the server's SETTINGS are here, as many requests go out as it most likely takes.
        if side == .client { nghttp2_option_set_peer_max_concurrent_streams(option, 100) }
    }

    /// Submits the first SETTINGS, and opens the connection's window.
    static func submitSettings(_ session: OpaquePointer, _ side: Side, _ configuration: ConnectionConfiguration) {
        var settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: UInt32(clamping: configuration.streamWindowBytes)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(clamping: configuration.maxHeaderListBytes)),
        ]
        switch side {
        case .server:
            settings.append(
                nghttp2_settings_entry(
                    settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                    value: UInt32(clamping: configuration.maxConcurrentStreams)))
        case .client:
            settings.append(
                nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0))
        }
        nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
        nghttp2_session_set_local_window_size(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(clamping: configuration.connectionWindowBytes))
    }
}
