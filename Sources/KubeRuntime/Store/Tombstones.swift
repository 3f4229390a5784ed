internal import KubeAPI

/// Which objects were deleted at which version, the latest ones only.
struct Tombstones {
    private var versions: [ObjectKey: ResourceVersion] = [:]
    private var order = FirstInFirstOut<ObjectKey>()

    var count: Int { versions.count }

    mutating func remember(_ key: ObjectKey, _ version: ResourceVersion, limit: Int) {
        guard limit > 0, version.isNumeric else { return }
        if let known = versions[key] {
            versions[key] = known.later(version)
            return
        }
        versions[key] = version
        order.append(key)
        while versions.count > limit, let oldest = order.popFirst() { versions[oldest] = nil }
    }

    mutating func forget(_ key: ObjectKey) {
        versions[key] = nil
        if order.count > 2 * versions.count + 64 {
            let versions = versions
            order.removeAll { versions[$0] == nil }
        }
    }

    /// Whether `version` of the object is not younger than its deletion.
    func covers(_ key: ObjectKey, _ version: ResourceVersion) -> Bool {
        guard let deleted = versions[key] else { return false }
        return version.isOlder(than: deleted) || version == deleted
    }
}
