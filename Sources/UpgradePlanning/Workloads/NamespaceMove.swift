package import DataTree
package import KubeAPI
internal import MeshAPI

/// The labels by which a namespace chooses its revision, before and while an upgrade has moved it.
package struct NamespaceMove: Sendable, Hashable {
    /// On a namespace: the value of `istio-injection` before it was moved; absent where it had none.
    package static let previousInjection = "meshoperator.io/previous-injection"

    /// The namespace.
    package let namespace: KubeObject

    /// Looks at a namespace.
    package init(_ namespace: KubeObject) {
        self.namespace = namespace
    }

    /// Whether an upgrade has moved it and not given back its own label.
    package var isMoved: Bool { namespace.annotations[RolloutNames.Annotation.previousRevision] != nil }

    /// The revision or tag it names now; nil for none.
    package var name: String? { RevisionChoice.name(ofNamespace: namespace.labels) }

    /// The label by which it names that.
    package var label: NamespaceLabel? { NamespaceLabel(namespace.labels) }

    /// Whether it wants no sidecars, whatever it names.
    package var refusesSidecars: Bool { namespace.labels[RevisionChoice.injectionLabel] == "disabled" }

    /// Its labels as they were before it was moved.
    package var original: [String: String] {
        var labels = namespace.labels
        guard let revision = namespace.annotations[RolloutNames.Annotation.previousRevision] else { return labels }
        labels[MeshNames.Label.revision] = revision.isEmpty ? nil : revision
        labels[RevisionChoice.injectionLabel] = namespace.annotations[Self.previousInjection]
        return labels
    }

    /// The merge patch, based on the version read, after which pods made in it get `revision`.
    ///
    /// What it named before is kept, unless an earlier move has kept it.
    package func moving(to revision: String) -> Tree {
        let labels = namespace.labels
        var patch: Tree = ["metadata": ["labels": [MeshNames.Label.revision: .string(revision)]]]
        if labels[RevisionChoice.injectionLabel] != nil {
            patch.set(.null, at: ["metadata", "labels", RevisionChoice.injectionLabel])
        }
        if !isMoved {
            let previous = labels[MeshNames.Label.revision] ?? ""
            patch.set(.string(previous), at: ["metadata", "annotations", RolloutNames.Annotation.previousRevision])
            if let injection = labels[RevisionChoice.injectionLabel] {
                patch.set(.string(injection), at: ["metadata", "annotations", Self.previousInjection])
            }
        }
        return based(patch)
    }

    /// The merge patch that leaves its labels as they are and writes down what they were before: a label of the stable revision.
    package func adopting(from label: NamespaceLabel) -> Tree {
        var name = ""
        if case .revision(let revision) = label { name = revision }
        var patch: Tree = ["metadata": ["annotations": [RolloutNames.Annotation.previousRevision: .string(name)]]]
        if label == .injection { patch.set("enabled", at: ["metadata", "annotations", Self.previousInjection]) }
        return based(patch)
    }

    /// The merge patch after which it names a revision by this label and no other.
    package func leading(to label: NamespaceLabel) -> Tree {
        var patch: Tree = [:]
        switch label {
        case .revision(let name):
            patch.set(.string(name), at: ["metadata", "labels", MeshNames.Label.revision])
            guard namespace.labels[RevisionChoice.injectionLabel] != nil else { break }
            patch.set(.null, at: ["metadata", "labels", RevisionChoice.injectionLabel])
        case .injection:
            patch.set(.null, at: ["metadata", "labels", MeshNames.Label.revision])
            patch.set("enabled", at: ["metadata", "labels", RevisionChoice.injectionLabel])
        }
        return based(patch)
    }

    /// The merge patch that gives back its own labels.
    package var restoring: Tree {
        let original = original
        var patch = forgetting
        for label in [MeshNames.Label.revision, RevisionChoice.injectionLabel] {
            guard original[label] != namespace.labels[label] else { continue }
            patch.set(original[label].map { .string($0) } ?? .null, at: ["metadata", "labels", label])
        }
        return patch
    }

    /// The merge patch that forgets what its labels were, and has it name a revision for good.
    package func staying(with revision: String) -> Tree {
        var patch = forgetting
        if namespace.labels[MeshNames.Label.revision] != revision {
            patch.set(.string(revision), at: ["metadata", "labels", MeshNames.Label.revision])
        }
        return patch
    }

    /// The merge patch that leaves its labels as they are and forgets what they were.
    package var forgetting: Tree {
        var patch: Tree = ["metadata": ["annotations": [RolloutNames.Annotation.previousRevision: .null]]]
        if namespace.annotations[Self.previousInjection] != nil {
            patch.set(.null, at: ["metadata", "annotations", Self.previousInjection])
        }
        return based(patch)
    }

    private func based(_ patch: Tree) -> Tree {
        var patch = patch
        if let uid = namespace.uid { patch.set(.string(uid), at: ["metadata", "uid"]) }
        if let version = namespace.resourceVersion {
            patch.set(.string(version), at: ["metadata", "resourceVersion"])
        }
        return patch
    }
}

/// The label by which a namespace asks for a revision.
package enum NamespaceLabel: Sendable, Hashable, CustomStringConvertible {
    /// `istio-injection=enabled`, which stands for the revision that the name or tag `default` leads to.
    case injection
    /// `istio.io/rev` with this value.
    case revision(String)

    /// The one that decides among the labels of a namespace; nil where none asks for a revision.
    package init?(_ labels: [String: String]) {
        if labels[RevisionChoice.injectionLabel] == "enabled" {
            self = .injection
        } else if let name = labels[MeshNames.Label.revision] {
            self = .revision(name)
        } else {
            return nil
        }
    }

    /// The revision or tag it stands for.
    package var name: String {
        switch self {
        case .injection: "default"
        case .revision(let name): name
        }
    }

    /// As it is given to `kubectl label`.
    package var description: String {
        switch self {
        case .injection: "\(RevisionChoice.injectionLabel)=enabled"
        case .revision(let name): "\(MeshNames.Label.revision)=\(name)"
        }
    }
}
