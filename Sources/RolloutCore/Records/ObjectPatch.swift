internal import DataTree
internal import KubeAPI

/// A JSON patch that holds only if what it changes is still as it was read.
struct ObjectPatch: Sendable {
    /// The object as it was read.
    let object: KubeObject
    private(set) var operations: [JSONPatch.Operation] = []
    private var tested: Set<[String]> = []
    private var hasNewParent: Set<[String]> = []

    init(_ object: KubeObject) {
        self.object = object
        if let uid = object.uid { operations.append(.test(JSONPointer(tokens: ["metadata", "uid"]), .string(uid))) }
    }

    /// Whether it changes nothing.
    var isEmpty: Bool {
        operations.allSatisfy { operation in
            if case .test = operation { true } else { false }
        }
    }

    /// The patch as the API takes it.
    var document: [Tree] { operations.map(\.tree) }

    /// Sets or removes (nil) the value at a path of keys.
    mutating func set(_ value: Tree?, at path: [String]) {
        let pointer = JSONPointer(tokens: path)
        let present = object.tree.value(at: pointer)
        guard present != value else { return }
        if let present { test(path, present) }
        switch (present, value) {
        case (_?, let value?): operations.append(.replace(pointer, value))
        case (_?, nil): operations.append(.remove(pointer))
        case (nil, let value?):
            makeParents(path.dropLast())
            operations.append(.add(pointer, value))
        case (nil, nil): break
        }
    }

    /// Sets or removes an annotation.
    mutating func annotate(_ name: String, _ value: String?) {
        set(value.map { .string($0) }, at: ["metadata", "annotations", name])
    }

    /// Tests the value at a path once.
    mutating func test(_ path: [String], _ value: Tree) {
        guard tested.insert(path).inserted else { return }
        operations.append(.test(JSONPointer(tokens: path), value))
    }

    /// Makes objects that are missing above a path; the version is tested then, since absence cannot be.
    private mutating func makeParents(_ path: some Collection<String>) {
        let path = Array(path)
        guard !path.isEmpty, object.tree.value(at: JSONPointer(tokens: path)) == nil,
            hasNewParent.insert(path).inserted
        else { return }
        makeParents(path.dropLast())
        if let version = object.resourceVersion { test(["metadata", "resourceVersion"], .string(version)) }
        operations.append(.add(JSONPointer(tokens: path), .object(TreeObject())))
    }
}
