internal import CNGHTTP2
internal import GRPCCore
internal import NIOCore

extension HTTP2Connection {
    /// The payload of the PING whose answer says that the peer has seen the first GOAWAY.
    private static let shutdownPing: [UInt8] = Array("shutdown".utf8)
    /// How long that answer may take before it is no longer waited for.
    private static let shutdownPingTimeout = Duration.seconds(5)

    /// Lets the streams there are run to their end, takes no new ones, then closes.
    func beginGracefulShutdown() {
        guard let session, shutdown == .none else { return }
        guard hasHandshake, side == .server else { return finishShutdown() }
        shutdown = .announced
        nghttp2_submit_shutdown_notice(session)
        nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), Self.shutdownPing)
        _ = schedule(after: Self.shutdownPingTimeout) { $0.finishShutdown() }
        send()
    }

    /// A PING was answered. Called from inside nghttp2.
    func pingAnswered(_ payload: UnsafePointer<UInt8>) {
        guard shutdown == .announced,
            UnsafeBufferPointer(start: payload, count: 8).elementsEqual(Self.shutdownPing)
        else { return }
        submitFinalGoAway()
    }

    private func finishShutdown() {
        guard shutdown != .final else { return }
        submitFinalGoAway()
        send()
    }

    private func submitFinalGoAway() {
        guard let session else { return }
        shutdown = .final
        nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
            NGHTTP2_NO_ERROR.rawValue, nil, 0)
    }
}
