internal import DataTree
internal import MeshAPI

/// The cookie that keeps a user on one version while traffic shifts.
struct StickyCookie: Sendable, Hashable {
    /// Its name.
    let name: String
    /// Its value: the version.
    let value: String
    /// How long a browser keeps it, in seconds.
    let seconds: Int64

    init(_ affinity: MeshRolloutSpec.Affinity, version side: RouteSide) {
        name = affinity.cookie
        value = side.version
        seconds = max(1, affinity.lifetime.components.seconds)
    }

    /// The HTTPMatchRequest of requests that carry it.
    var match: Tree {
        let text = "(^|.*;\\s*)\(Self.quoted(name))=\(Self.quoted(value))(;.*|$)"
        return ["headers": ["cookie": ["regex": .string(text)]]]
    }

    /// The value of `set-cookie`.
    var header: String { "\(name)=\(value); Path=/; Max-Age=\(seconds)" }

    /// A destination whose answers set the cookie of the version it leads to.
    static func marked(
        _ entry: RouteWeights.Entry,
        _ affinity: MeshRolloutSpec.Affinity,
        sides: RouteSides
    ) -> RouteWeights.Entry {
        guard let lead = entry.lead else { return entry }
        var result = entry
        let cookie = StickyCookie(affinity, version: lead == .canary ? sides.canary : sides.stable)
        result.tree.set(.string(cookie.header), at: ["headers", "response", "add", "set-cookie"])
        return result
    }

    /// Whether a route already does something with cookies that this would change.
    static func clashes(_ route: Tree) -> Bool {
        let matches = (route["match"]?.array ?? []).contains { $0["headers"]?["cookie"] != nil }
        let answers = (route["route"]?.array ?? []).contains {
            $0["headers"]?["response"]?["add"]?["set-cookie"] != nil
        }
        return matches || answers
    }

    private static func quoted(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if !"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-".unicodeScalars.contains(scalar) {
                result += "\\"
            }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
