/// The parts a mesh is rendered from, in the order of rendering.
enum ComponentKind: String, Sendable, Hashable, CaseIterable {
    case base
    case pilot
    case ingressGateways
    case egressGateways
    case cni

    /// The file below `Manifests/profiles` with the values it starts from.
    var defaultsFile: String {
        switch self {
        case .base: "component-base"
        case .pilot: "component-pilot"
        case .ingressGateways, .egressGateways: "component-gateways"
        case .cni: "component-cni"
        }
    }

    /// Where its own settings stand within values.
    var valuesRoot: String {
        switch self {
        case .base: "global"
        case .pilot: "pilot"
        case .ingressGateways: "gateways.istio-ingressgateway"
        case .egressGateways: "gateways.istio-egressgateway"
        case .cni: "cni"
        }
    }

    /// Whether there may be several of it.
    var isGateway: Bool { self == .ingressGateways || self == .egressGateways }
    /// Whether it is installed where nothing is said about it.
    var isDefault: Bool { self == .base || self == .pilot || self == .ingressGateways }
    /// The kind of its workload, nil when it has none.
    var workloadKind: String? { self == .base ? nil : (self == .cni ? "DaemonSet" : "Deployment") }

    /// The name of its workload unless a gateway has its own.
    var workloadName: String {
        switch self {
        case .base: ""
        case .pilot: "istiod"
        case .ingressGateways: "istio-ingressgateway"
        case .egressGateways: "istio-egressgateway"
        case .cni: "istio-cni-node"
        }
    }

    /// The name of its main container.
    var containerName: String {
        switch self {
        case .base: ""
        case .pilot: "discovery"
        case .ingressGateways, .egressGateways: "istio-proxy"
        case .cni: "install-cni"
        }
    }

    /// The name by which upstream labels its objects.
    var labelName: String {
        switch self {
        case .base: "Base"
        case .pilot: "Pilot"
        case .ingressGateways: "IngressGateways"
        case .egressGateways: "EgressGateways"
        case .cni: "Cni"
        }
    }

    /// The package upstream's installer renders it from, as its labels name it.
    var chartName: String {
        switch self {
        case .base: "base"
        case .pilot: "istiod"
        case .ingressGateways: "istio-ingress"
        case .egressGateways: "istio-egress"
        case .cni: "cni"
        }
    }
}
