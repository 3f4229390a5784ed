internal import DataTree

/// Where the pods of a gateway may run.
struct GatewayPlacement {
    /// Values of the mesh.
    let values: Tree
    /// Values of the gateway.
    let gateway: Tree

    /// Which nodes and neighbours the pods want; lists without entries are null, as upstream writes them.
    var affinity: Tree {
        var result: Tree = [
            "nodeAffinity": [
                "requiredDuringSchedulingIgnoredDuringExecution": requiredNodes,
                "preferredDuringSchedulingIgnoredDuringExecution": preferredNodes,
            ]
        ]
        let hard = gateway.at("podAntiAffinityLabelSelector").elements
        let soft = gateway.at("podAntiAffinityTermLabelSelector").elements
        guard !hard.isEmpty || !soft.isEmpty else { return result }
        let preferred = soft.map { term -> Tree in
            ["podAffinityTerm": podTerm(term, withNamespaces: false), "weight": 100]
        }
        result["podAntiAffinity"] = fields([
            (
                "requiredDuringSchedulingIgnoredDuringExecution",
                when(!hard.isEmpty, .array(hard.map { podTerm($0, withNamespaces: true) }))
            ),
            ("preferredDuringSchedulingIgnoredDuringExecution", when(!soft.isEmpty, .array(preferred))),
        ])
        return result
    }

    private var architectures: [TreeObject.Entry] {
        values.at("global.arch").sortedEntries.filter { $0.value.wholeNumber > 0 }
    }

    private var requiredNodes: Tree {
        let chosen = gateway.at("nodeSelector").or(values.at("global.defaultNodeSelector"))
        var expressions: [Tree] = []
        if values.has("global.arch") {
            let names = architectures.map { Tree.string($0.key) }
            expressions.append([
                "key": "kubernetes.io/arch", "operator": "In", "values": names.isEmpty ? .null : .array(names),
            ])
        }
        expressions += chosen.sortedEntries.map {
            ["key": .string($0.key), "operator": "In", "values": [.string($0.value.printed)]]
        }
        return expressions.isEmpty ? .null : ["nodeSelectorTerms": [["matchExpressions": .array(expressions)]]]
    }

    private var preferredNodes: Tree {
        let terms = architectures.map { entry -> Tree in
            let expression: Tree = ["key": "kubernetes.io/arch", "operator": "In", "values": [.string(entry.key)]]
            return [
                "weight": .integer(entry.value.wholeNumber), "preference": ["matchExpressions": [expression]],
            ]
        }
        return terms.isEmpty ? .null : .array(terms)
    }

    private func podTerm(_ item: Tree, withNamespaces: Bool) -> Tree {
        func split(_ path: String) -> Tree? {
            let parts = item.text(path).split(separator: ",", omittingEmptySubsequences: false)
            return item.has(path) ? .array(parts.map { .string(String($0)) }) : nil
        }
        let expression = fields([
            ("key", item.at("key").plain), ("operator", item.at("operator").plain), ("values", split("values")),
        ])
        return fields([
            ("labelSelector", ["matchExpressions": [expression]]), ("topologyKey", item.at("topologyKey").plain),
            ("namespaces", withNamespaces ? split("namespaces") : nil),
        ])
    }
}
