/// One entry of `metadata.managedFields` (`ManagedFieldsEntry` of meta/v1).
public struct ManagedFieldsEntry: Sendable, Hashable {
    /// How the fields came to be owned.
    public enum Operation: String, Sendable, Hashable {
        /// By server-side apply.
        case apply = "Apply"
        /// By any other write.
        case update = "Update"
    }

    /// Who owns the fields.
    public var manager: String
    /// How they came to be owned.
    public var operation: Operation
    /// The version of the API in which the fields are named.
    public var apiVersion: String
    /// The subresource written through, empty for the object itself.
    public var subresource: String
    /// When the entry last changed, in RFC 3339; nil when not known.
    public var time: String?
    /// The fields owned.
    public var fields: FieldSet

    /// Makes an entry.
    public init(
        manager: String,
        operation: Operation,
        apiVersion: String,
        subresource: String = "",
        time: String? = nil,
        fields: FieldSet = FieldSet()
    ) {
        self.manager = manager
        self.operation = operation
        self.apiVersion = apiVersion
        self.subresource = subresource
        self.time = time
        self.fields = fields
    }

    /// Whether both stand for the same owner: an applier keeps its entry from one version of the API to another.
    public func isSameOwner(as other: ManagedFieldsEntry) -> Bool {
        manager == other.manager && operation == other.operation && subresource == other.subresource
            && (operation == .apply || apiVersion == other.apiVersion)
    }
}

extension ManagedFieldsEntry {
    /// Reads an entry as objects carry it.
    public init(_ tree: Tree) throws(FieldSet.DecodingFailure) {
        guard let operation = (tree["operation"]?.string).flatMap(Operation.init(rawValue:)) else {
            throw FieldSet.DecodingFailure("operation of a managedFields entry must be Apply or Update")
        }
        if let type = tree["fieldsType"]?.string, type != "FieldsV1" {
            throw FieldSet.DecodingFailure("fieldsType of a managedFields entry must be FieldsV1, not \"\(type)\"")
        }
        self.init(
            manager: tree["manager"]?.string ?? "",
            operation: operation,
            apiVersion: tree["apiVersion"]?.string ?? "",
            subresource: tree["subresource"]?.string ?? "",
            time: tree["time"]?.string,
            fields: try FieldSet(fieldsV1: tree["fieldsV1"] ?? [:])
        )
    }

    /// The entry as objects carry it.
    public var tree: Tree {
        var object: Tree = ["apiVersion": .string(apiVersion), "fieldsType": "FieldsV1", "fieldsV1": fields.fieldsV1]
        object["manager"] = .string(manager)
        object["operation"] = .string(operation.rawValue)
        if !subresource.isEmpty { object["subresource"] = .string(subresource) }
        if let time { object["time"] = .string(time) }
        return object
    }
}

/// The list of owners that an object carries in `metadata.managedFields`.
public enum ManagedFields {
    /// The owners an object names; none where it has no such list.
    public static func entries(of object: Tree) throws(FieldSet.DecodingFailure) -> [ManagedFieldsEntry] {
        var entries: [ManagedFieldsEntry] = []
        for item in object.value(at: "metadata", "managedFields")?.array ?? [] {
            entries.append(try ManagedFieldsEntry(item))
        }
        return entries
    }

    /// The object with a list of owners; without the list when there is none.
    public static func setting(_ entries: [ManagedFieldsEntry], on object: Tree) -> Tree {
        var result = object
        result.set(entries.isEmpty ? nil : .array(entries.map(\.tree)), at: ["metadata", "managedFields"])
        return result
    }

    /// The order in which the API server lists owners: appliers first, then by time, name, version and subresource.
    static func sorted(_ entries: [ManagedFieldsEntry]) -> [ManagedFieldsEntry] {
        entries.sorted { left, right in
            (left.operation.rawValue, left.time ?? "", left.manager, left.apiVersion, left.subresource)
                < (right.operation.rawValue, right.time ?? "", right.manager, right.apiVersion, right.subresource)
        }
    }
}
