internal import DataTree
public import KubeAPI

/// Something worth telling the people who look at an object with `kubectl describe`.
public struct EventNote: Sendable, Hashable {
    /// Whether people should worry.
    public enum Severity: String, Sendable, Hashable {
        /// All is as it should be.
        case normal = "Normal"
        /// Something is wrong or may go wrong.
        case warning = "Warning"
    }

    /// The object the note is about.
    public var regarding: EventSubject
    /// Whether people should worry.
    public var severity: Severity
    /// Why it happened, in UpperCamelCase; at most 128 characters.
    public var reason: String
    /// What was done, in UpperCamelCase; at most 128 characters.
    public var action: String
    /// A sentence for people; at most 1,024 bytes.
    public var note: String

    /// Makes a note; texts that are too long are cut.
    public init(regarding: EventSubject, severity: Severity, reason: String, action: String, note: String) {
        self.regarding = regarding
        self.severity = severity
        self.reason = Self.cut(reason, to: 128)
        self.action = Self.cut(action.isEmpty ? reason : action, to: 128)
        self.note = Self.cut(note, to: 1_024)
    }

    /// The longest beginning of `text` that has at most `limit` bytes and breaks no character.
    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var result = ""
        var size = 0
        for character in text {
            size += character.utf8.count
            if size > limit - 3 { break }
            result.append(character)
        }
        return result + "…"
    }
}

/// The identity of an object an event is about (`ObjectReference` of core/v1).
public struct EventSubject: Sendable, Hashable {
    /// The kind.
    public var kind: GroupVersionKind
    /// The namespace and name.
    public var key: ObjectKey
    /// The uid, so that an object made anew under the name does not show the events of the old one.
    public var uid: String?

    /// Makes a subject of its parts.
    public init(kind: GroupVersionKind, key: ObjectKey, uid: String?) {
        self.kind = kind
        self.key = key
        self.uid = uid
    }

    /// Names `object`.
    public init(_ object: KubeObject) {
        self.init(kind: object.kind, key: object.key, uid: object.uid)
    }

    /// Where events about it live: its own namespace, or `default` for cluster-scoped objects.
    public var eventNamespace: String { key.namespace ?? "default" }

    var reference: Tree {
        var tree: Tree = [
            "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind), "name": .string(key.name),
        ]
        if let namespace = key.namespace { tree["namespace"] = .string(namespace) }
        if let uid { tree["uid"] = .string(uid) }
        return tree
    }
}
