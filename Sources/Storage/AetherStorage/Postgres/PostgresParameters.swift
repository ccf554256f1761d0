internal import AetherRuntime

/// The values of a statement's parameters in PostgreSQL's binary formats, one behind the other in one buffer.
///
/// Arrays are `ndim, has nulls, element type, length, lower bound` and then each element behind its length, all big-endian, as
/// `array_recv` reads them (src/backend/utils/adt/arrayfuncs.c).
struct PostgresParameters {
    /// A type by its number, which never changes (src/include/catalog/pg_type.dat).
    private enum Kind: UInt32 {
        case boolean = 16
        case bytes = 17
        case integer = 20
        case small = 21
        case text = 25

        var array: UInt32 {
            switch self {
            case .boolean: 1000
            case .bytes: 1001
            case .small: 1005
            case .text: 1009
            case .integer: 1016
            }
        }
    }

    /// Never empty, so that an empty value has an address too: without one it would be NULL.
    private var buffer: [UInt8] = [0]
    private var types: [UInt32] = []
    private var offsets: [Int] = []
    private var lengths: [Int32] = []

    mutating func add(_ value: Int64) {
        begin(Kind.integer.rawValue)
        append(value)
        end()
    }

    mutating func add(_ shard: Shard) {
        begin(Kind.small.rawValue)
        append(shard.number)
        end()
    }

    mutating func add(_ text: String) {
        begin(Kind.text.rawValue)
        buffer.append(contentsOf: text.utf8)
        end()
    }

    mutating func add(bytes: [UInt8]) {
        begin(Kind.bytes.rawValue)
        buffer.append(contentsOf: bytes)
        end()
    }

    mutating func add<Values: Collection>(_ values: Values) where Values.Element == Int64 {
        array(values, of: .integer) { $0.element($1) }
    }

    mutating func add<Values: Collection>(_ values: Values) where Values.Element == Int64? {
        array(values, of: .integer, hasNulls: true) { parameters, value in
            if let value { parameters.element(value) } else { parameters.append(-1 as Int32) }
        }
    }

    mutating func add<Values: Collection>(_ values: Values) where Values.Element == Shard {
        array(values, of: .small) { $0.element($1.number) }
    }

    /// Small integers, which PostgreSQL's smallest type has two bytes for.
    mutating func add<Values: Collection>(_ values: Values) where Values.Element == UInt8 {
        array(values, of: .small) { $0.element(Int16($1)) }
    }

    mutating func add<Values: Collection>(_ values: Values) where Values.Element == Bool {
        array(values, of: .boolean) { $0.element($1 ? 1 : 0 as UInt8) }
    }

    mutating func add<Values: Collection>(_ values: Values) where Values.Element == String {
        array(values, of: .text) { $0.element($1.utf8) }
    }

    mutating func add<Values: Collection>(_ values: Values) where Values.Element == [UInt8] {
        array(values, of: .bytes) { $0.element($1) }
    }

    /// What libpq's calls want: the number of values, their types, addresses, lengths and formats.
    func withPointers<Result>(
        _ body: (
            Int32, UnsafePointer<UInt32>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
            UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        // The addresses are used only within the call of `body`.
        buffer.withUnsafeBytes { bytes in
            let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let addresses = offsets.map { base?.advanced(by: $0) }
            let formats = [Int32](repeating: 1, count: offsets.count)
            return body(Int32(offsets.count), types, addresses, lengths, formats)
        }
    }

    private mutating func begin(_ type: UInt32) {
        types.append(type)
        offsets.append(buffer.count)
    }

    private mutating func end() {
        guard let begin = offsets.last else { return }
        lengths.append(Int32(buffer.count - begin))
    }

    private mutating func array<Values: Collection>(
        _ values: Values, of kind: Kind, hasNulls: Bool = false, _ write: (inout Self, Values.Element) -> Void
    ) {
        begin(kind.array)
        append((values.isEmpty ? 0 : 1) as Int32)
        append((hasNulls ? 1 : 0) as Int32)
        append(kind.rawValue)
        if !values.isEmpty {
            append(Int32(values.count))
            append(1 as Int32)
            for value in values { write(&self, value) }
        }
        end()
    }

    private mutating func element(_ value: some FixedWidthInteger) {
        append(Int32(value.bitWidth / 8))
        append(value)
    }

    private mutating func element(_ bytes: some Collection<UInt8>) {
        append(Int32(bytes.count))
        buffer.append(contentsOf: bytes)
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { buffer.append(contentsOf: $0) }
    }
}
