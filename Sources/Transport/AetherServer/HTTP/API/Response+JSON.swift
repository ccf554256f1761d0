internal import AetherJSON
internal import Hummingbird

extension Response {
    init(json: JSONValue, status: HTTPResponse.Status = .ok) {
        self.init(text: json.text + "\n", status: status, contentType: Self.jsonType)
    }

    static let jsonType = "application/json; charset=utf-8"
}
