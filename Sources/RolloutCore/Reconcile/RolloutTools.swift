internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import KubeRuntime
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine

/// What everybody works with who carries out a part of a MeshRollout.
struct RolloutTools: Sendable {
    /// Caches, client, recorder and gates.
    let parts: MeshRolloutReconciler.Parts
    /// Time, chance and log.
    let environment: RuntimeEnvironment
    /// The metrics.
    let metrics: RolloutMetrics
    /// Where gates are asked.
    let desk: GateDesk
    /// What is remembered between reconciles.
    let memories = RolloutMemories { RolloutMemory() }

    /// Who writes, as API servers call it.
    static let manager = MeshNames.fieldManager
    static let options = WriteOptions(fieldManager: manager)

    var reader: WorldReader { WorldReader(client: parts.client, stores: parts.stores, memories: memories) }

    // MARK: Writes

    /// Sends a patch, where there is one.
    func send(_ patch: ObjectPatch?, _ object: KubeObject) async throws {
        guard let patch else { return }
        let resource: APIResource
        switch object.kind.kind {
        case "VirtualService": resource = TrafficResources.virtualServices
        case "DestinationRule": resource = TrafficResources.destinationRules
        default:
            guard let known = APIResource.wellKnown.first(where: { $0.kind.kind == object.kind.kind }) else { return }
            resource = known
        }
        let failure: KubeError
        do throws(KubeError) {
            _ = try await parts.client.patch(resource, object.key, .json(patch.document), Self.options)
            metrics.wrote(resource.plural)
            return
        } catch {
            failure = error
        }
        // A test that fails is answered like a field that is wrong: only the object tells which it was.
        guard failure.code == .invalid || failure.code == .badRequest else { throw failure }
        let live = try await parts.client.find(resource, object.key)
        guard live?.resourceVersion != object.resourceVersion else { throw failure }
        throw KubeError(.conflict, "\(object.kind.kind) \(object.key) was written meanwhile", cause: failure)
    }

    /// Sets (or removes, nil) annotations of the MeshRollout; with the end of a rollout the commands that steered it go.
    func annotate(
        _ world: RolloutWorld,
        _ values: [String: String?],
        endsRollout: Bool,
        _ run: inout RolloutRun
    ) async throws {
        var annotations: Tree = [:]
        for (name, value) in values { annotations[name] = value.map { .string($0) } ?? .null }
        if endsRollout {
            for name in RolloutCommands.spent where world.object.annotations[name] != nil { annotations[name] = .null }
        }
        var metadata: Tree = ["annotations": annotations]
        metadata["resourceVersion"] = world.object.resourceVersion.map { .string($0) }
        _ = try await parts.client.patch(
            RolloutNames.resource,
            world.object.key,
            .merge(["metadata": metadata]),
            Self.options
        )
        metrics.wrote(RolloutNames.resource.plural)
        run.hasWrittenOwn = true
    }

    /// Takes orders off that steer nothing, and tells it.
    func refuse(_ names: [String], _ why: String, _ world: RolloutWorld, _ run: inout RolloutRun) async throws {
        let values = Dictionary(uniqueKeysWithValues: names.map { ($0, String?.none) })
        try await annotate(world, values, endsRollout: false, &run)
        let refusal = RolloutNote.refused(names, why)
        note(refusal.severity, refusal.reason, refusal.note, world.object)
    }

    /// Writes down which version serves from now on; how an earlier rollout ended is of no interest any more.
    func promote(_ world: RolloutWorld, _ mark: ServingMark, _ run: inout RolloutRun) async throws {
        var values: [String: String?] = [RolloutNames.Annotation.serving: mark.text]
        if world.endedRecord != nil { values[RolloutNames.Annotation.record] = .some(nil) }
        try await annotate(world, values, endsRollout: true, &run)
        guard let record = world.routeRecord?.record else { return }
        metrics.ended(.completed, of: world.object.key, after: world.now - record.started)
    }

    // MARK: Words

    /// Says who keeps changing an object.
    ///
    /// - Parameters:
    ///   - entry: what, and how often.
    ///   - title: the object.
    ///   - patience: how long it is left as it is once it has been put back.
    /// - Returns: a sentence with the remedy.
    func fightText(
        _ entry: ContestCount.Entry,
        _ title: String,
        patience: Duration = ContestCount.patience
    ) -> String {
        let seconds = patience.components.seconds
        let pace =
            switch seconds {
            case 1: "at most once a second"
            case 60: "ever more slowly, at last once a minute"
            default: "at most every \(seconds) s"
            }
        let field = entry.edit == .subsets ? "spec.subsets" : "the routes"
        let what = "the \(entry.edit.noun) of \(title)"
        let since = entry.since.rfc3339
        let times = "\(Self.roughly(entry.times)) times since \(since)"
        let how = entry.times == 1 ? "changed \(what) at \(since)" : "keeps changing \(what), \(times)"
        return "\(entry.writer) \(how); they are put back, \(pace); \(Self.ignoring(entry.writer, field)) while a "
            + "rollout is under way, or routes are kept from a version that failed"
    }

    /// What keeps a writer from changing a field.
    static func ignoring(_ writer: String, _ field: String = "the routes") -> String {
        "let \(writer) leave \(field) alone (in Argo CD: ignoreDifferences, with RespectIgnoreDifferences=true)"
    }

    /// A count, rounded down so that it changes seldom however often it is counted: statuses show it.
    static func roughly(_ count: Int) -> String {
        guard count >= 10 else { return "\(count)" }
        var unit = 10
        while count / unit >= 10 { unit *= 10 }
        return "at least \(count / unit * unit)"
    }

    /// Remembers something worth an Event, told with the next status.
    func note(_ severity: RolloutNote.Severity, _ reason: String, _ text: String, _ object: KubeObject) {
        let note = RolloutNote(severity, reason, RolloutText.fit(text))
        memories.update(object) { $0.notes.append(note) }
    }

    /// Counts that an object is put back, and tells it unless it is a fight that is told already.
    func tellPutBack(_ contest: ContestCount, _ title: String, _ world: RolloutWorld) {
        metrics.putBack(of: world.object.key)
        guard let entry = contest.latest(now: world.now), entry.times == 1 else { return }
        var rest = "in the middle of the rollout; the step is"
        if world.routeRecord == nil {
            let isAfterFailure = world.routes.contains { RouteShield.isHeld($0, world) }
            rest = isAfterFailure ? "after the rollout went back; they are" : "while nothing is rolled out; they are"
        }
        note(
            .warning,
            "PutBack",
            "\(entry.writer) changed the \(entry.edit.noun) of \(title) \(rest) put back",
            world.object
        )
    }

    /// Tells that a version gets more than its step allows: once, however often somebody writes it so.
    func tellExposed(_ text: String, _ previous: MeshRolloutStatus, _ world: RolloutWorld) {
        let last = memories.of(world.object).exposed
        memories.update(world.object) { $0.exposed = world.now }
        let isTold =
            last.map { world.now - $0 < ContestCount.window }
            ?? previous.conditions.contains { $0.type == RouteShield.exposed }
        if !isTold { note(.warning, RouteShield.exposed, text, world.object) }
    }
}
