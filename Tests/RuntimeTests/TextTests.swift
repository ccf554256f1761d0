import Testing

@testable import AetherRuntime

@Suite("Texts")
struct TextTests {
    @Test("bytes are the text that the standard library reads from them, or none where it reads none")
    func sameAsTheStandardLibrary() {
        var random = SplitMix64(seed: 1)
        // Whole characters of one to four bytes, the beginnings and the rests of such, and what begins none.
        let pieces: [[UInt8]] = [
            Array("a".utf8), Array("é".utf8), Array("→".utf8), Array("👷".utf8), Array("e\u{301}".utf8), [0], [0x80],
            [0xc0, 0x80], [0xe2, 0x86], [0xed, 0xa0, 0x80], [0xef, 0xbf, 0xbd], [0xf0, 0x9f, 0x91], [0xf5], [0xff],
        ]
        var (valid, wrong) = (0, [[UInt8]]())
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...8, using: &random)).flatMap { _ in
                // Most of them are a text.
                pieces[Int.random(in: 0..<(Bool.random(using: &random) ? 5 : pieces.count), using: &random)]
            }
            let text = bytes.withUnsafeBytes { String(utf8: $0) }
            let expected = String(validating: bytes, as: UTF8.self)
            if text.map({ Array($0.utf8) }) != expected.map({ Array($0.utf8) }) { wrong.append(bytes) }
            if text != nil { valid += 1 }
        }
        #expect(wrong.isEmpty, "the first of \(wrong.count): \(wrong.first ?? [])")
        #expect(valid > 1_000 && valid < 19_000)
    }
}
