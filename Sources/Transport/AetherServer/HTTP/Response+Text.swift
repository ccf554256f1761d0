internal import Hummingbird

extension Response {
    init(
        text: String, status: HTTPResponse.Status = .ok, contentType: String = "text/plain; charset=utf-8"
    ) {
        let headers: HTTPFields = [.contentType: contentType, .cacheControl: "no-store"]
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
