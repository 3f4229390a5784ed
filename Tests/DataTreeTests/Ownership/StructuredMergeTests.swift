internal import DataTree
internal import MeshTestKit
internal import Testing

/// An object and its owners, written to by several managers.
struct OwnedObject {
    var object: Tree?
    var managers: [ManagedFieldsEntry] = []
    var schema: any MergeSchema = TestSchema.deployment
    var clock = 0

    private mutating func writer(_ name: String, _ operation: ManagedFieldsEntry.Operation, _ version: String)
        -> ManagedFieldsEntry
    {
        clock += 1
        return ManagedFieldsEntry(
            manager: name,
            operation: operation,
            apiVersion: version,
            time: "2026-01-01T00:00:\(10 + clock)Z"
        )
    }

    mutating func apply(_ text: String, as name: String, force: Bool = false, version: String = "apps/v1") throws {
        let outcome = try StructuredMerge.apply(
            yaml(text),
            to: object,
            as: writer(name, .apply, version),
            managers: managers,
            schema: schema,
            force: force
        )
        (object, managers) = (outcome.object, outcome.managers)
    }

    mutating func update(_ text: String, as name: String) throws {
        let writer = writer(name, .update, "apps/v1")
        let outcome = StructuredMerge.update(
            try yaml(text),
            from: object,
            as: writer,
            managers: managers,
            schema: schema
        )
        (object, managers) = (outcome.object, outcome.managers)
    }

    func fields(of name: String) -> [String] {
        managers.filter { $0.manager == name }.flatMap { $0.fields.paths.map(\.description) }
    }
}

struct StructuredMergeTests {
    @Test func firstApplyOwnsWhatItSets() throws {
        var owned = OwnedObject()
        try owned.apply("{metadata: {name: d, labels: {a: '1'}}, spec: {replicas: 2}}", as: "me")
        #expect(owned.object == (try yaml("{metadata: {name: d, labels: {a: '1'}}, spec: {replicas: 2}}")))
        #expect(owned.fields(of: "me") == [".metadata.labels.a", ".spec.replicas"])
    }

    @Test func whatIsNoLongerAppliedIsRemoved() throws {
        var owned = OwnedObject()
        try owned.apply("{metadata: {labels: {a: '1', b: '2'}}, spec: {replicas: 2}}", as: "me")
        try owned.apply("{metadata: {labels: {b: '3'}}}", as: "me")
        #expect(owned.object == (try yaml("{metadata: {labels: {b: '3'}}}")))
        #expect(owned.fields(of: "me") == [".metadata.labels.b"])
    }

    @Test func whatAnotherOwnsStays() throws {
        var owned = OwnedObject()
        try owned.apply("{metadata: {labels: {a: '1', b: '2'}}}", as: "me")
        try owned.apply("{metadata: {labels: {a: '1', c: '3'}}}", as: "other")
        try owned.apply("{metadata: {}}", as: "me")
        #expect(owned.object == (try yaml("{metadata: {labels: {a: '1', c: '3'}}}")))
        #expect(owned.fields(of: "me").isEmpty)
        #expect(owned.fields(of: "other") == [".metadata.labels.a", ".metadata.labels.c"])
    }

