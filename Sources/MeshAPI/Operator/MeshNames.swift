package import KubeAPI

/// Names that are part of the MeshOperator API.
package enum MeshNames {
    /// The API group.
    package static let group = "meshoperator.io"
    /// The version of the group.
    package static let version = "v1alpha1"
    /// The kind as objects carry it.
    package static let kind = GroupVersionKind(group: group, version: version, kind: "MeshOperator")
    /// How MeshOperators are reached; they are cluster-scoped.
    package static let resource = APIResource(kind: kind, plural: "meshoperators", isNamespaced: false)
    /// The finalizer that holds a MeshOperator until its objects are gone.
    package static let finalizer = "meshoperator.io/cleanup"
    /// The field manager by which the operator applies and owns fields.
    package static let fieldManager = "mesh-operator"
    /// The namespace used where none is given.
    package static let defaultNamespace = "istio-system"
    /// The profile used where none is given.
    package static let defaultProfile = "default"

    /// Labels on rendered objects.
    package enum Label {
        /// Who manages the object: ``managedByValue``.
        package static let managedBy = "app.kubernetes.io/managed-by"
        /// The value of ``managedBy``.
        package static let managedByValue = "meshoperator"
        /// The name of the MeshOperator an object belongs to.
        package static let owner = "meshoperator.io/owner"
        /// The component an object belongs to, for example `pilot` or, for every gateway of the list, `ingressGateways`.
        package static let component = "meshoperator.io/component"
        /// The revision an object belongs to, `default` for the one without a name.
        package static let revision = "istio.io/rev"
        /// The tag that an object stands for; that revision is what it leads to.
        package static let tag = "istio.io/tag"
    }

    /// Annotations on MeshOperators and rendered objects.
    package enum Annotation {
        /// On an object: `true` keeps the operator's hands off it.
        package static let ignore = "meshoperator.io/ignore"
        /// On an object: digest of what the operator applied last.
        package static let appliedDigest = "meshoperator.io/applied-digest"
        /// On a CustomResourceDefinition of the operator: which files it was last brought from (``DefinitionFiles/fingerprint(_:)``).
        package static let broughtFrom = "meshoperator.io/brought-from"
        /// On an object: the uid of the MeshOperator it belongs to, which tells it from another one of the same name.
        package static let ownerUID = "meshoperator.io/owner-uid"
        /// On a workload: the version it was rendered for.
        package static let version = "meshoperator.io/version"
        /// On a MeshOperator: any change asks for an immediate reconcile.
        package static let reconcileAt = "meshoperator.io/reconcile-at"
        /// On a MeshOperator: `true` takes a version without fixes knowingly.
        package static let acceptEndOfLife = "meshoperator.io/accept-end-of-life"
        /// On a MeshOperator: `true` takes a version knowingly that nobody tested on the cluster's Kubernetes version.
        package static let acceptKubernetes = "meshoperator.io/accept-kubernetes-version"
        /// On a MeshOperator: the kinds of finding that do not keep an upgrade from starting, separated by commas, or `all`.
        package static let acceptFindings = "meshoperator.io/accept-findings"
    }
}

/// Where a mesh stands in its life.
package enum MeshPhase: String, Sendable, Hashable, CaseIterable {
    /// Seen, nothing done yet.
    case pending = "Pending"
    /// Objects of a first install are being applied or awaited.
    case installing = "Installing"
    /// All is applied and ready.
    case ready = "Ready"
    /// The mesh moves from one version to another.
    case upgrading = "Upgrading"
    /// An upgrade failed or was given up; what has moved goes back.
    case rollingBack = "RollingBack"
    /// An upgrade failed or was given up, and everything is back; nothing more happens until somebody decides.
    case rolledBack = "RolledBack"
    /// Objects change to a new spec of the same version.
    case updating = "Updating"
    /// It was ready and some of it no longer is.
    case degraded = "Degraded"
    /// Nothing more happens until somebody edits the resource or the cluster.
    case failed = "Failed"
    /// Objects are being removed.
    case deleting = "Deleting"
    /// `spec.paused` holds all writes.
    case paused = "Paused"
}

/// The types of condition in `status.conditions`.
package enum MeshConditionType: String, Sendable, Hashable, CaseIterable {
    /// The mesh as asked for is up.
    case ready = "Ready"
    /// All objects are as rendered.
    case reconciled = "Reconciled"
    /// Something is being changed or awaited.
    case progressing = "Progressing"
    /// Something that was ready is not.
    case degraded = "Degraded"
    /// The checks before any write.
    case preflight = "Preflight"
    /// Pods would get a sidecar.
    case injectionReady = "InjectionReady"
    /// `spec.paused` is set.
    case paused = "Paused"
}

/// The reasons conditions carry.
package enum MeshConditionReason: String, Sendable, Hashable, CaseIterable {
    /// All is as asked for.
    case asDesired = "AsDesired"
    /// Objects are being applied.
    case applying = "Applying"
    /// Waits for workloads to become ready.
    case waitingForWorkloads = "WaitingForWorkloads"
    /// Workloads were ready and are not now.
    case workloadsNotReady = "WorkloadsNotReady"
    /// All checks before a write passed.
    case checksPassed = "ChecksPassed"
    /// A field of the resource is wrong.
    case invalidSpec = "InvalidSpec"
    /// The version is not in the catalogue.
    case unknownVersion = "VersionUnknown"
    /// The version no longer gets fixes.
    case endOfLifeVersion = "VersionEndOfLife"
    /// The upgrade skips more minors than allowed.
    case hopNotAllowed = "VersionSkewUnsupported"
    /// The cluster's Kubernetes version does not fit.
    case unsupportedKubernetes = "KubernetesVersionUnsupported"
    /// A version change is under way.
    case upgrading = "Upgrading"
    /// An annotation that steers a rollout cannot be read.
    case commandUnreadable = "CommandUnreadable"
    /// Another writer keeps changing a field.
    case fieldConflict = "FieldConflict"
    /// Objects of the mesh are annotated to be left alone.
    case objectsIgnored = "ObjectsIgnored"
    /// An object of that name exists and is not ours.
    case notOurs = "ResourceNotOwned"
    /// The API server refused an object.
    case applyRefused = "ApplyRefused"
    /// The API server cannot be reached or is failing.
    case apiUnavailable = "APIUnavailable"
    /// The operator lacks a permission.
    case forbidden = "Forbidden"
    /// Objects are being removed.
    case deleting = "Deleting"
    /// Pods still use the mesh.
    case inUse = "InUse"
    /// `spec.paused` is set.
    case paused = "Paused"
    /// `spec.paused` is set, and holds a deletion that was asked for.
    case deletionPaused = "DeletionPaused"
    /// `spec.paused` is not set.
    case notPaused = "NotPaused"
    /// Webhooks are present and have an authority to trust.
    case webhooksReady = "WebhooksReady"
    /// A webhook is missing or has no authority yet.
    case webhooksNotReady = "WebhooksNotReady"
    /// The profile has no control plane, thus no injection.
    case notInstalled = "NotInstalled"
    /// New pods get a sidecar, and some that are there should have one and do not.
    case sidecarsMissing = "SidecarsMissing"
}
