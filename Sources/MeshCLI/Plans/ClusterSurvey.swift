internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import UpgradePlanning

/// Reads of a cluster what a plan looks at, page by page, keeping of each object what is needed.
struct ClusterSurvey: Sendable {
    let client: ClusterClient
    let resource: MeshOperatorResource

    /// Reads everything; throws ``CommandError`` where namespaces, pods or workloads cannot be read, and notes what else cannot.
    func read() async throws -> Survey {
        var survey = Survey(mesh: resource.name)
        do {
            survey.kubernetes = try await client.version().gitVersion
            if let live = try await find() { survey.add(live) }
            for kind in [APIResource.namespaces, .pods, .deployments, .statefulSets, .daemonSets] {
                try await list(kind, into: &survey)
            }
        } catch {
            throw CommandError(cluster: error)
        }
        let others: [APIResource] = [
            RestartableWorkload.argoRollouts, .podDisruptionBudgets, .horizontalPodAutoscalers,
            .mutatingWebhookConfigurations,
        ]
        for kind in others { await optional(kind, into: &survey) }
        await readConfiguration(into: &survey)
        return survey
    }

    /// The MeshOperator as the cluster has it; nil where it, or its kind, is not there.
    private func find() async throws(KubeError) -> KubeObject? {
        guard !resource.name.isEmpty else { return nil }
        return try await client.find(MeshNames.resource, ObjectKey(name: resource.name))
    }

    // MARK: Lists

    private func list(_ kind: APIResource, into survey: inout Survey) async throws(KubeError) {
        let before = survey
        do {
            var continuation: String?
            repeat {
                let page = try await client.page(kind, continuation: continuation)
                for object in page.objects { survey.add(object) }
                continuation = page.continuation
            } while continuation != nil
        } catch  where error.code == .expired {
            survey = before
            for object in try await client.list(kind).objects { survey.add(object) }
        }
    }

    /// A list one can do without: what is not served is empty, what else goes wrong is noted.
    private func optional(_ kind: APIResource, into survey: inout Survey) async {
        do {
            try await list(kind, into: &survey)
        } catch  where error.code == .notFound {
            return
        } catch {
            survey.notes.append("\(kind.qualifiedName) were not looked at: \(CommandError(cluster: error).message)")
        }
    }

    /// Istio's objects in the newest version served, those of removed kinds too.
    private func readConfiguration(into survey: inout Survey) async {
        let served: Discovery
        do {
            served = try await client.discover()
        } catch {
            survey.notes.append("mesh configuration was not looked at: \(CommandError(cluster: error).message)")
            return
        }
        var chosen: [String: APIResource] = [:]
        for entry in served.resources {
            let kind = entry.resource.kind
            guard IstioKinds.groups.contains(kind.group), entry.verbs.contains("list") else { continue }
            let name = "\(kind.group)/\(kind.kind)"
            // Versions come newest first; one that is served as upstream's newest wins.
            let isNewest = IstioKinds.resources.contains { $0.kind == kind }
            if chosen[name] == nil || isNewest { chosen[name] = entry.resource }
        }
        for (_, resource) in chosen.sorted(by: { $0.key < $1.key }) {
            await optional(resource, into: &survey)
        }
    }
}
