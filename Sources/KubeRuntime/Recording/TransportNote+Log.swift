package import KubeClient
package import Logging

extension TransportNote {
    /// Warns of what keeps a program waiting.
    package func log(to logger: Logger) {
        switch self {
        case .slow(let method, let path, let elapsed):
            logger.warning(
                "request is slow",
                metadata: ["verb": "\(method.rawValue)", "path": "\(path)", "elapsed": "\(elapsed)"]
            )
        case .waiting(let method, let path, let elapsed):
            logger.warning(
                "request waits for others to end",
                metadata: ["verb": "\(method.rawValue)", "path": "\(path)", "elapsed": "\(elapsed)"]
            )
        case .silent(let transfers, let silence):
            logger.warning(
                "connection given up, no sign of life",
                metadata: ["requests": "\(transfers)", "silence": "\(silence)"]
            )
        }
    }
}
