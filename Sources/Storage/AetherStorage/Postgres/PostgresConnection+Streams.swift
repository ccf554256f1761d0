internal import CPostgres

/// What is too much to be in memory at once. None of it is possible in pipeline mode, which is left for so long.
///
/// After a failure the connection is closed: what was begun, also the transaction around it, is undone by the server.
extension PostgresConnection {
    /// Adds rows to a table with `COPY … FROM STDIN WITH (FORMAT binary)`.
    ///
    /// - Parameters:
    ///   - sql: the statement.
    ///   - body: hands in the rows, in ``CopyRows``. What is handed in is on its way when the call returns; that the server
    ///     refused some of it shows at the end.
    /// - Throws: ``PostgresFailure``, or what `body` throws.
    func copy(
        _ sql: SQLText, _ body: (_ send: (inout CopyRows) throws(PostgresFailure) -> Void) throws -> Void
    ) throws {
        try outsideOfPipeline {
            try check(pq_send_query(handle, sql.text, 0, nil, nil, nil, nil))
            try expect(PQ_STATE_COPY)
            var first = CopyRows.beginning
            try send(&first)
            try body(send)
            var last = CopyRows.end
            try send(&last)
            try check(pq_put_end(handle) == 1 ? 1 : 0)
            try expect(PQ_STATE_DONE)
            try expectEnd()
        }
    }

    /// Runs a statement and hands its rows on as they come, each as the only one of its ``PostgresRows``.
    ///
    /// - Throws: ``PostgresFailure``, or what `body` throws.
    func stream(_ command: PostgresCommand, _ body: (PostgresRows) throws -> Void) throws {
        try outsideOfPipeline {
            try check(command.parameters.withPointers { pq_send_query(handle, command.sql.text, $0, $1, $2, $3, $4) })
            try check(pq_stream_rows(handle))
            while let result = try next() {
                switch Int(pq_status(result)) {
                case PQ_STATE_ROW: try body(PostgresRows(result))
                // Behind the last row.
                case PQ_STATE_ROWS: pq_clear(result)
                default: throw refusal(result)
                }
            }
        }
    }

    private func outsideOfPipeline(_ body: () throws -> Void) throws {
        guard isOpen else { throw PostgresFailure.lost("the connection is closed") }
        do {
            try check(pq_exit_pipeline(handle))
            try body()
            try check(pq_enter_pipeline(handle))
        } catch {
            isOpen = false
            throw error
        }
    }

    private func send(_ rows: inout CopyRows) throws(PostgresFailure) {
        let bytes = rows.takeBytes()
        guard !bytes.isEmpty else { return }
        while true {
            let taken = bytes.withUnsafeBytes { buffer in
                buffer.withMemoryRebound(to: CChar.self) { characters in
                    characters.baseAddress.map { pq_put(handle, $0, Int32(characters.count)) } ?? -1
                }
            }
            if taken == 1 { break }
            guard taken == 0 else { throw lost() }
            try waitToWrite()
        }
        while true {
            let unsent = pq_flush(handle)
            guard unsent >= 0 else { throw lost() }
            if unsent == 0 { return }
            try waitToWrite()
        }
    }

    /// The server may have to say something before it takes more.
    private func waitToWrite() throws(PostgresFailure) {
        try wait(writing: true)
        guard pq_consume(handle) == 1 else { throw lost() }
    }

    private func expect(_ state: Int) throws(PostgresFailure) {
        guard let result = try next() else { throw .lost("the server's answer is incomplete") }
        guard Int(pq_status(result)) == state else { throw refusal(result) }
        pq_clear(result)
    }

    private func expectEnd() throws(PostgresFailure) {
        if let result = try next() { throw refusal(result) }
    }

    private func refusal(_ result: OpaquePointer) -> PostgresFailure {
        defer { pq_clear(result) }
        return failure(result)
    }
}
