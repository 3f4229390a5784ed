internal import DataTree

/// A schema written down in a test.
struct TestSchema: MergeSchema {
    var fields: [String: TestSchema] = [:]
    var element: [TestSchema] = []
    var listKind = ListKind.atomic
    var mapKind = MapKind.granular
    var patchMergeKey: String?
    var patchStrategies: Set<PatchStrategy> = []
    var defaultValue: Tree?
    /// Whether keys that `fields` does not name have the element's schema.
    var isMap = false

    func field(_ key: String) -> (any MergeSchema)? { fields[key] ?? (isMap ? items : nil) }
    func isNamedField(_ key: String) -> Bool { fields[key] != nil }
    var items: (any MergeSchema)? { element.first }

    static let scalar = TestSchema()
    static let strings = TestSchema(element: [.scalar], isMap: true)
    static let atomicMap = TestSchema(mapKind: .atomic)
    static let atomicList = TestSchema(element: [.scalar])
    static let set = TestSchema(element: [.scalar], listKind: .set, patchStrategies: [.merge])

    static func object(_ fields: [String: TestSchema]) -> TestSchema { TestSchema(fields: fields) }

    static func map(keys: [String], _ element: TestSchema, defaults: [String: Tree] = [:]) -> TestSchema {
        var element = element
        for (key, value) in defaults { element.fields[key, default: .scalar].defaultValue = value }
        return TestSchema(
            element: [element],
            listKind: .map(keys: keys),
            patchMergeKey: keys.first,
            patchStrategies: [.merge]
        )
    }

    /// The fields of a Deployment that tests use.
    static let deployment: TestSchema = {
        let ports = map(
            keys: ["containerPort", "protocol"],
            object(["containerPort": scalar, "protocol": scalar, "name": scalar]),
            defaults: ["protocol": "TCP"]
        )
        let container = object([
            "name": scalar, "image": scalar, "args": atomicList,
            "env": map(keys: ["name"], object(["name": scalar, "value": scalar])),
            "ports": ports,
        ])
        var strategy = object(["type": scalar, "rollingUpdate": object(["maxSurge": scalar])])
        strategy.patchStrategies = [.retainKeys]
        let podSpec = object([
            "containers": map(keys: ["name"], container), "nodeSelector": atomicMap, "finalizers": set,
            "hostNetwork": scalar,
        ])
        let metadata = object([
            "name": scalar, "labels": strings, "annotations": strings, "finalizers": set, "uid": scalar,
        ])
        return object([
            "apiVersion": scalar, "kind": scalar, "metadata": metadata,
            "spec": object([
                "replicas": scalar, "strategy": strategy, "template": object(["metadata": metadata, "spec": podSpec]),
            ]),
            "status": object(["readyReplicas": scalar]),
        ])
    }()
}

/// The tree of a YAML text.
func yaml(_ text: String) throws -> Tree { try YAML.document(text) }
