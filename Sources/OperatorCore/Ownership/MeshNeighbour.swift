internal import DataTree
internal import KubeAPI

/// Another MeshOperator, as far as it matters to who injects which pods.
package struct MeshNeighbour: Sendable {
    /// Its name.
    let name: String
    /// Whether it was made before the MeshOperator whose neighbour it is; of two made in the same second, the first by name.
    let isOlder: Bool
    /// Its injection webhooks that are there.
    var webhooks: [KubeObject] = []
    /// Its injection webhooks to come, where nothing of it is there yet and it comes first.
    var planned: [KubeObject] = []

    /// Describes a neighbour of `object`.
    init(_ other: KubeObject, of object: KubeObject) {
        func age(_ object: KubeObject) -> (String, String) {
            (object.tree.value(at: "metadata", "creationTimestamp")?.string ?? "", object.name)
        }
        name = other.name
        isOlder = age(other) < age(object)
    }
}
