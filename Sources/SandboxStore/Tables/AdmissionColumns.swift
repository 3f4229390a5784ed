internal import DataTree

/// The columns of admission policies.
enum AdmissionColumns {
    static let policies: [TableColumn] = [
        .name,
        NativeColumns.cell("Validations", "integer") {
            .integer(Int64($0.value(at: "spec", "validations")?.array?.count ?? 0))
        },
        NativeColumns.cell("ParamKind") { object in
            guard let kind = object.value(at: "spec", "paramKind") else { return "<unset>" }
            return .string("\(kind["apiVersion"]?.string ?? "")/\(kind["kind"]?.string ?? "")")
        },
        .age,
    ]

    static let bindings: [TableColumn] = [
        .name, NativeColumns.text("PolicyName", "spec", "policyName"),
        NativeColumns.cell("ParamRef") { params($0.value(at: "spec", "paramRef")) }, .age,
    ]

    private static func params(_ reference: Tree?) -> Tree {
        guard let reference else { return "<unset>" }
        guard let name = reference["name"]?.string, !name.isEmpty else {
            return reference["selector"].map { NativeColumns.selector($0) } ?? "<unset>"
        }
        let namespace = reference["namespace"]?.string ?? ""
        return .string("\(namespace.isEmpty ? "*" : namespace)/\(name)")
    }
}
