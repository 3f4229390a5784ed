internal import KubeAPI
package import KubeClient
package import ManifestRendering
internal import MeshAPI
package import UpgradePlanning

/// `meshctl plan`: what a change of version means, before anything changes.
package struct PlanCommand: Sendable {
    /// What the command line says.
    package struct Request: Sendable, Hashable {
        /// Files with a MeshOperator or an IstioOperator, later ones over earlier ones.
        package var files: [String] = []
        /// Settings as `path=value`, below `spec`.
        package var settings: [String] = []
        /// Files with the objects of a cluster, as `kubectl get -o json` prints them, in place of a cluster.
        package var dumps: [String] = []
        /// How to print for machines; nil prints for people.
        package var format: OutputFormat?
        /// The version to plan from; nil finds out what runs.
        package var from: String?
        /// The Kubernetes version to plan for where there is no cluster.
        package var kubernetesVersion: String?
        /// How much to print, and what counts as no.
        package var wishes: Wishes = []

        /// Makes a request of defaults.
        package init() {}

        /// What is wrong with the flags taken together, for people; nil where nothing is.
        package func misuse(isOffline: Bool) -> String? {
            switch (isOffline, dumps.isEmpty) {
            case (true, true) where from == nil:
                "--offline needs --from, the version to plan from, or --objects"
            case (false, false): "--objects is for --offline; without it the cluster is read"
            case (false, true) where kubernetesVersion != nil:
                "--kubernetes-version is for --offline; a cluster says its version itself"
            default: nil
            }
        }
    }

    /// What may be asked for besides.
    package struct Wishes: OptionSet, Sendable, Hashable {
        /// The bits.
        package let rawValue: Int
        /// Makes wishes of bits.
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Warnings count as a refusal.
        package static let strict = Wishes(rawValue: 1)
        /// Nothing is left out of what people see.
        package static let all = Wishes(rawValue: 2)
    }

    /// How the operator composes the hops of a way: from what a cluster shows of revisions, what is known of it, and how to render.
    package typealias Composing = @Sendable (RevisionSituation, UpgradeWorld, RenderOptions) -> HopStaging

    /// The versions known.
    let catalogue: VersionCatalogue
    /// Where files come from.
    let files: MeshFiles
    /// The day, `2026-11-21`.
    let day: String
    /// The objects on both sides of hops.
    let composing: Composing

    /// Makes the command.
    package init(_ catalogue: VersionCatalogue, _ files: MeshFiles, day: String, composing: @escaping Composing) {
        self.catalogue = catalogue
        self.files = files
        self.day = day
        self.composing = composing
    }

    /// Plans and prints.
    ///
    /// The outcome's exit code is 0 when the upgrade may start, 1 when it is refused, and also 1 when a finding warns and
    /// ``Wishes/strict`` is set.
    ///
    /// - Parameters:
    ///   - request: what the command line says.
    ///   - client: the cluster to read; nil plans without one, and then ``Request/from`` or ``Request/dumps`` must tell what runs.
    /// - Returns: the plan as text, and notes of what was not looked at as warnings.
    /// - Throws: ``CommandError``, or an error of the resource that names field, value and remedy.
    package func run(_ request: Request, client: ClusterClient?) async throws -> CommandOutcome {
        let settings = try request.settings.map { try SettingFlag($0) }
        let mesh = try files.locating(request.files, settings: settings) {
            let mesh = try files.mesh(request.files, settings: settings, catalogue: catalogue)
            // A version that nobody knows is refused with the way to it below.
            do throws(RenderError) {
                _ = try ManifestRenderer(catalogue: catalogue).render(mesh.resource.spec)
            } catch {
                if error.code != .unknownVersion { throw error }
            }
            return mesh
        }
        let resource = mesh.resource
        let wanted = resource.spec.version ?? catalogue.defaultVersion.description
        var survey = Survey(mesh: resource.name)
        if let client { survey = try await ClusterSurvey(client: client, resource: resource).read() }
        for path in request.dumps {
            for object in try files.given(as: "--objects").dump(path) { survey.add(object) }
        }
        if client == nil, request.from == nil, survey.controlPlanes.isEmpty {
            throw CommandError(
                .invalid,
                "--from: is missing; without a cluster say from which version to plan, or leave --offline out"
            )
        }
        var situation = survey.situation(day: day)
        if let from = request.from { situation = Survey().situation(day: day, running: [from], over: situation) }
        if client == nil { situation.kubernetes = request.kubernetesVersion }
        let annotations = survey.annotations.merging(resource.object.annotations) { _, new in new }
        let planner = HopPlanner(
            catalogue: catalogue,
            situation: situation,
            rules: HopRules(resource.spec.upgrade, annotations: annotations)
        )
        switch planner.decide(wanted) {
        case .refused(let refusal):
            let report = PlanReport(name: resource.name, survey: survey, kubernetes: situation.kubernetes)
            return CommandOutcome(
                output: report.text(refusal, request.format),
                warnings: mesh.warnings + survey.notes,
                exitCode: 1
            )
        case .way(let plan):
            var world = UpgradeWorld(hops: plan, spec: resource.spec, catalogue: catalogue)
            world.accepted = UpgradeWorld.accepted(annotations: annotations)
            survey.fill(&world)
            if let note = survey.renaming(world) { world.hops.notes.append(note) }
            return outcome(world, survey, request, mesh, situation.kubernetes)
        }
    }

    private func outcome(
        _ world: UpgradeWorld,
        _ survey: Survey,
        _ request: Request,
        _ mesh: MeshInput,
        _ kubernetes: String?
    ) -> CommandOutcome {
        var options = RenderOptions()
        options.labels = .own(owner: mesh.resource.name)
        options.kubernetesVersion = kubernetes
        let outline = UpgradeOutline(world, staging: composing(survey.revisions(of: world), world, options))
        let warnings = mesh.warnings + survey.notes + Self.notes(world, catalogue, options)
        let report = PlanReport(name: mesh.resource.name, survey: survey, kubernetes: kubernetes)
        let isStopped = outline.isRefused || (request.wishes.contains(.strict) && outline.count(.warns) > 0)
        return CommandOutcome(
            output: report.text(outline, request.format, isFull: request.wishes.contains(.all)),
            warnings: warnings,
            exitCode: isStopped ? 1 : 0
        )
    }

    /// What rendering says of settings without effect; what cannot be rendered is told by the plan.
    private static func notes(
        _ world: UpgradeWorld,
        _ catalogue: VersionCatalogue,
        _ options: RenderOptions
    ) -> [String] {
        guard world.hops.hops.last != nil else { return [] }
        var spec = world.spec
        spec.version = world.hops.to
        return (try? ManifestRenderer(catalogue: catalogue).render(spec, options: options))?.warnings ?? []
    }
}
