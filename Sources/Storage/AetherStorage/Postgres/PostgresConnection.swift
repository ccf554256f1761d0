internal import CPostgres
internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// One connection in pipeline mode, with the statements prepared on it. Belongs to one thread at a time, which it blocks.
///
/// Commands that are run together are sent in one go and answered in one go
/// (https://www.postgresql.org/docs/current/libpq-pipeline-mode.html). libpq does not block by itself: this waits for the
/// socket, and no longer than a limit, so that a server which has vanished without a word does not hold the thread for ever.
final class PostgresConnection {
    private enum Answer {
        case prepared(SQLText, name: String)
        case rows
    }

    let handle: OpaquePointer
    private let answerTimeoutMilliseconds: Int32
    private var names: [SQLText: String] = [:]
    private var nextName = 0
    var isOpen = true

    /// Connects, within the target's `connect_timeout` for each host.
    ///
    /// - Throws: ``PostgresFailure/Kind/lost``.
    init(_ target: PostgresTarget, answerTimeout: Duration) throws(PostgresFailure) {
        let handle = Self.withStrings(target.parameters.map(\.keyword)) { keywords in
            Self.withStrings(target.parameters.map(\.value)) { values in pq_connect(keywords, values) }
        }
        guard let handle else { throw .lost("there is no memory left") }
        guard pq_is_connected(handle) else {
            let message = Self.message(of: handle)
            pq_finish(handle)
            throw .lost(message)
        }
        self.handle = handle
        answerTimeoutMilliseconds = Int32(clamping: answerTimeout.components.seconds * 1_000)
    }

    deinit {
        pq_finish(handle)
    }

    /// Whether the server has not ended the connection, as far as this side has heard. Asked before something is sent whose
    /// outcome would not be known otherwise.
    func isAlive() -> Bool {
        var descriptor = pollfd(fd: pq_socket(handle), events: Int16(POLLIN), revents: 0)
        // What an idle connection has to say is a notice, or its end behind a reason.
        while isOpen, poll(&descriptor, 1, 0) > 0 {
            if pq_consume(handle) == 0 || !pq_is_connected(handle) { isOpen = false }
        }
        return isOpen
    }

    /// Runs commands, in order, in one round trip. The first that fails keeps those behind it from being run.
    ///
    /// - Returns: what each returned.
    /// - Throws: what the first failed with. Statements in no transaction of their own are one transaction, and undone.
    @discardableResult
    func run(_ commands: [PostgresCommand]) throws(PostgresFailure) -> [PostgresRows] {
        guard isOpen else { throw .lost("the connection is closed") }
        do {
            let answers = try send(commands)
            return try receive(answers)
        } catch {
            if error.isLost { isOpen = false }
            throw error
        }
    }

    private func send(_ commands: [PostgresCommand]) throws(PostgresFailure) -> [Answer] {
        var answers: [Answer] = []
        var fresh: [SQLText: String] = [:]
        for command in commands {
            guard command.isPrepared else {
                let sent = command.parameters.withPointers {
                    pq_send_query(handle, command.sql.text, $0, $1, $2, $3, $4)
                }
                try check(sent)
                answers.append(.rows)
                continue
            }
            let name: String
            if let known = names[command.sql] ?? fresh[command.sql] {
                name = known
            } else {
                // A name is not used again: the statement may be there although its answer did not come.
                name = "aether_\(nextName)"
                nextName += 1
                fresh[command.sql] = name
                try check(
                    command.parameters.withPointers { count, types, _, _, _ in
                        pq_send_prepare(handle, name, command.sql.text, count, types)
                    })
                answers.append(.prepared(command.sql, name: name))
            }
            try check(command.parameters.withPointers { pq_send_prepared(handle, name, $0, $2, $3, $4) })
            answers.append(.rows)
        }
        try check(pq_sync(handle))
        return answers
    }

    private func receive(_ answers: [Answer]) throws(PostgresFailure) -> [PostgresRows] {
        var rows: [PostgresRows] = []
        rows.reserveCapacity(answers.count)
        var failure: PostgresFailure?
        for answer in answers {
            while let result = try next() {
                switch Int(pq_status(result)) {
                case PQ_STATE_DONE, PQ_STATE_ROWS:
                    switch answer {
                    case .prepared(let sql, let name):
                        names[sql] = name
                        pq_clear(result)
                    case .rows: rows.append(PostgresRows(result))
                    }
                case PQ_STATE_SKIPPED:
                    pq_clear(result)
                default:
                    if failure == nil { failure = self.failure(result) }
                    pq_clear(result)
                    if let failure, failure.isLost { throw failure }
                }
            }
        }
        guard let end = try next() else { throw .lost("the server's answer has no end") }
        let isEnd = Int(pq_status(end)) == PQ_STATE_SYNC
        if !isEnd, failure == nil { failure = self.failure(end) }
        pq_clear(end)
        guard isEnd else { throw .lost(failure?.message ?? "the server's answer is out of order") }
        if let failure { throw failure }
        guard rows.count == answers.count(where: { if case .rows = $0 { true } else { false } }) else {
            throw .lost("the server's answer is incomplete")
        }
        return rows
    }

    /// The next result; `nil` behind the last of a command.
    func next() throws(PostgresFailure) -> OpaquePointer? {
        while true {
            let unsent = pq_flush(handle)
            guard unsent >= 0 else {
                // What the server said before it went may say why.
                _ = pq_consume(handle)
                throw lost()
            }
            guard unsent == 1 || pq_is_busy(handle) == 1 else { return pq_result(handle) }
            try wait(writing: unsent == 1)
            guard pq_consume(handle) == 1 else { throw lost() }
        }
    }

    func wait(writing: Bool) throws(PostgresFailure) {
        var descriptor = pollfd(fd: pq_socket(handle), events: Int16(POLLIN | (writing ? POLLOUT : 0)), revents: 0)
        while true {
            let count = poll(&descriptor, 1, answerTimeoutMilliseconds)
            if count > 0 { return }
            if count == 0 { throw .lost("the server did not answer within \(answerTimeoutMilliseconds / 1_000) s") }
            guard errno == EINTR else { throw .lost(String(cString: strerror(errno))) }
        }
    }

    func check(_ sent: Int32) throws(PostgresFailure) {
        if sent == 0 { throw lost() }
    }

    func lost() -> PostgresFailure { .lost(Self.message(of: handle)) }

    func failure(_ result: OpaquePointer) -> PostgresFailure {
        // Without a SQLSTATE it is libpq's own: the connection broke.
        guard pq_is_connected(handle), let state = Self.field(PQ_FIELD_SQLSTATE, result) else {
            let message = Self.field(PQ_FIELD_MESSAGE, result)
            return message.map { .lost($0) } ?? lost()
        }
        return .server(
            state, Self.field(PQ_FIELD_MESSAGE, result) ?? "no message",
            constraint: Self.field(PQ_FIELD_CONSTRAINT, result) ?? "")
    }

    private static func field(_ field: Int, _ result: OpaquePointer) -> String? {
        pq_error_field(result, Int32(field)).map { String(cString: $0) }
    }

    private static func message(of handle: OpaquePointer) -> String {
        String(cString: pq_message(handle)).trimmingCharacters(in: .whitespacesAndNewlines)
            .replacing("\n", with: " ").replacing("\t", with: " ")
    }

    /// C strings behind a terminated array of their addresses, for the time of a call.
    private static func withStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        let addresses = copies.map { UnsafePointer<CChar>($0) } + [nil]
        // An array converts to its address only as an argument; a terminated one is never empty.
        return addresses.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("a terminated array is empty") }
            return body(base)
        }
    }
}
