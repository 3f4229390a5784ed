package import KubeAPI
internal import ManifestRendering

/// The kinds of mesh configuration: which versions serve them, and which are gone.
///
/// Read from upstream's CustomResourceDefinitions of 1.27 to 1.30 and from the release notes of those that removed kinds.
package enum IstioKinds {
    /// A kind that is served.
    struct Served: Sendable {
        let group: String
        let kind: String
        let plural: String
        /// The versions, newest first.
        let versions: [String]
        /// The minor that brought it, nil for those older than 1.27.
        let since: String?

        init(_ group: String, _ kind: String, _ plural: String, _ versions: [String], since: String? = nil) {
            self.group = group
            self.kind = kind
            self.plural = plural
            self.versions = versions
            self.since = since
        }
    }

    /// A kind that nothing serves any more.
    struct Removed: Sendable {
        let group: String
        /// The kind; nil for every kind of the group.
        let kind: String?
        /// The versions it had.
        let versions: [String]
        let plural: String
        /// The last minor that read it.
        let last: String
        /// What does its work now.
        let remedy: String
    }

    static let served = [
        Served("networking.istio.io", "VirtualService", "virtualservices", ["v1", "v1beta1", "v1alpha3"]),
        Served("networking.istio.io", "DestinationRule", "destinationrules", ["v1", "v1beta1", "v1alpha3"]),
        Served("networking.istio.io", "Gateway", "gateways", ["v1", "v1beta1", "v1alpha3"]),
        Served("networking.istio.io", "ServiceEntry", "serviceentries", ["v1", "v1beta1", "v1alpha3"]),
        Served("networking.istio.io", "Sidecar", "sidecars", ["v1", "v1beta1", "v1alpha3"]),
        Served("networking.istio.io", "WorkloadEntry", "workloadentries", ["v1", "v1beta1", "v1alpha3"]),
        Served("networking.istio.io", "WorkloadGroup", "workloadgroups", ["v1", "v1beta1", "v1alpha3"]),
        Served("networking.istio.io", "EnvoyFilter", "envoyfilters", ["v1alpha3"]),
        Served("networking.istio.io", "ProxyConfig", "proxyconfigs", ["v1beta1"]),
        Served("security.istio.io", "AuthorizationPolicy", "authorizationpolicies", ["v1", "v1beta1"]),
        Served("security.istio.io", "PeerAuthentication", "peerauthentications", ["v1", "v1beta1"]),
        Served("security.istio.io", "RequestAuthentication", "requestauthentications", ["v1", "v1beta1"]),
        Served("telemetry.istio.io", "Telemetry", "telemetries", ["v1", "v1alpha1"]),
        Served("extensions.istio.io", "WasmPlugin", "wasmplugins", ["v1alpha1"]),
        Served("extensions.istio.io", "TrafficExtension", "trafficextensions", ["v1alpha1"], since: "1.30"),
    ]

    static let removed = [
        Removed(
            group: "authentication.istio.io",
            kind: nil,
            versions: ["v1alpha1"],
            plural: "policies",
            last: "1.5",
            remedy: "write PeerAuthentications and RequestAuthentications in its place and delete it"
        ),
        Removed(
            group: "rbac.istio.io",
            kind: nil,
            versions: ["v1alpha1"],
            plural: "servicerolebindings",
            last: "1.5",
            remedy: "write AuthorizationPolicies in its place and delete it"
        ),
        Removed(
            group: "config.istio.io",
            kind: nil,
            versions: ["v1alpha2"],
            plural: "rules",
            last: "1.7",
            remedy: "Mixer is gone: use Telemetry, ext_authz providers or local rate limits, and delete it"
        ),
    ]

    /// The groups whose objects ``UpgradeWorld/istio`` holds.
    package static let groups: Set<String> = Set(served.map(\.group) + removed.map(\.group))

    /// What to list for ``UpgradeWorld/istio``: every kind that is served, in its newest version.
    ///
    /// Kinds of removed groups are whatever discovery shows in those groups.
    package static let resources: [APIResource] = served.map {
        APIResource(
            kind: GroupVersionKind(group: $0.group, version: $0.versions.first ?? "v1", kind: $0.kind),
            plural: $0.plural,
            isNamespaced: true
        )
    }

    /// The groups whose kinds are all gone.
    package static let removedGroups: Set<String> = Set(removed.map(\.group))

    private static let byKind: [String: Served] = Dictionary(
        served.map { ("\($0.group)/\($0.kind)", $0) },
        uniquingKeysWith: { first, _ in first }
    )

    static func served(_ kind: GroupVersionKind) -> Served? { byKind["\(kind.group)/\(kind.kind)"] }

    static func removed(_ kind: GroupVersionKind) -> Removed? {
        removed.first { $0.group == kind.group && ($0.kind == nil || $0.kind == kind.kind) }
    }
}
