internal import AetherRuntime
internal import GRDB

/// A reading transaction: one state of the database.
struct ReadQuery {
    let database: Database
    let context: SQLContext

    init(_ database: Result<Database, any Error>, _ context: SQLContext) throws(StoreError) {
        do {
            self.database = try database.get()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_MISUSE {
            throw StoreError(code: .closed, message: "the database \(context.path) is closed")
        } catch {
            throw Self.failure(error, context)
        }
        self.context = context
    }

    /// A statement that stays prepared on this connection for the next query.
    func prepare(_ sql: SQLText) throws(StoreError) -> SQLStatement {
        do {
            let statement = try database.cachedStatement(sql: sql.text)
            return SQLStatement(handle: statement.sqliteStatement, context: context)
        } catch {
            throw Self.failure(error, context)
        }
    }

    private static func failure(_ error: any Error, _ context: SQLContext) -> StoreError {
        guard let error = error as? DatabaseError else {
            return StoreError(code: .inaccessible, message: "can't read the database \(context.path): \(error)")
        }
        return context.error(error.extendedResultCode.rawValue, error.message ?? error.description)
    }
}
