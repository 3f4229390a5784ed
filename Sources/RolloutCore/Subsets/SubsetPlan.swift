internal import DataTree
internal import KubeAPI
internal import MeshAPI
internal import MeshBase

/// What a rollout added to a DestinationRule; kept in an annotation of the DestinationRule.
struct SubsetMark: Sendable, Hashable {
    /// A ramp that was put on a subset.
    struct Ramp: Sendable, Hashable {
        /// The subset's name.
        var subset: String
        /// Its load balancer as the rollout wrote it.
        var written: Tree
        /// Its load balancer before; nil for none of its own.
        var original: Tree?
    }

    /// Subsets that were added, as they were written.
    var added: [Tree] = []
    /// The ramp of the canary; nil for none.
    var ramp: Ramp?
    /// How often it was put back after somebody else changed it.
    var contest = ContestCount()

    init() {}

    /// Reads the annotation; nil where there is none that can be read.
    init?(_ text: String?) {
        guard let text, let tree = try? Tree(json: text), tree.object != nil else { return nil }
        added = tree["added"]?.array ?? []
        if let ramp = tree["ramp"], let subset = ramp["subset"]?.string, let written = ramp["written"] {
            self.ramp = Ramp(subset: subset, written: written, original: ramp["original"])
        }
        contest = ContestCount(tree["contest"])
    }

    /// The annotation.
    var text: String {
        var tree: Tree = ["added": .array(added)]
        if let ramp {
            tree["ramp"] = ["subset": .string(ramp.subset), "written": ramp.written]
            if let original = ramp.original { tree.set(original, at: ["ramp", "original"]) }
        }
        tree["contest"] = contest.tree
        return tree.jsonText()
    }
}

/// The subsets of a DestinationRule, with and without a rollout: functions of the list as it is.
struct SubsetPlan: Sendable, Hashable {
    /// The subsets.
    let subsets: [Tree]
    /// The label that tells versions apart.
    let label: String

    /// The name of the subset of a version: one that is there with that label, or one made of the version.
    func name(of version: String) -> String {
        let found = subsets.first { $0["labels"]?[label]?.string == version && $0["name"]?.string != nil }
        return found?["name"]?.string ?? Self.name(for: version)
    }

    /// Why a version cannot have its subset; nil when it can.
    func clash(_ version: String) -> String? {
        let name = name(of: version)
        guard let found = subsets.first(where: { $0["name"]?.string == name }) else { return nil }
        let value = found["labels"]?[label]?.string
        guard value != version else { return nil }
        return "subset \(name) has \(label)=\(value ?? "nothing"), not \(version); rename it, or give it that label"
    }

    /// The subset of a version as it is added.
    func made(_ version: String) -> Tree {
        ["name": .string(name(of: version)), "labels": [label: .string(version)]]
    }

    /// The list with subsets for both versions, and a ramp on one of them.
    ///
    /// - Parameters:
    ///   - versions: the versions of both sides.
    ///   - canary: the one whose endpoints begin slowly.
    ///   - slowStart: how slowly; nil for no ramp.
    ///   - policy: the load balancer of the whole DestinationRule.
    ///   - mark: what was added before.
    /// - Returns: the list, and what was added to it.
    func prepared(
        _ versions: [String],
        canary: String,
        slowStart: SlowStart?,
        policy: Tree?,
        mark: SubsetMark
    ) -> (subsets: [Tree], mark: SubsetMark) {
        var list = subsets
        var mark = mark
        mark.added = []
        mark.ramp = nil
        for version in versions where !list.contains(where: { $0["name"]?.string == name(of: version) }) {
            list.append(made(version))
            mark.added.append(made(version))
        }
        guard let slowStart, let index = list.firstIndex(where: { $0["name"]?.string == name(of: canary) }) else {
            return (list, mark)
        }
        let own = list[index].value(at: "trafficPolicy", "loadBalancer")
        if let ramped = Self.ramped(own ?? policy, slowStart) {
            list[index].set(ramped, at: ["trafficPolicy", "loadBalancer"])
            mark.ramp = SubsetMark.Ramp(subset: name(of: canary), written: ramped, original: own)
        }
        return (list, mark)
    }

    /// A load balancer with a ramp; nil where its kind knows none.
    static func ramped(_ balancer: Tree?, _ slowStart: SlowStart) -> Tree? {
        var result = balancer ?? .object(TreeObject())
        if result["consistentHash"] != nil || result["warmup"] != nil || result["warmupDurationSecs"] != nil {
            return nil
        }
        let simple = result["simple"]?.string ?? "UNSPECIFIED"
        guard ["UNSPECIFIED", "ROUND_ROBIN", "LEAST_REQUEST", "LEAST_CONN"].contains(simple) else { return nil }
        result["warmup"] = [
            "duration": .string(GoDuration.text(slowStart.window)),
            "aggression": .double(slowStart.aggression), "minimumPercent": .double(slowStart.minWeightPercent),
        ]
        return result
    }

    /// The list without what a rollout added, as far as nobody has changed it since, and no route names it.
    static func restored(_ actual: [Tree], _ mark: SubsetMark, keeping used: Set<String> = []) -> [Tree] {
        var result: [Tree] = []
        for var subset in actual {
            let name = subset["name"]?.string
            if let ramp = mark.ramp, ramp.subset == name,
                subset.value(at: "trafficPolicy", "loadBalancer") == ramp.written
            {
                subset.set(ramp.original, at: ["trafficPolicy", "loadBalancer"])
                if subset["trafficPolicy"]?.object?.isEmpty == true { subset["trafficPolicy"] = Tree?.none }
            }
            if mark.added.contains(subset), !used.contains(name ?? "") { continue }
            result.append(subset)
        }
        return result
    }

    /// A name that Istio takes for a subset.
    static func name(for version: String) -> String {
        let plain = version.lowercased().unicodeScalars.map { scalar -> Character in
            let isPlain = ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
            return isPlain ? Character(scalar) : "-"
        }
        let text = String(plain.drop { $0 == "-" }.prefix(63))
        return text.isEmpty ? "version" : String(text.reversed().drop { $0 == "-" }.reversed())
    }
}
