import AetherRuntime
import Foundation

/// Journals for `Entries`.
enum EntrySeeds {
    /// Every kind of entry some times, and journals that were recorded.
    static func all(golden folder: URL) throws -> [[UInt8]] {
        try EntryKind.allCases.map(generated) + recorded(in: folder)
    }

    /// A run that starts, and has some entries of a kind.
    private static func generated(_ kind: EntryKind) -> [UInt8] {
        var values = Generated(seed: UInt64(kind.rawValue))
        let entries = [values.entry(.started), values.entry(.assigned)] + (0..<4).map { _ in values.entry(kind) }
        return encoded(entries.map { $0.encoded() })
    }

    private static func recorded(in folder: URL) throws -> [[UInt8]] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "journal" }.map { file in
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            return encoded(lines.map(bytes))
        }
    }

    private static func bytes(hexadecimal line: Substring) -> [UInt8] {
        let digits = Array(line.utf8)
        return stride(from: 0, to: digits.count, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
        }
    }

    private static func encoded(_ entries: [[UInt8]]) -> [UInt8] {
        entries.flatMap { [UInt8($0.count & 0xff), UInt8($0.count >> 8 & 0xff)] + $0 }
    }
}
