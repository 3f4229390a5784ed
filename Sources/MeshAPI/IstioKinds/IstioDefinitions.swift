package import DataTree

/// The CustomResourceDefinitions of Istio's kinds, which the operator brings to its cluster.
///
/// They agree with those of Istio 1.30 in names, versions, fields and rules (istio/api, `kubernetes/customresourcedefinitions.gen.yaml`), so
/// that objects made for either are taken by the other. Sentences are their own.
package enum IstioDefinitions {
    /// The objects to apply, ordered by name; made when they are first asked for.
    package static let trees: [Tree] = {
        var table = IstioKindTable([
            IstioKindTable.shared, IstioKindTable.virtualService, IstioKindTable.destinationRule,
            IstioKindTable.gateways, IstioKindTable.workloads, IstioKindTable.envoyFilter, IstioKindTable.security,
            IstioKindTable.telemetry, IstioKindTable.extensions,
        ])
        return kinds.map { $0.definition(&table) }
    }()

    /// The kinds, ordered by the names of their definitions.
    static let kinds = [
        IstioKind("AuthorizationPolicy", .security, "authorizationpolicies", short: "ap", "v1*", "v1beta1")
            .showing(.init(name: "Action", path: ".spec.action", description: "What happens to requests that match.")),
        IstioKind("DestinationRule", .networking, "destinationrules", short: "dr", "v1*", "v1alpha3", "v1beta1")
            .showing(.init(name: "Host", path: ".spec.host", description: "The service it is for.")),
        IstioKind("EnvoyFilter", .networking, "envoyfilters", "v1alpha3*").showing(age: .none),
        IstioKind("Gateway", .networking, "gateways", short: "gw", "v1*", "v1alpha3", "v1beta1").showing(age: .none),
        IstioKind("PeerAuthentication", .security, "peerauthentications", short: "pa", "v1*", "v1beta1")
            .showing(.init(name: "Mode", path: ".spec.mtls.mode", description: "The mode of all ports.")),
        IstioKind("ProxyConfig", .networking, "proxyconfigs", "v1beta1*").showing(age: .none),
        IstioKind("RequestAuthentication", .security, "requestauthentications", short: "ra", "v1*", "v1beta1")
            .showing(age: .none),
        IstioKind("ServiceEntry", .networking, "serviceentries", short: "se", "v1*", "v1alpha3", "v1beta1")
            .needingSpec().showing(
                .init(name: "Hosts", path: ".spec.hosts", description: "Its names."),
                .init(name: "Location", path: ".spec.location", description: "Whether it is part of the mesh."),
                .init(name: "Resolution", path: ".spec.resolution", description: "How its endpoints are found.")
            ),
        IstioKind("Sidecar", .networking, "sidecars", "v1*", "v1alpha3", "v1beta1").showing(age: .none),
        IstioKind("Telemetry", .telemetry, "telemetries", short: "telemetry", "v1", "v1alpha1*"),
        IstioKind("TrafficExtension", .extensions, "trafficextensions", "v1alpha1*").needingSpec(),
        IstioKind("VirtualService", .networking, "virtualservices", short: "vs", "v1*", "v1alpha3", "v1beta1")
            .showing(
                .init(name: "Gateways", path: ".spec.gateways", description: "The gateways whose requests are routed."),
                .init(name: "Hosts", path: ".spec.hosts", description: "The hosts that requests are for.")
            ),
        IstioKind("WasmPlugin", .extensions, "wasmplugins", "v1alpha1*").needingSpec(),
        IstioKind("WorkloadEntry", .networking, "workloadentries", short: "we", "v1*", "v1alpha3", "v1beta1")
            .needingSpec().showing(
                .init(name: "Address", path: ".spec.address", description: "Where it is reached."),
                age: .first
            ),
        IstioKind("WorkloadGroup", .networking, "workloadgroups", short: "wg", "v1*", "v1alpha3", "v1beta1")
            .needingSpec(),
    ]
}
