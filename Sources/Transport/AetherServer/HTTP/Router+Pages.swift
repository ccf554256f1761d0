internal import Hummingbird

extension Router {
    /// `/healthz`: the process answers. `/readyz`: it takes work, else 503 with the reason.
    ///
    /// - Parameter notReadyReason: why it takes none; no database is to be asked for that while it is away.
    func addHealthRoutes(notReadyReason: @escaping @Sendable () async throws -> String?) {
        get("/healthz") { _, _ in Response(text: "ok\n") }
        get("/readyz") { _, _ in
            do {
                guard let reason = try await notReadyReason() else { return Response(text: "ready\n") }
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
