/// A set of fields of an object, as `metadata.managedFields` keeps them (FieldsV1 of meta/v1).
///
/// A path in the set says nothing about the paths below it.
public struct FieldSet: Sendable, Hashable {
    /// The steps that lead to fields of the set.
    private(set) var members: Set<FieldStep>
    /// What is in the set below a step; never an empty set.
    private(set) var children: [FieldStep: FieldSet]

    /// Makes an empty set.
    public init() {
        self.members = []
        self.children = [:]
    }

    /// Makes a set of paths.
    public init(_ paths: some Sequence<FieldPath>) {
        self.init()
        for path in paths { insert(path) }
    }

    /// Whether nothing is in the set.
    public var isEmpty: Bool { members.isEmpty && children.isEmpty }

    /// How many paths are in the set.
    public var count: Int { members.count + children.values.reduce(0) { $0 + $1.count } }

    /// Whether the path is in the set; the root never is.
    public func contains(_ path: FieldPath) -> Bool { contains(path.steps[...]) }

    private func contains(_ steps: ArraySlice<FieldStep>) -> Bool {
        guard let first = steps.first else { return false }
        if steps.count == 1 { return members.contains(first) }
        return children[first]?.contains(steps.dropFirst()) ?? false
    }

    /// Adds a path; the root is ignored.
    public mutating func insert(_ path: FieldPath) { insert(path.steps[...]) }

    private mutating func insert(_ steps: ArraySlice<FieldStep>) {
        guard let first = steps.first else { return }
        if steps.count == 1 {
            members.insert(first)
        } else {
            children[first, default: FieldSet()].insert(steps.dropFirst())
        }
    }

    /// Adds the path of one step.
    mutating func insert(_ step: FieldStep) { members.insert(step) }

    /// Adds all paths of `set`, below `step`.
    mutating func insert(_ set: FieldSet, below step: FieldStep) {
        guard !set.isEmpty else { return }
        children[step] = children[step]?.union(set) ?? set
    }

    /// All paths, in the order of FieldsV1, each before those below it.
    public var paths: [FieldPath] {
        var paths: [FieldPath] = []
        collect(into: &paths, below: [])
        return paths
    }

    private func collect(into paths: inout [FieldPath], below prefix: [FieldStep]) {
        for step in steps {
            if members.contains(step) { paths.append(FieldPath(prefix + [step])) }
            children[step]?.collect(into: &paths, below: prefix + [step])
        }
    }

    /// The steps that lead anywhere, in the order of FieldsV1.
    var steps: [FieldStep] { members.union(children.keys).sorted(by: FieldStep.precedes) }
}

extension FieldSet {
    /// The paths in either set.
    public func union(_ other: FieldSet) -> FieldSet {
        FieldSet(members: members.union(other.members), children: children.merging(other.children) { $0.union($1) })
    }

    /// The paths in both sets.
    public func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(members: members.intersection(other.members), children: [:])
        for (step, child) in children {
            if let otherChild = other.children[step] { result.insert(child.intersection(otherChild), below: step) }
        }
        return result
    }

    /// The paths in this set that are not in `other`.
    public func difference(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(members: members.subtracting(other.members), children: [:])
        for (step, child) in children {
            result.insert(other.children[step].map { child.difference($0) } ?? child, below: step)
        }
        return result
    }

    /// The paths in this set that neither are in `other` nor lie below a path of it.
    public func recursiveDifference(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(members: members.subtracting(other.members), children: [:])
        for (step, child) in children where !other.members.contains(step) {
            result.insert(other.children[step].map { child.recursiveDifference($0) } ?? child, below: step)
        }
        return result
    }

    /// This set with every named field that something of the set lies below.
    func includingNamedFields(_ schema: any MergeSchema) -> FieldSet {
        var result = FieldSet(members: members, children: [:])
        for (step, child) in children {
            var childSchema: (any MergeSchema)?
            if case .field(let name) = step {
                childSchema = schema.field(name)
                if schema.isNamedField(name) { result.insert(step) }
            } else {
                childSchema = schema.items
            }
            result.insert(child.includingNamedFields(childSchema ?? DeducedSchema()), below: step)
        }
        return result
    }

    private init(members: Set<FieldStep>, children: [FieldStep: FieldSet]) {
        self.members = members
        self.children = children
    }
}
