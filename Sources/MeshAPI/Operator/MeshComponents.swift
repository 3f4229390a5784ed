package import DataTree

/// The parts of a mesh, in IstioOperator's shape.
package struct MeshComponents: Sendable, Hashable {
    /// The components as written, an object.
    package var tree: Tree

    /// Makes components of a tree, by default one that says nothing.
    package init(_ tree: Tree = .object(TreeObject())) {
        self.tree = tree
    }

    private var reader: FieldReader { FieldReader(tree) }

    /// What all clusters of a mesh need: readers' permissions, validation of configuration.
    package var base: MeshComponent { MeshComponent(reader.child("base")) }
    /// The control plane, istiod.
    package var pilot: MeshComponent { MeshComponent(reader.child("pilot")) }
    /// The node agent that redirects pods' traffic.
    package var cni: MeshComponent { MeshComponent(reader.child("cni")) }
    /// Gateways for traffic that comes in.
    package var ingressGateways: [MeshComponent] { reader.children("ingressGateways").map { MeshComponent($0) } }
    /// Gateways for traffic that leaves.
    package var egressGateways: [MeshComponent] { reader.children("egressGateways").map { MeshComponent($0) } }
}

/// Settings of one component; nil means that the profile decides.
package struct MeshComponent: Sendable, Hashable {
    /// The name of a gateway, nil for the components there is one of.
    package var name: String?
    /// Whether it is installed.
    package var enabled: Bool?
    /// Where it lives, nil for the mesh's namespace.
    package var namespace: String?
    /// Registry and path of its image.
    package var hub: String?
    /// Tag of its image.
    package var tag: String?
    /// Labels of a gateway's pods, by which Gateway resources select it.
    package var labels: [String: String] = [:]
    /// Kubernetes settings as written, an object.
    package var kubernetes: Tree = .object(TreeObject())
    /// Changes made to rendered objects last.
    package var overlays: [ObjectOverlay] = []

    init(_ reader: FieldReader) {
        name = reader.text("name")
        enabled = reader.flag("enabled")
        namespace = reader.text("namespace")
        hub = reader.text("hub")
        tag = reader.text("tag")
        labels = reader.textMap("label")
        kubernetes = reader.object("k8s")
        overlays = reader.child("k8s").children("overlays").map { ObjectOverlay($0) }
    }
}

/// Changes to one rendered object.
package struct ObjectOverlay: Sendable, Hashable {
    /// A change at one place.
    package struct Patch: Sendable, Hashable {
        /// Where: keys joined by dots, `[name:value]` and `[value]` select list elements, `\.` is a dot within a key.
        package var path: String
        /// The new value, nil to delete.
        package var value: Tree?
    }

    /// The `apiVersion` to match, nil for any.
    package var apiVersion: String?
    /// The kind to match.
    package var kind: String
    /// The name to match.
    package var name: String
    /// What to change, in order.
    package var patches: [Patch]

    init(_ reader: FieldReader) {
        apiVersion = reader.text("apiVersion")
        kind = reader.text("kind") ?? ""
        name = reader.text("name") ?? ""
        patches = reader.children("patches").map { Patch(path: $0.text("path") ?? "", value: $0.value("value")) }
    }
}
