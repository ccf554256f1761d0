internal import AetherProtocol
internal import GRPCCore

/// The trace that a call is part of goes in its message; clients that know of traces, and nothing of Aether, have it in their
/// call's metadata (https://www.w3.org/TR/trace-context/).
private protocol TracedRequest {
    var traceparent: String { get set }
    var tracestate: String { get set }
}

extension TracedRequest {
    fileprivate mutating func take(_ metadata: Metadata) {
        guard traceparent.isEmpty, let parent = metadata.first("traceparent") else { return }
        traceparent = parent
        tracestate = metadata.all("tracestate")
    }
}

extension Aether_V1_StartWorkflowRequest: TracedRequest {
    mutating func takeTrace(of metadata: Metadata) { take(metadata) }
}

extension Aether_V1_SignalRequest: TracedRequest {
    mutating func takeTrace(of metadata: Metadata) { take(metadata) }
}

extension Metadata {
    var hasTrace: Bool { first("traceparent") != nil }

    fileprivate func first(_ key: String) -> String? {
        self[stringValues: key].first { _ in true }
    }

    /// A list may come in parts.
    fileprivate func all(_ key: String) -> String { self[stringValues: key].joined(separator: ",") }
}
