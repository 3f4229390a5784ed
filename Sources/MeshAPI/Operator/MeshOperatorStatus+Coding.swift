package import DataTree

extension MeshOperatorStatus {
    /// Reads what can be read; anything odd is left out.
    package init(lenient tree: Tree) {
        let reader = FieldReader(tree)
        self.init()
        observedGeneration = tree["observedGeneration"]?.integer ?? 0
        phase = reader.choice("phase")
        version = reader.text("version")
        targetVersion = reader.text("targetVersion")
        revision = reader.text("revision")
        targetRevision = reader.text("targetRevision")
        proxies = reader.text("proxies")
        plan = reader.optionalChild("plan").map { Plan($0) }
        revisions = reader.children("revisions").map { Revision($0) }
        components = reader.children("components").map {
            Component(name: $0.text("name") ?? "", ready: $0.flag("ready") ?? false, message: $0.text("message") ?? "")
        }
        gateways = reader.children("gateways").map {
            var gateway = Gateway(
                name: $0.text("name") ?? "",
                namespace: $0.text("namespace") ?? "",
                revision: $0.text("revision") ?? "",
                address: $0.text("address") ?? ""
            )
            gateway.weight = $0.integer("weight")
            return gateway
        }
        warnings = reader.texts("warnings")
        leftAlone = reader.texts("leftAlone")
        conditions = reader.children("conditions").compactMap { MeshCondition($0) }
    }

    /// The status as the API stores it: fixed order of fields, empty ones left out.
    package var tree: Tree {
        var result = FieldWriter()
        result.add("observedGeneration", .integer(observedGeneration))
        result.add("phase", phase?.rawValue)
        result.add("version", version)
        result.add("targetVersion", targetVersion)
        result.add("revision", revision)
        result.add("targetRevision", targetRevision)
        result.add("proxies", proxies)
        if let plan { result.add("plan", plan.tree) }
        result.add("revisions", revisions.map(\.tree))
        result.add("components", components.map(\.tree))
        result.add("gateways", gateways.map(\.tree))
        result.add("warnings", warnings.map { .string($0) })
        result.add("leftAlone", leftAlone.map { .string($0) })
        result.add("conditions", conditions.map(\.tree))
        return .object(result.object)
    }
}

extension MeshOperatorStatus.Plan {
    init(_ reader: FieldReader) {
        hops = reader.texts("hops")
        overrides = reader.texts("overrides")
        outline = reader.optionalChild("outline").map { PlanOutline($0) }
        progress = RolloutProgress(reader)
        isPromoting = reader.flag("promoting") ?? false
    }

    var tree: Tree {
        var result = FieldWriter()
        result.add("hops", hops.map { .string($0) })
        result.add("overrides", overrides.map { .string($0) })
        result.add("outline", outline?.tree)
        result.add("promoting", isPromoting ? .bool(true) : nil)
        progress.write(to: &result)
        var object = result.object
        // What has no steps, as a change in place, is at none of them, and has no share.
        if progress.steps == 0 { for key in ["step", "steps", "weight"] { object[key] = nil } }
        return .object(object)
    }
}

extension MeshOperatorStatus.Revision {
    init(_ reader: FieldReader) {
        name = reader.text("name") ?? ""
        version = reader.text("version") ?? ""
        ready = reader.flag("ready") ?? false
        proxies = reader.integer("proxies") ?? 0
        weight = reader.integer("weight") ?? 0
        inUse = reader.flag("inUse") ?? false
        tags = reader.texts("tags")
        heldBy = reader.texts("heldBy")
    }

    var tree: Tree {
        var result: Tree = [
            "name": .string(name), "version": .string(version), "ready": .bool(ready),
            "proxies": .integer(Int64(proxies)), "weight": .integer(Int64(weight)), "inUse": .bool(inUse),
        ]
        if !tags.isEmpty { result["tags"] = .array(tags.map { .string($0) }) }
        if !heldBy.isEmpty { result["heldBy"] = .array(heldBy.map { .string($0) }) }
        return result
    }
}

extension MeshOperatorStatus.Component {
    var tree: Tree {
        var result = FieldWriter()
        result.add("name", name)
        result.add("ready", .bool(ready))
        result.add("message", message.isEmpty ? nil : message)
        return .object(result.object)
    }
}

extension MeshOperatorStatus.Gateway {
    var tree: Tree {
        var result: Tree = [
            "name": .string(name), "namespace": .string(namespace), "revision": .string(revision),
            "address": .string(address),
        ]
        if let weight { result["weight"] = .integer(Int64(weight)) }
        return result
    }
}

extension MeshCondition {
    var tree: Tree {
        [
            "type": .string(type), "status": .string(state.rawValue), "reason": .string(reason),
            "message": .string(message), "observedGeneration": .integer(observedGeneration),
            "lastTransitionTime": .string(lastTransitionTime),
        ]
    }
}

/// Collects fields in order, leaving out what is nil or empty.
struct FieldWriter {
    private(set) var object: TreeObject

    init(object: TreeObject = TreeObject()) { self.object = object }

    mutating func add(_ key: String, _ value: Tree?) {
        if let value { object[key] = value }
    }

    mutating func add(_ key: String, _ value: String?) {
        if let value { object[key] = .string(value) }
    }

    mutating func add(_ key: String, _ values: [Tree]) {
        if !values.isEmpty { object[key] = .array(values) }
    }
}
