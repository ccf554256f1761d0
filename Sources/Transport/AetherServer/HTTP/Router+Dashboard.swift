internal import CDashboard
internal import Hummingbird
internal import NIOCore

/// The dashboard: what Sources/Dashboard was built to, which is in the program.
extension Router {
    /// What the dashboard shows under addresses of its own; it finds out itself what is wanted.
    static var dashboardPages: [RouterPath] { ["/workflows", "/workflows/{id}", "/workers", "/metrics", "/open"] }

    /// Serves the dashboard's files, and its page under each of its addresses; `/` is the text page for who does not ask for HTML.
    func addDashboard(textPage: @escaping @Sendable () async -> Response) {
        for asset in DashboardAsset.all where !asset.isPage {
            get(RouterPath("/\(asset.path)")) { request, _ in asset.response(to: request) }
        }
        guard let page = DashboardAsset.all.first(where: \.isPage) else { return }
        for path in Self.dashboardPages {
            get(path) { request, _ in page.response(to: request) }
        }
        // Who mistypes an address in a browser gets a page that helps on.
        get("/**") { request, _ in
            guard Self.wantsHTML(request), !request.uri.path.hasPrefix("/api/") else { throw HTTPError(.notFound) }
            var response = page.response(to: request)
            response.status = .notFound
            return response
        }
        get("/") { request, _ in
            var response = Self.wantsHTML(request) ? page.response(to: request) : await textPage()
            response.headers[.vary] = "Accept"
            return response
        }
    }

    private static func wantsHTML(_ request: Request) -> Bool {
        request.headers[.accept]?.contains("text/html") == true
    }
}

/// A file of the dashboard.
struct DashboardAsset: Sendable {
    let path: String
    private let contentType: String
    /// Changes with the content.
    private let tag: String
    private let isCompressed: Bool
    private let bytes: ByteBuffer

    static let all: [DashboardAsset] = (0..<aether_dashboard_asset_count()).map { index in
        let asset = aether_dashboard_asset_at(index)
        return DashboardAsset(
            path: String(cString: asset.path), contentType: String(cString: asset.content_type),
            tag: "\"\(String(cString: asset.etag))\"", isCompressed: asset.is_gzipped,
            bytes: ByteBuffer(bytes: UnsafeBufferPointer(start: asset.bytes, count: asset.length)))
    }

    var isPage: Bool { path == "index.html" }

    /// The file, or that the one the browser has is still the same.
    func response(to request: Request) -> Response {
        var headers: HTTPFields = [.contentType: contentType, .eTag: tag, .cacheControl: "no-cache"]
        if request.headers[.ifNoneMatch]?.contains(tag) == true {
            return Response(status: .notModified, headers: headers)
        }
        if isCompressed { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: bytes))
    }
}
