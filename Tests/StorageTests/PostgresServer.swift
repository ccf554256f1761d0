import Foundation
import Synchronization

@testable import AetherStorage

/// A PostgreSQL server of the tests' own: in a directory of its own, reached through a socket there, gone with the process.
final class PostgresServer: Sendable {
    struct SetupError: Error, CustomStringConvertible {
        var description: String
    }

    static let missing = "PostgreSQL is not installed (Debian's package postgresql): its store is not tested here"

    /// Where `initdb` and `postgres` are.
    private static let programs: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        return versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "/usr/lib/postgresql/\($0)/bin" }.first {
            FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
        }
    }()

    static var isInstalled: Bool { programs != nil }

    private static let common = Result { try PostgresServer() }

    /// The server for tests that leave it as it is.
    static func shared() throws -> PostgresServer { try common.get() }

    let directory: URL
    private let programs: String
    /// Ends, and takes the server with it, when the process does, however that happens: its input is then at its end.
    private let keeper: Process
    private let databases = Atomic(0)

    init() throws {
        guard let programs = Self.programs else { throw SetupError(description: Self.missing) }
        self.programs = programs
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // PostgreSQL does not run as root.
        let user = getuid() == 0 ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : []
        if !user.isEmpty { try Self.run(["chown", "nobody", directory.path]) }
        let data = directory.appendingPathComponent("data").path
        try Self.run(
            user + ["\(programs)/initdb", "-D", data, "-U", "aether", "-A", "trust", "-E", "UTF8", "--no-sync"])
        let settings = """

            listen_addresses = ''
            unix_socket_directories = '\(directory.path)'
            max_connections = 300
            fsync = on
            """
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: data + "/postgresql.conf"))
        try file.seekToEnd()
        try file.write(contentsOf: Data(settings.utf8))
        try file.close()
        // One user has a password.
        try Data("local all guarded scram-sha-256\nlocal all all trust\n".utf8)
            .write(to: URL(fileURLWithPath: data + "/pg_hba.conf"))
        if !user.isEmpty { try Self.run(["chown", "nobody", data + "/pg_hba.conf"]) }
        keeper = Process()
        keeper.executableURL = URL(fileURLWithPath: "/bin/sh")
        let control = (user + ["\(programs)/pg_ctl", "-D", data]).joined(separator: " ")
        keeper.arguments = [
            "-c", "cat >/dev/null; \(control) -m immediate stop >/dev/null 2>&1; rm -rf \(directory.path)",
        ]
        keeper.standardInput = Pipe()
        try keeper.run()
        try start()
    }

    func start() throws { try control(["start", "-w", "-l", directory.appendingPathComponent("data/log").path]) }

    /// Ends it as a crash does: nothing is written down.
    func crash() throws { try control(["stop", "-m", "immediate"]) }

    private func control(_ arguments: [String]) throws {
        let user = getuid() == 0 ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : []
        try Self.run(user + ["\(programs)/pg_ctl", "-D", directory.appendingPathComponent("data").path] + arguments)
    }

    func url(_ number: Int, user: String = "aether", password: String? = nil) -> String {
        let secret = password.map { "&password=\($0)" } ?? ""
        return "postgres:///test_\(number)?host=\(directory.path)&user=\(user)\(secret)"
    }

    private static func number(of store: PostgresStore) throws -> Int {
        guard let number = Int(store.name.split(separator: "_").last ?? "") else {
            throw SetupError(description: "\(store.name) is no test's database")
        }
        return number
    }

    /// Makes an empty database.
    func makeDatabase() throws -> Int {
        let number = databases.add(1, ordering: .relaxed).newValue
        try execute("CREATE DATABASE test_\(number)")
        return number
    }

    /// What would be left of a store's database if its process were killed now.
    func copy(_ store: PostgresStore) throws -> Int {
        let number = try Self.number(of: store)
        let copy = databases.add(1, ordering: .relaxed).newValue
        try execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test_\(number)'")
        try execute("CREATE DATABASE test_\(copy) TEMPLATE test_\(number)")
        return copy
    }

    func open(
        _ number: Int, _ change: (inout PostgresStore.Configuration) -> Void = { _ in }
    ) async throws -> PostgresStore {
        var configuration = PostgresStore.Configuration()
        change(&configuration)
        return try await PostgresStore(url: url(number), configuration: configuration)
    }

    func open(
        theDatabaseOf store: any WorkflowStore, _ change: (inout PostgresStore.Configuration) -> Void = { _ in }
    ) async throws -> PostgresStore {
        guard let store = store as? PostgresStore else { throw SetupError(description: "it is another store") }
        return try await open(Self.number(of: store), change)
    }

    func connect(_ number: Int? = nil) throws -> PostgresConnection {
        let url = number.map { self.url($0) } ?? "postgres:///postgres?host=\(directory.path)&user=aether"
        return try PostgresConnection(PostgresTarget(url), answerTimeout: .seconds(60))
    }

    /// Runs a statement on a connection of its own.
    @discardableResult
    func execute(_ sql: SQLText, in number: Int? = nil) throws -> PostgresRows {
        try connect(number).run([PostgresCommand(sql, isPrepared: false)])[0]
    }

    /// The process of the connection to a database that waits for something; asks until there is one, half a minute at most.
    func waiter(in number: Int, for event: SQLText) throws -> Int64 {
        let connection = try connect()
        for _ in 0..<6_000 {
            let rows = try connection.run([
                PostgresCommand(
                    "SELECT pid FROM pg_stat_activity WHERE datname = 'test_\(number)' AND \(event)", isPrepared: false)
            ])
            if rows[0].count > 0 { return rows[0].integer(0, 0) }
            try connection.run([PostgresCommand("SELECT pg_sleep(0.005)")])
        }
        throw SetupError(description: "no connection to test_\(number) waits: \(event.text)")
    }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        // Foundation takes a process for ended when a descriptor is closed that all its descendants inherit: the server is
        // one, and must not have it.
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        let closing =
            #"for file in /proc/self/fd/*; do [ "${file##*/}" -lt 3 ] || eval "exec ${file##*/}>&-"; done; exec "$@""#
        process.arguments = ["-c", closing, "bash"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.standardOutput = FileHandle.nullDevice
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString).log")
        guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
            throw SetupError(description: "can't write \(log.path)")
        }
        defer { try? FileManager.default.removeItem(at: log) }
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            throw SetupError(description: "\(arguments.joined(separator: " ")) failed: \(said)")
        }
    }
}
