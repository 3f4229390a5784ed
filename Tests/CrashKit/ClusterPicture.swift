internal import DataTree
internal import KubeAPI
package import MeshBase
package import SandboxStore

/// What there is in a cluster at a moment, in lines that are the same in two clusters whose future is the same.
///
/// Left out is what an API server chooses or counts: uids become the name of the object that bears them, resourceVersions go, a
/// generation only counts by how far an `observedGeneration` is behind it. Times become ages, since everything that is decided
/// from a time is decided from how long it was ago; ages beyond ``horizon`` are all the same.
package struct ClusterPicture: Sendable {
    /// What one object comes to, as long as it does not change.
    private struct Portrait: Sendable {
        var revision: UInt64
        var uid: String
        /// The object as text, with a mark where a time or a uid was.
        var text: String
        var marks: [TextMark]
    }

    /// Longer than any deadline, hold, patience or freshness of what is tested: an age beyond it decides nothing any more.
    private let horizon: Duration
    private let silent: Set<String>
    private var portraits: [String: Portrait] = [:]

    /// Makes pictures; keep the value, since it spares looking twice at what has not changed.
    ///
    /// - Parameters:
    ///   - horizon: the age beyond which all ages are the same.
    ///   - silent: the names of fields of statuses that only people read: nothing is decided from them.
    package init(horizon: Duration, silent: Set<String> = []) {
        self.horizon = horizon
        self.silent = silent.union(silent.map { "f:\($0)" })
    }

    /// Takes a picture.
    ///
    /// - Parameters:
    ///   - storage: what the cluster keeps.
    ///   - now: the time in the cluster.
    ///   - more: lines about what else decides, for example what the operator remembers; uids and times are replaced there, too.
    /// - Returns: the lines.
    package mutating func take(_ storage: ObjectStorage, now: Timestamp, and more: [String] = []) -> [String] {
        var found: [String: Portrait] = [:]
        var names: [String: String] = [:]
        var order: [String] = []
        for resource in storage.resources where resource.resource != "customresourcedefinitions" {
            for object in storage.peek(resource) {
                let path = "\(resource)/\(object.key)"
                var portrait = portraits[path]
                if portrait?.revision != object.revision { portrait = self.portrait(object) }
                found[path] = portrait
                order.append(path)
                if let uid = portrait?.uid { names[uid] = path }
            }
        }
        portraits = found
        var lines: [String] = []
        lines.reserveCapacity(order.count * 3 + more.count)
        for path in order {
            guard let portrait = found[path] else { continue }
            lines.append(path)
            lines.append(portrait.text)
            lines.append(resolved(portrait.marks, now, names))
        }
        for text in more {
            let (text, marks) = TextMark.taken(out: text)
            lines.append(text)
            lines.append(resolved(marks, now, names))
        }
        return lines
    }

    private func resolved(_ marks: [TextMark], _ now: Timestamp, _ names: [String: String]) -> String {
        marks.map { mark in
            switch mark {
            case .time(let time):
                let age = now - time
                return age > horizon ? "old" : "\(age)"
            case .uid(let uid): return names[uid] ?? "nobody"
            }
        }
        .joined(separator: " ")
    }

    private func portrait(_ object: StoredObject) -> Portrait {
        let uid = object.tree.value(at: "metadata", "uid")?.string ?? ""
        let (text, marks) = TextMark.taken(out: normal(object.tree).jsonText(.canonical))
        return Portrait(revision: object.revision, uid: uid, text: text, marks: marks)
    }

    private func normal(_ object: Tree) -> Tree {
        let generation = object.value(at: "metadata", "generation")?.integer
        var tree = Self.behind(object, generation)
        for field in ["resourceVersion", "creationTimestamp", "generation"] {
            tree.set(nil, at: ["metadata", field])
        }
        if tree["kind"] == "Service" {
            // Addresses are the cluster's choice.
            for field in ["clusterIP", "clusterIPs"] where tree["spec"]?[field] != nil {
                tree.set("chosen", at: ["spec", field])
            }
        }
        if let status = tree["status"], !silent.isEmpty { tree["status"] = spoken(status) }
        if let managers = tree.value(at: "metadata", "managedFields")?.array {
            let plain = managers.map { entry in
                var entry = entry
                entry["time"] = Tree?.none
                return silent.isEmpty ? entry : spoken(entry)
            }
            tree.set(.array(plain), at: ["metadata", "managedFields"])
        }
        return tree
    }

    /// The value without silent fields.
    private func spoken(_ tree: Tree) -> Tree {
        guard let entries = tree.object?.entries else { return tree }
        var result = tree
        for entry in entries {
            result[entry.key] = silent.contains(entry.key) ? nil : spoken(entry.value)
        }
        return result
    }

    /// The value with every `observedGeneration` as how many generations it is behind.
    private static func behind(_ tree: Tree, _ generation: Int64?) -> Tree {
        guard let generation, var status = tree["status"] else { return tree }
        var tree = tree
        if let observed = status["observedGeneration"]?.integer {
            status["observedGeneration"] = .integer(generation - observed)
        }
        if let conditions = status["conditions"]?.array {
            status["conditions"] = .array(
                conditions.map { condition in
                    var condition = condition
                    if let observed = condition["observedGeneration"]?.integer {
                        condition["observedGeneration"] = .integer(generation - observed)
                    }
                    return condition
                }
            )
        }
        tree["status"] = status
        return tree
    }
}

/// A place in a text that differs from run to run.
enum TextMark: Sendable, Hashable {
    /// A time (RFC 3339).
    case time(Timestamp)
    /// A uid (RFC 4122).
    case uid(String)

    /// The text with its times and uids taken out, and these, in order.
    static func taken(out text: String) -> (text: String, marks: [TextMark]) {
        let bytes = Array(text.utf8)
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        var marks: [TextMark] = []
        var index = 0
        while index < bytes.count {
            // Both have a hyphen early on, and begin at a boundary.
            let isStart = index == 0 || !isWord(bytes[index - 1])
            if isStart, isWord(bytes[index]), let (mark, length) = mark(bytes, index) {
                marks.append(mark)
                kept.append(UInt8(ascii: "@"))
                index += length
            } else {
                kept.append(bytes[index])
                index += 1
            }
        }
        return (String(decoding: kept, as: UTF8.self), marks)
    }

    private static func mark(_ bytes: [UInt8], _ start: Int) -> (TextMark, Int)? {
        let hyphen = UInt8(ascii: "-")
        if start + 20 <= bytes.count, bytes[start + 4] == hyphen, bytes[start + 7] == hyphen,
            bytes[start + 10] == UInt8(ascii: "T")
        {
            var end = start + 19
            while end < bytes.count, bytes[end] != UInt8(ascii: "Z"), end < start + 30 { end += 1 }
            guard end < bytes.count else { return nil }
            return Timestamp(rfc3339: String(decoding: bytes[start...end], as: UTF8.self)).map {
                (.time($0), end - start + 1)
            }
        }
        guard start + 36 <= bytes.count, [8, 13, 18, 23].allSatisfy({ bytes[start + $0] == hyphen }) else { return nil }
        return (.uid(String(decoding: bytes[start..<start + 36], as: UTF8.self)), 36)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
    }
}
