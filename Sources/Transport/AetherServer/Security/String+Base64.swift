internal import Foundation

extension String {
    /// The text that was encoded; `nil` when it is none.
    init?(base64 encoded: some StringProtocol) {
        guard let data = Data(base64Encoded: String(encoded)) else { return nil }
        self.init(data: data, encoding: .utf8)
    }
}
