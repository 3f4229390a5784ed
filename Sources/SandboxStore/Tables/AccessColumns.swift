internal import DataTree

/// The columns of access control.
enum AccessColumns {
    static let bindings: [TableColumn] = [
        .name,
        NativeColumns.cell("Role") { object in
            let role = object["roleRef"]
            return .string("\(role?["kind"]?.string ?? "")/\(role?["name"]?.string ?? "")")
        },
        .age, subjects("Users", "User"), subjects("Groups", "Group"), subjects("ServiceAccounts", "ServiceAccount"),
    ]

    private static func subjects(_ name: String, _ kind: String) -> TableColumn {
        NativeColumns.cell(name) { object in
            let all = (object["subjects"]?.array ?? []).filter { $0["kind"] == .string(kind) }
            let names = all.map { subject in
                let name = subject["name"]?.string ?? ""
                return kind == "ServiceAccount" ? "\(subject["namespace"]?.string ?? "")/\(name)" : name
            }
            return .string(names.joined(separator: ", "))
        }.wide
    }

    static let requests: [TableColumn] = [
        .name, .age, NativeColumns.text("SignerName", "spec", "signerName"),
        NativeColumns.text("Requestor", "spec", "username"),
        NativeColumns.cell("RequestedDuration") { _ in "<none>" },
        NativeColumns.cell("Condition") { object in
            let types = (object.value(at: "status", "conditions")?.array ?? []).compactMap { $0["type"]?.string }
            var text = types.isEmpty ? "Pending" : types.joined(separator: ",")
            if object.value(at: "status", "certificate") != nil { text += ",Issued" }
            return .string(text)
        },
    ]
}
