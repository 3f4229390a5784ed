internal import DataTree

/// A kind of Istio's API that users configure a mesh with.
struct IstioKind {
    /// The part of the group before `.istio.io`.
    enum Group: String {
        /// Traffic.
        case networking
        /// Who may do what.
        case security
        /// What is observed.
        case telemetry
        /// Filters.
        case extensions
    }

    /// The kind, also the name of its schema in the tables.
    let name: String
    let group: Group
    let plural: String
    let shortName: String?
    /// The versions served, all with the same schema; the one that is stored bears a star.
    let versions: [String]
    /// The columns of `kubectl get` before the age.
    var columns: [PrinterColumn] = []
    /// Whether an object without `spec` is refused.
    var needsSpec = false
    /// Whether `kubectl get` shows the age, and where.
    var age: Age = .last

    /// The place of the column with the age.
    enum Age {
        /// None: `kubectl` shows it by itself where a kind has no columns.
        case none
        /// Before the others.
        case first
        /// Behind the others.
        case last
    }

    init(_ name: String, _ group: Group, _ plural: String, short: String? = nil, _ versions: String...) {
        (self.name, self.group, self.plural, shortName, self.versions) = (name, group, plural, short, versions)
    }

    /// The same, where objects without `spec` are refused.
    func needingSpec() -> IstioKind {
        var copy = self
        copy.needsSpec = true
        return copy
    }

    /// The same with columns.
    func showing(_ columns: PrinterColumn..., age: Age = .last) -> IstioKind {
        var copy = self
        (copy.columns, copy.age) = (columns, age)
        return copy
    }

    /// The CustomResourceDefinition, with schemas of `table`.
    func definition(_ table: inout IstioKindTable) -> Tree {
        let schema = rootSchema(&table)
        let group = "\(group.rawValue).istio.io"
        var names: Tree = [
            "kind": .string(name), "listKind": .string("\(name)List"), "plural": .string(plural),
            "singular": .string(name.lowercased()),
            "categories": ["istio-io", .string("\(self.group.rawValue)-istio-io")],
        ]
        if let shortName { names["shortNames"] = [.string(shortName)] }
        return [
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": [
                "name": .string("\(plural).\(group)"),
                "labels": [
                    "app.kubernetes.io/part-of": "istio",
                    "app.kubernetes.io/managed-by": .string(MeshNames.Label.managedByValue),
                ],
            ],
            "spec": [
                "group": .string(group), "names": names, "scope": "Namespaced",
                "versions": .array(versions.map { version($0, schema) }),
            ],
        ]
    }

    private func rootSchema(_ table: inout IstioKindTable) -> Tree {
        let spec = table.schema(name[...])
        var result = FieldWriter()
        result.add("description", spec["description"])
        result.add("type", "object")
        result.add("properties", ["spec": spec, "status": table.schema("Status")])
        if needsSpec { result.add("required", ["spec"]) }
        return .object(result.object)
    }

    private func version(_ text: String, _ schema: Tree) -> Tree {
        let isStored = text.hasSuffix("*")
        var result = FieldWriter()
        result.add("name", isStored ? String(text.dropLast()) : text)
        result.add("served", .bool(true))
        result.add("storage", .bool(isStored))
        result.add("subresources", ["status": [:]])
        let ageColumn = PrinterColumn(
            name: "Age",
            type: "date",
            path: ".metadata.creationTimestamp",
            description: "The time since it was made."
        )
        let shown =
            switch age {
            case .none: columns
            case .first: [ageColumn] + columns
            case .last: columns + [ageColumn]
            }
        result.add("additionalPrinterColumns", shown.map(\.tree))
        result.add("schema", ["openAPIV3Schema": schema])
        return .object(result.object)
    }
}
