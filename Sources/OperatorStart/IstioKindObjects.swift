package import KubeAPI
internal import MeshAPI

/// The CustomResourceDefinitions of Istio's kinds as objects, made when they are first asked for.
package enum IstioKindObjects {
    /// The definitions, by name.
    package static let byName: [String: KubeObject] = {
        let objects = IstioDefinitions.trees.map { KubeObject($0) }
        return Dictionary(objects.map { ($0.name, $0) }) { first, _ in first }
    }()

    /// Their names, in order.
    package static var names: [String] { byName.keys.sorted() }
}
