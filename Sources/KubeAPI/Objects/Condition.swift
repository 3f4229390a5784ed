public import DataTree

/// One aspect of an object's state (`Condition` of meta/v1).
public struct Condition: Sendable, Hashable {
    /// Whether the condition holds.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// It holds.
        case isTrue = "True"
        /// It does not hold.
        case isFalse = "False"
        /// Nobody knows.
        case unknown = "Unknown"
    }

    /// The aspect in UpperCamelCase, unique within an object.
    public var type: String
    /// Whether it holds.
    public var status: Status
    /// A stable word in UpperCamelCase for programs.
    public var reason: String
    /// A sentence for people.
    public var message: String
    /// The `metadata.generation` it was computed from.
    public var observedGeneration: Int64?
    /// When `status` last changed, RFC 3339.
    public var lastTransitionTime: String?

    /// Makes a condition.
    public init(
        type: String,
        status: Status,
        reason: String,
        message: String = "",
        observedGeneration: Int64? = nil,
        lastTransitionTime: String? = nil
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.observedGeneration = observedGeneration
        self.lastTransitionTime = lastTransitionTime
    }

    /// Reads a condition, nil where type or status is missing; an unheard-of status counts as unknown.
    public init?(_ tree: Tree) {
        guard let type = tree["type"]?.string, let status = tree["status"]?.string else { return nil }
        self.init(
            type: type,
            status: Status(rawValue: status) ?? .unknown,
            reason: tree["reason"]?.string ?? "",
            message: tree["message"]?.string ?? "",
            observedGeneration: tree["observedGeneration"]?.integer,
            lastTransitionTime: tree["lastTransitionTime"]?.string
        )
    }

    /// The condition as statuses carry it.
    public var tree: Tree {
        var tree: Tree = ["type": .string(type), "status": .string(status.rawValue)]
        if let observedGeneration { tree["observedGeneration"] = .integer(observedGeneration) }
        if let lastTransitionTime { tree["lastTransitionTime"] = .string(lastTransitionTime) }
        tree["reason"] = .string(reason)
        tree["message"] = .string(message)
        return tree
    }
}

extension [Condition] {
    /// The condition of that type, nil where there is none.
    public func condition(_ type: String) -> Condition? { first { $0.type == type } }

    /// Whether the condition of that type is True.
    public func isTrue(_ type: String) -> Bool { condition(type)?.status == .isTrue }

    /// Puts a condition in the place of the one of its type, or at the end.
    ///
    /// The transition time is `now` when the status changes or the condition is new, and stays what it was otherwise,
    /// as Kubernetes' API conventions want.
    public mutating func set(_ condition: Condition, now: String) {
        var condition = condition
        guard let index = firstIndex(where: { $0.type == condition.type }) else {
            condition.lastTransitionTime = now
            append(condition)
            return
        }
        let old = self[index]
        condition.lastTransitionTime = old.status == condition.status ? old.lastTransitionTime ?? now : now
        self[index] = condition
    }
}

extension KubeObject {
    /// `status.conditions`; entries without type or status are skipped.
    public var conditions: [Condition] {
        get { tree["status"]?["conditions"]?.array?.compactMap(Condition.init) ?? [] }
        set { tree.set(newValue.isEmpty ? nil : .array(newValue.map(\.tree)), at: ["status", "conditions"]) }
    }

    /// The first of `status.conditions` of that type, found without reading the others; nil where there is none.
    public func condition(_ type: String) -> Condition? {
        for entry in tree["status"]?["conditions"]?.array ?? [] where entry["type"]?.string == type {
            if let condition = Condition(entry) { return condition }
        }
        return nil
    }

    /// Whether the condition of that type is True.
    public func isTrue(_ type: String) -> Bool { condition(type)?.status == .isTrue }
}
