internal import DataTree
package import KubeAPI
internal import MeshAPI

/// What is live of a revision tag: the webhooks of the revision of its name, and the tag's object.
package struct TagSight: Sendable, Hashable {
    /// One configuration of webhooks.
    package struct Webhooks: Sendable, Hashable {
        /// The revision that is asked.
        package var revision: String
        /// Whether it is asked about nothing.
        package var isDormant: Bool
        /// Whether every entry that calls a Service has a certificate authority.
        package var isTrusted: Bool

        /// Reads live webhooks.
        package init(_ object: KubeObject) {
            let entries = object.tree["webhooks"]?.array ?? []
            revision = object.labels[MeshNames.Label.revision] ?? ""
            isDormant =
                !entries.isEmpty
                && entries.allSatisfy {
                    $0.value(at: "namespaceSelector", "matchLabels", "istio.io/deactivated") != nil
                }
            isTrusted = entries.allSatisfy {
                let client = $0["clientConfig"]
                return client?["service"] == nil || client?["caBundle"]?.string?.isEmpty == false
            }
        }
    }

    /// The webhooks of the revision of the tag's name, nil where there are none.
    package var own: Webhooks?
    /// The tag's object, nil where there is none.
    package var tag: Webhooks?

    /// Reads what is live of a tag.
    ///
    /// - Parameters:
    ///   - name: the tag.
    ///   - live: the mesh's objects.
    ///   - namespace: the namespace of the mesh.
    package init(_ name: String, in live: [KubeObject], namespace: String) {
        let place = namespace == "istio-system" ? "" : "-\(namespace)"
        let injector = "istio-sidecar-injector\(RevisionSlot.suffix(of: name))\(place)"
        for object in live where object.kind.kind == "MutatingWebhookConfiguration" && !object.isDeleting {
            if RevisionPart.tag(of: object) == name {
                tag = Webhooks(object)
            } else if object.name == injector, RevisionPart.tag(of: object) == nil {
                own = Webhooks(object)
            }
        }
    }

    /// Whether the tag's object may be asked.
    package var isTrusted: Bool { tag?.isTrusted == true }

    /// How far the move of the tag has got, nil where there is no such tag.
    ///
    /// States that no move passes through, left by somebody's hand, count as the stage that puts them right: two that answer as
    /// ``TagHandover/Stage/prepared``, none as the stage whose object is there.
    package func handover(of name: String) -> TagHandover? {
        guard let own else {
            return tag.map { TagHandover(to: $0.revision, $0.isDormant ? .prepared : .moved) }
        }
        if own.isDormant {
            return tag.map { TagHandover(to: $0.revision, .moved) } ?? TagHandover(to: name, .own)
        }
        if own.revision != name {
            let isDoubled = tag.map { !$0.isDormant && $0.revision == own.revision } ?? false
            return TagHandover(to: own.revision, isDoubled ? .doubled : .lent)
        }
        return tag.map { TagHandover(to: $0.revision, .prepared) } ?? TagHandover(to: name, .own)
    }
}
