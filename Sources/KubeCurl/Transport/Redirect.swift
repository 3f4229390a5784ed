internal import KubeClient

/// Decides which redirects are followed: reads that stay at the same server.
///
/// Credentials must not go elsewhere, and a write may not be repeated, so everything else is handed to the caller as it is.
enum Redirect {
    /// How many are followed in a row.
    static let limit = 5

    /// The request to send next, nil to take the answer as it is.
    static func next(after request: HTTPRequest, status: Int, location: String?, at server: ServerAddress)
        -> HTTPRequest?
    {
        guard [301, 302, 303, 307, 308].contains(status), request.method == .get || request.method == .head,
            let location
        else { return nil }
        var path = location
        if !location.hasPrefix("/") || location.hasPrefix("//") {
            guard location.lowercased().hasPrefix("http"), let end = location.firstRange(of: "://") else { return nil }
            let rest = location[end.upperBound...]
            let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            guard let target = ServerAddress("\(location[..<end.lowerBound])://\(authority)"),
                target.isSecure == server.isSecure, target.host.lowercased() == server.host.lowercased(),
                target.port == server.port
            else { return nil }
            path = String(rest.dropFirst(authority.count))
            if !path.hasPrefix("/") { path = "/" + path }
        }
        guard path.hasPrefix(server.basePath) else { return nil }
        path = String(path.dropFirst(server.basePath.count).prefix { $0 != "#" })
        guard path.hasPrefix("/") else { return nil }
        var next = request
        next.path = path
        next.query = []
        return next
    }
}
