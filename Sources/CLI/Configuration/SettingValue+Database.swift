internal import AetherStorage

extension SettingValue {
    var database: DatabaseLocation {
        get throws(CommandFailure) { DatabaseLocation(try nonEmptyText) }
    }
}
