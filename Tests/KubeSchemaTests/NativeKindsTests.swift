internal import DataTree
internal import KubeAPI
internal import KubeSchema
internal import StructuralSchema
internal import Testing

@Suite("Native kinds") struct NativeKindsTests {
    @Test("all have a schema with apiVersion, kind and metadata", arguments: NativeKinds.all.map(\.kind))
    func schemas(kind: GroupVersionKind) throws {
        let schema = try #require(NativeKinds.kind(kind)).schema
        for field in ["apiVersion", "kind", "metadata"] {
            #expect(schema.property(field) != nil, "\(kind) lacks \(field)")
        }
    }

    @Test("are each found by path and by name")
    func lookup() throws {
        let deployment = try #require(NativeKinds.kind(group: "apps", version: "v1", plural: "deployments"))
        #expect(deployment.shortNames == ["deploy"])
        #expect(deployment.categories == ["all"])
        #expect(deployment.subresources.map(\.name) == ["scale", "status"])
        #expect(deployment.subresources[0].kind.description == "autoscaling/v1 Scale")
        #expect(deployment.hasStatus)
        let pod = try #require(NativeKinds.kind(group: "", version: "v1", plural: "pods"))
        #expect(
            pod.subresources.map(\.name) == ["binding", "ephemeralcontainers", "eviction", "log", "resize", "status"]
        )
        let review = try #require(
            NativeKinds.kind(group: "authorization.k8s.io", version: "v1", plural: "subjectaccessreviews")
        )
        #expect(!review.isStored)
        #expect(NativeKinds.groups.first == "")
    }

    @Test(
        "merge lists as the API server does",
        arguments: [
            ("apps", "Deployment", ["spec", "template", "spec", "containers"], ["name"], "name"),
            ("", "Pod", ["spec", "containers", "[]", "ports"], ["containerPort", "protocol"], "containerPort"),
            ("", "Pod", ["spec", "containers", "[]", "env"], ["name"], "name"),
            ("", "Pod", ["spec", "volumes"], ["name"], "name"),
            ("", "Pod", ["spec", "tolerations"], nil, nil),
            ("", "Service", ["spec", "ports"], ["port", "protocol"], "port"),
            ("", "Pod", ["status", "conditions"], ["type"], "type"),
            ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", ["webhooks"], ["name"], "name"),
            ("apps", "Deployment", ["metadata", "ownerReferences"], ["uid"], "uid"),
        ] as [(String, String, [String], [String]?, String?)]
    )
    func listKinds(group: String, kind: String, path: [String], keys: [String]?, mergeKey: String?) throws {
        let name = GroupVersionKind(group: group, version: "v1", kind: kind)
        var schema: any MergeSchema = try #require(NativeKinds.kind(name)).schema
        for step in path {
            schema = try #require(step == "[]" ? schema.items : schema.field(step), "no \(step) in \(path)")
        }
        #expect(schema.listKind == (keys.map { .map(keys: $0) } ?? .atomic))
        #expect(schema.patchMergeKey == mergeKey)
        #expect(schema.patchStrategies.contains(.merge) == (mergeKey != nil))
    }

    @Test("know strategies and the keys' defaults")
    func strategies() throws {
        let deployments = try #require(NativeKinds.kind(group: "apps", version: "v1", plural: "deployments")).schema
        let spec = try #require(deployments.property("spec"))
        #expect(spec.property("strategy")?.patchStrategies == [.retainKeys])
        #expect(spec.property("selector")?.mapKind == .atomic)
        let pod = try #require(spec.property("template")?.property("spec"))
        #expect(pod.property("volumes")?.patchStrategies == [.merge, .retainKeys])
        #expect(pod.property("nodeSelector")?.mapKind == .atomic)
        let ports = try #require(pod.property("containers")?.facts.items?.property("ports"))
        #expect(ports.facts.items?.property("protocol")?.defaultValue == "TCP")
    }

    @Test("have no field of an unknown definition")
    func closed() {
        for name in NativeSchemas.shared.names {
            guard let node = NativeSchemas.shared.schema(name) else { continue }
            for property in node.facts.properties {
                let inner = property.schema.facts.items ?? property.schema
                guard let target = inner.facts.extensions.definitionName, target.contains(".v1.") else { continue }
                let isScalar = inner.facts.type != .object || inner.facts.properties.isEmpty
                #expect(
                    isScalar || NativeSchemas.shared.schema(target) != nil,
                    "\(name).\(property.name): \(target)"
                )
            }
        }
    }
}
