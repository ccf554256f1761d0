internal import Hummingbird

extension Router {
    typealias Snapshot = @Sendable () async throws -> ServerSnapshot

    /// `/healthz`: the process answers. `/readyz`: it takes work, else 503 with the reason.
    func addHealthRoutes(snapshot: @escaping Snapshot) {
        get("/healthz") { _, _ in Response(text: "ok\n") }
        get("/readyz") { _, _ in
            do {
                guard let reason = try await snapshot().notReadyReason else { return Response(text: "ready\n") }
                return Response(text: "not ready: \(reason)\n", status: .serviceUnavailable)
            } catch {
                return Response(text: "not ready: \(error)\n", status: .serviceUnavailable)
            }
        }
    }

    func addMetricsRoute(metrics: @escaping @Sendable () async throws -> PrometheusText) {
        get("/metrics") { _, _ in
            do {
                return Response(text: try await metrics().text, contentType: PrometheusText.contentType)
            } catch {
                return Response(text: "# can't read the state: \(error)\n", status: .internalServerError)
            }
        }
    }
}
