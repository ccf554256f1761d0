/// What one place, or several, set: the later wins.
struct Settings: Hashable, Sendable {
    private(set) var values: [Setting: SettingValue] = [:]

    subscript(setting: Setting) -> SettingValue? {
        get { values[setting] }
        set { values[setting] = newValue }
    }

    /// These, and under them what `weaker` sets besides.
    func over(_ weaker: Settings) -> Settings {
        var merged = weaker
        merged.values.merge(values) { _, stronger in stronger }
        return merged
    }
}

extension Settings {
    /// What the environment sets. An empty variable sets nothing.
    init(environment: [String: String]) {
        for setting in Setting.allCases {
            guard let text = environment[setting.environmentName], !text.isEmpty else { continue }
            self[setting] = SettingValue(text: text, origin: setting.environmentName)
        }
    }
}
