internal import AetherRuntime
internal import AetherServer
internal import Foundation
internal import NGHTTP2Transport

extension ServerConfiguration {
    /// The defaults, and what was set.
    ///
    /// - Throws: ``CommandFailure`` that names the place of the first value which makes no sense.
    init(_ settings: Settings) throws(CommandFailure) {
        self.init()
        for setting in Setting.allCases {
            guard let value = settings[setting] else { continue }
            try set(setting, value)
        }
        try checkPortsDiffer(settings)
        try setTLS(settings)
    }

    private mutating func set(_ setting: Setting, _ value: SettingValue) throws(CommandFailure) {
        switch setting {
        case .host: host = try value.nonEmptyText
        case .grpcPort: grpcPort = try value.port
        case .httpPort: httpPort = try value.port
        case .metricsPort: metricsPort = try value.port
        case .metricsEnabled: isMetricsEnabled = try value.boolean
        case .database: database = try value.database
        case .tier: tier = try value.tier
        case .snapshotInterval:
            snapshotInterval = .milliseconds(try value.integer(in: 1...60_000, unit: " milliseconds"))
        case .snapshotSteps: snapshotSteps = try value.integer(in: 1...4096, unit: "")
        case .workerGrace: workerGrace = .milliseconds(try value.integer(in: 0...3_600_000, unit: " milliseconds"))
        case .completedMaximumAge: retention[.completed].age = try value.age
        case .completedMaximumBytes: retention[.completed].bytes = try value.size
        case .failedMaximumAge: retention[.failed].age = try value.age
        case .failedMaximumBytes: retention[.failed].bytes = try value.size
        case .cancelledMaximumAge: retention[.cancelled].age = try value.age
        case .cancelledMaximumBytes: retention[.cancelled].bytes = try value.size
        case .tlsCertificate, .tlsKey, .tlsClientCA: _ = try value.nonEmptyText
        case .tokensFile: tokens = .file(try value.nonEmptyText)
        // Of the process, not of the server: see LogSettings.
        case .logLevel, .logFormat: break
        case .otlpEndpoint: tracingEndpoint = try value.otlpEndpoint
        case .traceSampleRatio: traceSampleRatio = try value.ratio
        case .nodeAddress: nodeAddress = try value.hostAndPort
        case .allowedHosts:
            allowedHosts = value.text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// A certificate needs its key, and clients' certificates are asked for with one's own.
    private mutating func setTLS(_ settings: Settings) throws(CommandFailure) {
        let parts = [Setting.tlsCertificate, .tlsKey, .tlsClientCA]
        guard let some = parts.lazy.compactMap({ settings[$0] }).first else { return }
        guard let certificate = settings[.tlsCertificate], let key = settings[.tlsKey] else {
            throw some.wrong(
                "needs both a certificate and its key: \(Setting.tlsCertificate.flag) and \(Setting.tlsKey.flag)")
        }
        tls = TLSFiles(certificate: certificate.text, key: key.text, authorities: settings[.tlsClientCA]?.text)
    }

    /// Two servers on one port would only show as "in use", by a process nobody can find.
    private func checkPortsDiffer(_ settings: Settings) throws(CommandFailure) {
        var ports = [(Setting.grpcPort, grpcPort), (.httpPort, httpPort)]
        if isMetricsEnabled { ports.append((.metricsPort, metricsPort)) }
        for (position, (setting, port)) in ports.enumerated() where port != 0 {
            guard let (other, _) = ports[..<position].first(where: { $0.1 == port }) else { continue }
            let value = settings[setting] ?? settings[other] ?? SettingValue(text: "\(port)", origin: setting.flag)
            throw value.wrong(
                "gives port \(port) to two services (\(other.flag) and \(setting.flag)); each needs its own")
        }
    }
}
