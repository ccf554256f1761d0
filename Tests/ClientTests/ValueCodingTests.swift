import Foundation
import Testing

@testable import Aether

@Suite("Values")
struct ValueCodingTests {
    struct Sample: Codable, Sendable, Equatable {
        var zulu = "a/b"
        var alpha = 1
        var day = Date(timeIntervalSince1970: 0)
        var data = Data([1, 2, 255])
    }

    @Test("are encoded canonically: sorted keys, no spaces, no escaped slash, ISO 8601, base64")
    func canonical() throws {
        let bytes = try ValueCoding.encode(Sample())
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"alpha":1,"data":"AQL/","day":"1970-01-01T00:00:00Z","zulu":"a/b"}"#)
        #expect(try ValueCoding.decode(Sample.self, from: bytes) == Sample())
    }

    @Test("that are nothing are null, and empty bytes read as null")
    func nothing() throws {
        #expect(try ValueCoding.encode(NoValue()) == Array("null".utf8))
        _ = try ValueCoding.decode(NoValue.self, from: [])
        #expect(try ValueCoding.decode(Int?.self, from: []) == nil)
        #expect(throws: (any Error).self) { try ValueCoding.decode(Int.self, from: []) }
    }

    @Test(
        "of a server's address",
        arguments: [
            ("http://localhost:7233", "localhost", 7233), ("http://127.0.0.1", "127.0.0.1", 7233),
            ("http://[::1]:80/", "::1", 80), ("https://example.org", "example.org", 7233),
        ])
    func addresses(text: String, host: String, port: Int) throws {
        let address = try ServerAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.isSecure == text.hasPrefix("https"))
    }

    @Test("that are no address", arguments: ["localhost:7233", "", "ftp://localhost", "http://", "http://a/b"])
    func wrongAddresses(text: String) {
        let error = #expect(throws: AetherError.self) { try ServerAddress(text) }
        #expect(error?.code == .invalidArgument)
    }

    @Test("dates are read as other languages write them, with parts of a second or without")
    func dates() throws {
        func read(_ text: String) throws -> Double {
            try ValueCoding.decode(Date.self, from: Array("\"\(text)\"".utf8)).timeIntervalSince1970
        }
        #expect(try read("1970-01-01T00:00:01Z") == 1)
        #expect(abs(try read("1970-01-01T00:00:01.250Z") - 1.25) < 0.0005)
        for text in ["", "yesterday", "1970-01-01"] { #expect(throws: DecodingError.self) { try read(text) } }
    }
}
