internal import DataTree
internal import KubeAPI
internal import KubeRuntime
internal import ManifestRendering
internal import MeshAPI

/// Renders what the first reconciles are going to ask for, while other caches fill.
///
/// The status tells which revision is in use. What it does not tell, or tells wrongly, costs time and nothing else: renderings are
/// kept by all that goes into them.
struct RenderingAhead: Sendable {
    /// For how many MeshOperators: a cluster has one or two, and the cache keeps a dozen renderings.
    private static let limit = 4

    /// Whose reconciles are meant.
    let mesh: MeshOperatorReconciler

    /// Returns once all has been rendered.
    @concurrent func run() async {
        let resources = mesh.parts.stores.resources
        guard (try? await resources.waitUntilSynced(orObstacle: true)) != nil,
            let kubernetes = try? await mesh.facts.kubernetesVersion()
        else { return }
        for object in resources.objects().prefix(Self.limit) where !object.isDeleting {
            guard let (spec, options, slot) = question(about: object, kubernetes) else { continue }
            _ = try? mesh.parts.renderer(spec.rendered(as: slot), options)
        }
    }

    private func question(
        about object: KubeObject,
        _ kubernetes: String
    ) -> (spec: MeshOperatorSpec, options: RenderOptions, slot: RevisionSlot)? {
        guard let spec = try? MeshOperatorResource(decoding: object).spec else { return nil }
        let status = MeshOperatorStatus(lenient: object.tree["status"] ?? .null)
        let intent = MeshIntent(spec, defaultVersion: mesh.parts.catalogue.defaultVersion.description)
        var run = MeshRun(object: object, intent: intent)
        run.kubernetes = kubernetes
        let slot = RevisionSlot(name: status.revision ?? intent.revision, version: status.version ?? intent.version)
        return (spec, run.options(mesh.parts.definitions), slot)
    }
}

extension MeshOperatorService {
    /// Builds the tables that are built when they are first needed, to be called while there is nothing else to do.
    ///
    /// It gives way again and again to what has to be done.
    @concurrent package static func warmUp() async {
        _ = try? MeshOperatorResource(decoding: KubeObject(kind: MeshNames.kind, key: ObjectKey(name: "mesh")))
        for kind in OwnedKind.all {
            await Task.yield()
            ManifestRenderer.warmUp(kind.resource.kind)
        }
    }
}
