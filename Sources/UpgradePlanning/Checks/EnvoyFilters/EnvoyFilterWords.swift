internal import DataTree
internal import KubeAPI

/// Whether the words of a patch are those of the API and go together.
///
/// The rules are those of istiod's validation and of `istioctl analyze`; a webhook that was off, or an older one, let other
/// patches through, and istiod passes over them.
struct EnvoyFilterWords {
    let filter: EnvoyFilterView
    let patch: EnvoyFilterView.Patch

    private static let ofListeners: Set = [
        "LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "LISTENER_FILTER",
    ]
    private static let ofRoutes: Set = ["ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"]
    private static let others: Set = ["CLUSTER", "EXTENSION_CONFIG", "BOOTSTRAP"]
    private static let operations: Set = [
        "MERGE", "ADD", "REMOVE", "INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST", "REPLACE",
        "MERGE_AND_REPLACE_LIST",
    ]
    private static let contexts: Set = ["ANY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY", "WAYPOINT"]

    /// What is wrong: of each patch the first thing.
    func findings() -> [UpgradeFinding] {
        [unknownWord, missingValue, wrongMatch, wrongSubFilter, wrongContext, wrongOperation].lazy.compactMap { $0() }
            .prefix(1).map(\.self)
    }

    private func invalid(_ field: String, _ message: String, _ remedy: String) -> UpgradeFinding {
        UpgradeFinding(
            .warns,
            .envoyFilterInvalid,
            filter.id,
            field: "\(patch.path).\(field)",
            "\(message), the patch has no effect",
            remedy: remedy
        )
    }

    private func unknownWord() -> UpgradeFinding? {
        let places = [
            ("applyTo", patch.applyTo, Self.ofListeners.union(Self.ofRoutes).union(Self.others)),
            ("patch.operation", patch.operation, Self.operations), ("match.context", patch.context, Self.contexts),
        ]
        for (field, word, words) in places where !words.contains(word) {
            let shown = word.isEmpty ? "is missing" : "\"\(word.prefix(40))\" is no word of the API"
            return invalid(field, shown, "use one of \(words.sorted().joined(separator: ", "))")
        }
        return nil
    }

    private func missingValue() -> UpgradeFinding? {
        guard patch.operation != "REMOVE", patch.value?.object == nil else { return nil }
        return invalid("patch.value", "is missing and \(patch.operation) needs it", "give the value")
    }

    private func wrongMatch() -> UpgradeFinding? {
        guard let match = patch.match?.object else { return nil }
        let wanted: String
        switch patch.applyTo {
        case _ where Self.ofListeners.contains(patch.applyTo): wanted = "listener"
        case _ where Self.ofRoutes.contains(patch.applyTo): wanted = "routeConfiguration"
        case "CLUSTER": wanted = "cluster"
        default: return nil
        }
        for kind in ["listener", "routeConfiguration", "cluster"] where kind != wanted && match[kind] != nil {
            return invalid("match.\(kind)", "does not go with applyTo \(patch.applyTo)", "match by \(wanted)")
        }
        return nil
    }

    private func wrongSubFilter() -> UpgradeFinding? {
        guard patch.subFilter != nil else { return nil }
        if patch.applyTo != "HTTP_FILTER" {
            return invalid(
                "match.listener.filterChain.filter.subFilter",
                "does not go with applyTo \(patch.applyTo)",
                "use applyTo HTTP_FILTER, or remove it"
            )
        }
        let manager = "envoy.filters.network.http_connection_manager"
        // The short name and unknown names are told of by the check of names.
        guard let name = patch.filter, name.hasPrefix("envoy.filters.network."), name != manager else { return nil }
        return invalid(
            "match.listener.filterChain.filter.name",
            "\"\(name.prefix(80))\" has no HTTP filters",
            "write \(manager)"
        )
    }

    private func wrongContext() -> UpgradeFinding? {
        let isWaypoint = patch.context == "WAYPOINT"
        if (patch.match?["waypoint"] != nil) != isWaypoint {
            let message = isWaypoint ? "WAYPOINT needs match.waypoint" : "match.waypoint needs context WAYPOINT"
            return invalid("match.context", message, "give both or neither")
        }
        let listener = patch.match?.value(at: "listener", "name")?.string ?? ""
        if patch.context == "GATEWAY", ["virtualInbound", "virtualOutbound"].contains(listener) {
            return invalid("match.listener.name", "\"\(listener)\" is a listener of sidecars", "use a SIDECAR_ context")
        }
        return nil
    }

    private func wrongOperation() -> UpgradeFinding? {
        switch (patch.operation, patch.applyTo) {
        case ("REPLACE", let place) where !["HTTP_FILTER", "NETWORK_FILTER", "LISTENER_FILTER"].contains(place):
            return invalid("patch.operation", "REPLACE does not go with applyTo \(place)", "use MERGE")
        case ("ADD", "ROUTE_CONFIGURATION"), ("REMOVE", "ROUTE_CONFIGURATION"):
            return invalid("patch.operation", "\(patch.operation) does not go with ROUTE_CONFIGURATION", "use MERGE")
        default: return nil
        }
    }
}
