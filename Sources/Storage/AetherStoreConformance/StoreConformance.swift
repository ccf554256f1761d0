public import AetherStorage

/// The contract of `WorkflowStore` as checks that any implementation can be run against.
///
/// ```swift
/// let conformance = StoreConformance { try await MyStore(…) }
/// for check in StoreConformance.checks { try await conformance.run(check) }
/// ```
///
/// It knows no test framework: a check that fails throws a ``ConformanceFailure``, or the store's own error.
public struct StoreConformance: Sendable {
    /// Makes a fresh, empty store.
    public var makeStore: @Sendable () async throws -> any WorkflowStore
    /// Opens again what this closed store had; `nil` when the store promises nothing beyond its life.
    public var reopen: (@Sendable (any WorkflowStore) async throws -> any WorkflowStore)?
    /// Opens what would be left if the process of this store, which is open, were killed now; `nil` as above.
    public var crash: (@Sendable (any WorkflowStore) async throws -> any WorkflowStore)?

    public init(
        reopen: (@Sendable (any WorkflowStore) async throws -> any WorkflowStore)? = nil,
        crash: (@Sendable (any WorkflowStore) async throws -> any WorkflowStore)? = nil,
        makeStore: @escaping @Sendable () async throws -> any WorkflowStore
    ) {
        self.reopen = reopen
        self.crash = crash
        self.makeStore = makeStore
    }

    /// All checks, each on stores of its own, so that they can run in any order and at the same time.
    public static let checks: [StoreCheck] =
        commitChecks + journalChecks + listChecks + passivationChecks + deletionChecks + replacementChecks + valueChecks
        + concurrencyChecks + durabilityChecks

    /// Runs one check.
    ///
    /// - Throws: ``ConformanceFailure`` when the store broke its contract, or what the store threw.
    public func run(_ check: StoreCheck) async throws {
        try await check.body(self)
    }

    /// Runs a body with a fresh store, which is closed afterwards.
    func withStore(_ body: (any WorkflowStore) async throws -> Void) async throws {
        let store = try await makeStore()
        do {
            try await body(store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }
}
