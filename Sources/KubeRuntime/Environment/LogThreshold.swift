package import Logging

/// From which level on a program logs, as its `--log-level` says.
package enum LogThreshold: String, Sendable, Hashable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical

    /// The level of the logger.
    package var level: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
