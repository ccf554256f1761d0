extension String {
    /// The text that bytes are in UTF-8; `nil` for bytes that are none.
    ///
    /// `init(validating:as:)` says the same of bytes of any kind, by generic code that is not specialized for these.
    init?(utf8 bytes: UnsafeRawBufferPointer) {
        self.init(decoding: bytes, as: UTF8.self)
        // What isn't UTF-8 stands replaced in it.
        guard withUTF8({ $0.elementsEqual(bytes) }) else { return nil }
    }
}
