/// Orders API versions as Kubernetes does: GA before beta before alpha, then higher numbers, then by name.
package struct VersionPriority: Comparable, Sendable {
    private let stage: Int
    private let major: Int
    private let minor: Int
    private let text: String

    /// Reads a version such as `v1` or `v2beta3`.
    package init(_ version: String) {
        text = version
        var rest = version[...]
        guard rest.popFirst() == "v" else {
            (stage, major, minor) = (0, 0, 0)
            return
        }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let tail = rest.dropFirst(digits.count)
        guard let major = Int(digits), digits.first != "0" else {
            (stage, self.major, minor) = (0, 0, 0)
            return
        }
        for (name, stage) in [("alpha", 1), ("beta", 2)] where tail.hasPrefix(name) {
            if let minor = Int(tail.dropFirst(name.count)) {
                (self.stage, self.major, self.minor) = (stage, major, minor)
                return
            }
        }
        (stage, self.major, minor) = tail.isEmpty ? (3, major, 0) : (0, 0, 0)
    }

    /// Lower means less preferred.
    package static func < (left: VersionPriority, right: VersionPriority) -> Bool {
        if (left.stage, left.major, left.minor) != (right.stage, right.major, right.minor) {
            return (left.stage, left.major, left.minor) < (right.stage, right.major, right.minor)
        }
        return left.text > right.text
    }
}
