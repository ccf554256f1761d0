/// Which database a statement works on, and what for: turns failures into errors that say what to do.
struct PostgresContext: Sendable {
    enum Purpose: Sendable {
        case opening
        case reading
        case writing
    }

    /// The database as people name it, without a password.
    var name: String
    var purpose: Purpose

    func error(_ failure: PostgresFailure) -> StoreError {
        switch failure.kind {
        case .fenced:
            StoreError(
                code: .evicted,
                message: "the lease on the database \(name) was over, and other servers may own its workflows now")
        case .unjoined:
            StoreError(code: .unwritable, message: "the server has not joined those of the database \(name) yet")
        case .addressInUse(let address):
            StoreError(
                code: .inUse,
                message: "another server of the database \(name) says that it is reached at \(address); "
                    + "stop it, or give each its own --node-address")
        case .unserved(let id):
            StoreError(code: .evicted, message: "the workflow \(id) is another server's of the database \(name)")
        case .damaged:
            StoreError(
                code: .corrupt, message: "the database \(name) is damaged: \(failure.message); restore it from a backup"
            )
        case .unusable:
            StoreError(code: .inaccessible, message: "can't use the database \(name): \(failure.message)")
        case .lost:
            unreachable(failure.message)
        case .refused(let state):
            refused(state, failure.message)
        }
    }

    private func unreachable(_ detail: String) -> StoreError {
        switch purpose {
        case .opening:
            StoreError(
                code: .inaccessible,
                message: "can't open the database \(name): \(detail); check the URL, the password and the server")
        case .reading:
            StoreError(code: .inaccessible, message: "can't read the database \(name): \(detail)")
        case .writing:
            StoreError(code: .unwritable, message: "can't write to the database \(name): \(detail)")
        }
    }

    private func refused(_ state: String, _ detail: String) -> StoreError {
        let detail = "\(detail) (SQLSTATE \(state))"
        switch (state, purpose) {
        // data_corrupted, index_corrupted, undefined_table, undefined_column, unique_violation, not_null_violation.
        case ("XX001", _), ("XX002", _), ("42P01", .reading), ("42P01", .writing), ("42703", _), ("23505", _),
            ("23502", _):
            return StoreError(
                code: .corrupt, message: "the database \(name) is damaged: \(detail); restore it from a backup")
        case ("42501", .opening):
            return StoreError(
                code: .inaccessible,
                message: "can't open the database \(name): \(detail); let its user create a schema in it, or make it "
                    + "the owner of a schema \"aether\"")
        case ("25006", .opening):
            return StoreError(
                code: .inaccessible,
                message: "can't open the database \(name): \(detail); it is read-only, or its server is a standby")
        case ("55P03", .opening):
            return StoreError(
                code: .inUse,
                message: "the database \(name) is locked by another program: \(detail); wait until that is done, a "
                    + "migration for instance, and try again")
        case (_, .opening), (_, .reading):
            return unreachable(detail)
        case ("53100", .writing):
            return StoreError(
                code: .unwritable,
                message: "can't write to the database \(name): \(detail); make room on the disk of its server")
        case ("25006", .writing):
            return StoreError(
                code: .unwritable,
                message: "can't write to the database \(name): \(detail); it is read-only, or its server is a standby")
        case (_, .writing):
            return unreachable(detail)
        }
    }
}