    @Test func changingWhatAnotherOwnsIsAConflict() throws {
        var owned = OwnedObject()
        try owned.apply("{spec: {replicas: 2, template: {spec: {containers: [{name: a, image: x}]}}}}", as: "me")
        let before = owned.object
        let patch = "{spec: {replicas: 3, template: {spec: {containers: [{name: a, image: y}]}}}}"
        let failure = #expect(throws: StructuredMerge.Failure.self) { try owned.apply(patch, as: "other") }
        guard case .conflicts(let conflicts)? = failure else {
            Issue.record("expected conflicts, got \(String(describing: failure))")
            return
        }
        #expect(
            conflicts.map(\.path.description) == [".spec.replicas", ".spec.template.spec.containers[name=\"a\"].image"]
        )
        #expect(conflicts.allSatisfy { $0.owner.manager == "me" })
        #expect(owned.object == before)
        try owned.apply(patch, as: "other", force: true)
        #expect(owned.object == (try yaml(patch)))
        #expect(!owned.fields(of: "me").contains(".spec.replicas"))
        #expect(owned.fields(of: "other").contains(".spec.replicas"))
    }

    @Test func applyingTheSameValueShares() throws {
        var owned = OwnedObject()
        try owned.apply("{spec: {replicas: 2}}", as: "me")
        try owned.apply("{spec: {replicas: 2.0}}", as: "other")
        #expect(owned.fields(of: "me") == [".spec.replicas"])
        #expect(owned.fields(of: "other") == [".spec.replicas"])
        try owned.apply("{spec: {}}", as: "me")
        #expect(owned.object?.value(at: "spec", "replicas") != nil)
    }

    @Test func anUpdateTakesWhatItChanges() throws {
        var owned = OwnedObject()
        try owned.apply("{metadata: {labels: {a: '1', b: '2'}}, spec: {replicas: 2}}", as: "me")
        try owned.update("{metadata: {labels: {a: '9', b: '2'}}, spec: {replicas: 2}}", as: "editor")
        #expect(owned.fields(of: "me") == [".metadata.labels.b", ".spec.replicas"])
        #expect(owned.fields(of: "editor") == [".metadata.labels.a"])
        let entries = owned.managers
        try owned.update("{metadata: {labels: {a: '9', b: '2'}}, spec: {replicas: 2}}", as: "editor")
        #expect(owned.managers == entries)
        try owned.update("{metadata: {labels: {a: '9'}}, spec: {replicas: 2}}", as: "editor")
        #expect(owned.fields(of: "me") == [".spec.replicas"])
    }

    @Test func anUpdateOwnsNestedObjectsItMakes() throws {
        var owned = OwnedObject()
        try owned.update(
            "{metadata: {name: d, uid: u, labels: {a: '1'}}, spec: {template: {spec: {containers: [{name: a}]}}}}",
            as: "e"
        )
        #expect(
            owned.fields(of: "e") == [
                ".metadata.labels", ".metadata.labels.a", ".spec", ".spec.template", ".spec.template.spec",
                ".spec.template.spec.containers", ".spec.template.spec.containers[name=\"a\"]",
                ".spec.template.spec.containers[name=\"a\"].name",
            ]
        )
    }

    @Test func elementsOfMapListsAreOwnedByKey() throws {
        var owned = OwnedObject()
        let containers = "{spec: {template: {spec: {containers: [{name: a, image: x}, {name: b, image: y}]}}}}"
        try owned.apply(containers, as: "me")
        try owned.apply(
            "{spec: {template: {spec: {containers: [{name: injected, image: z}, {name: b, args: [q]}]}}}}",
            as: "injector"
        )
        #expect(
            owned.object
                == (try yaml(
                    """
                    spec: {template: {spec: {containers: [{name: a, image: x}, {name: injected, image: z}, {name: b, image: y, args: [q]}]}}}
                    """
                ))
        )
        try owned.apply("{spec: {template: {spec: {containers: [{name: a, image: x}]}}}}", as: "me")
        let names = owned.object?.value(at: TreePath(keys: "spec", "template", "spec", "containers"))?.array ?? []
        #expect(names == (try yaml("[{name: a, image: x}, {name: injected, image: z}, {name: b, args: [q]}]").array))
    }

    @Test func theOrderOfTheAppliedListWins() throws {
        var owned = OwnedObject()
        try owned.apply("{metadata: {finalizers: [a, b, c]}}", as: "me")
        try owned.apply("{metadata: {finalizers: [x, w]}}", as: "other")
        #expect(owned.object?.value(at: "metadata", "finalizers") == ["a", "b", "c", "x", "w"])
        try owned.apply("{metadata: {finalizers: [w, b, x]}}", as: "other")
        #expect(owned.object?.value(at: "metadata", "finalizers") == ["a", "c", "w", "b", "x"])
    }

    @Test func defaultsOfKeysTellElementsApart() throws {
        var owned = OwnedObject()
        let one = "{name: a, ports: [{containerPort: 80, name: w}, {containerPort: 80, protocol: UDP}]}"
        try owned.apply("{spec: {template: {spec: {containers: [\(one)]}}}}", as: "me")
        let path = ".spec.template.spec.containers[name=\"a\"].ports[containerPort=80,protocol=\"TCP\"].name"
        #expect(owned.fields(of: "me").contains(path))
        let same = "{name: a, ports: [{containerPort: 80, protocol: TCP, name: v}]}"
        #expect(throws: StructuredMerge.Failure.self) {
            try owned.apply("{spec: {template: {spec: {containers: [\(same)]}}}}", as: "other")
        }
    }

    @Test func atomicValuesAreOwnedWhole() throws {
        var owned = OwnedObject()
        try owned.apply(
            "{spec: {template: {spec: {nodeSelector: {a: '1'}, containers: [{name: c, args: [x]}]}}}}",
            as: "me"
        )
        let failure = #expect(throws: StructuredMerge.Failure.self) {
            try owned.apply(
                "{spec: {template: {spec: {nodeSelector: {b: '2'}, containers: [{name: c, args: [y]}]}}}}",
                as: "other"
            )
        }
        guard case .conflicts(let conflicts)? = failure else { return }
        #expect(
            conflicts.map(\.path.description) == [
                ".spec.template.spec.containers[name=\"c\"].args", ".spec.template.spec.nodeSelector",
            ]
        )
        try owned.apply("{spec: {template: {spec: {nodeSelector: {b: '2'}}}}}", as: "other", force: true)
        #expect(owned.object?.value(at: "spec", "template", "spec", "nodeSelector") == ["b": "2"])
    }

    static let invalid: [(String, String)] = [
        ("{spec: {template: {spec: {containers: [{name: a}, {name: a}]}}}}", "spec.template.spec.containers[1]"),
        ("{spec: {template: {spec: {containers: [{image: a}]}}}}", "spec.template.spec.containers[0]"),
        ("{spec: {template: {spec: {containers: [a]}}}}", "spec.template.spec.containers[0]"),
        ("{metadata: {finalizers: [a, b, a]}}", "metadata.finalizers[2]"),
        ("{metadata: {finalizers: [{}]}}", "metadata.finalizers[0]"),
    ]

    @Test(arguments: invalid)
    func refusesElementsThatCannotBeToldApart(text: String, path: String) {
        var owned = OwnedObject()
        let failure = #expect(throws: StructuredMerge.Failure.self) { try owned.apply(text, as: "me") }
        guard case .invalid(let found, _)? = failure else {
            Issue.record("expected invalid, got \(String(describing: failure))")
            return
        }
        #expect(found == path)
    }

    @Test func whatWasThereBeforeTheFirstApplyHasAnOwner() throws {
        var owned = OwnedObject(object: try yaml("{apiVersion: apps/v1, metadata: {name: d}, spec: {replicas: 5}}"))
        #expect(throws: StructuredMerge.Failure.self) { try owned.apply("{spec: {replicas: 1}}", as: "me") }
        try owned.apply("{spec: {replicas: 5}, metadata: {labels: {a: b}}}", as: "me")
        #expect(owned.fields(of: "before-first-apply").contains(".spec.replicas"))
        #expect(owned.fields(of: "me") == [".metadata.labels.a", ".spec.replicas"])
    }

    @Test func ignoredFieldsAreNeitherChangedNorOwned() throws {
        let status = FieldSet([FieldPath(fields: "status")])
        let writer = ManagedFieldsEntry(manager: "me", operation: .apply, apiVersion: "v1")
        let outcome = try StructuredMerge.apply(
            yaml("{spec: {replicas: 1}, status: {readyReplicas: 7}}"),
            to: yaml("{status: {readyReplicas: 1}}"),
            as: writer,
            managers: [],
            schema: TestSchema.deployment,
            ignoring: status
        )
        #expect(outcome.object == (try yaml("{spec: {replicas: 1}, status: {readyReplicas: 1}}")))
        let mine = outcome.managers.filter { $0.manager == "me" }.flatMap { $0.fields.paths.map(\.description) }
        #expect(mine == [".spec.replicas"])
    }

    @Test func anApplierKeepsItsEntryFromVersionToVersion() throws {
        var owned = OwnedObject()
        try owned.apply("{spec: {replicas: 1}}", as: "me", version: "apps/v1beta1")
        try owned.apply("{spec: {replicas: 2}}", as: "me", version: "apps/v1")
        #expect(owned.managers.map(\.apiVersion) == ["apps/v1"])
    }

    @Test func theTimeMovesOnlyWithTheObject() throws {
        var owned = OwnedObject()
        try owned.apply("{spec: {replicas: 1}}", as: "me")
        let first = owned.managers
        try owned.apply("{spec: {replicas: 1}}", as: "me")
        #expect(owned.managers == first)
        try owned.apply("{spec: {replicas: 2}}", as: "me")
        #expect(owned.managers != first)
    }

    @Test func manyUpdatersShareAnEntry() throws {
        var owned = OwnedObject()
        var labels: [String] = []
        for index in 0..<15 {
            labels.append("l\(index): x")
            try owned.update("{metadata: {labels: {\(labels.joined(separator: ", "))}}}", as: "manager-\(index)")
        }
        #expect(owned.managers.count == 11)
        #expect(owned.fields(of: "ancient-changes").filter { $0.hasPrefix(".metadata.labels.") }.count == 5)
    }

    @Test func appliersComeBeforeUpdatersInOrderOfTime() throws {
        var owned = OwnedObject()
        try owned.update("{metadata: {labels: {a: '1'}}}", as: "z")
        try owned.apply("{metadata: {labels: {b: '1'}}}", as: "y")
        try owned.apply("{metadata: {labels: {c: '1'}}}", as: "x")
        try owned.update("{metadata: {labels: {a: '1', b: '1', c: '1', d: '1'}}}", as: "a")
        #expect(owned.managers.map(\.manager) == ["y", "x", "z", "a"])
    }

    @Test func withoutASchemaListsAreAtomic() throws {
        var owned = OwnedObject(schema: DeducedSchema())
        try owned.apply("{spec: {list: [{name: a}], map: {x: {w: 1}}}}", as: "me")
        #expect(owned.fields(of: "me") == [".spec", ".spec.list", ".spec.map", ".spec.map.x", ".spec.map.x.w"])
        try owned.apply("{spec: {map: {z: 1}}}", as: "me")
        #expect(owned.object == (try yaml("{spec: {map: {z: 1}}}")))
    }
}
