internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import Testing

@testable internal import RolloutCore

/// What is refused, and what is said about it.
@Suite struct RefusalTests {
    @Test(arguments: [
        ("strategy: BlueGreen\nsteps: [{setWeight: 5}]", "spec.steps[0].setWeight"),
        ("steps: [{fault: {abort: {httpStatus: 503}}}]", "spec.steps[0].fault"),
        ("steps: [{analysis: {gates: [nobody]}}]", "spec.steps[0].analysis.gates"),
        ("steps: [{setWeight: 50}, {setWeight: 20}]", "spec.steps[1].setWeight"),
    ]) func badSpecsNameFieldValueAndRemedy(more: String, path: String) async throws {
        let cluster = try await SampleRollout.cluster(SampleRollout.spec(more))
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(3)
        let status = try await cluster.status()
        #expect(status.phase == .failed)
        let condition = try #require(status.condition(.preflight))
        #expect(condition.reason == "InvalidSpec")
        #expect(condition.message.contains(path), "\(condition.message)")
        #expect(condition.message.contains(";"), "there is a remedy: \(condition.message)")
        #expect(try await cluster.service()?.annotations == ["team": "shop"])
        let before = life.transport.writes.count
        try await life.run(5)
        #expect(life.transport.writes.count == before)
    }

    @Test(
        "A stable side whose pods would not get the copied template is refused before the start, with the remedy",
        arguments: [
            (
                "StatefulSet", "{updateStrategy: {type: OnDelete, rollingUpdate: null}}",
                "spec.updateStrategy.type is OnDelete"
            ),
            ("StatefulSet", "{updateStrategy: {rollingUpdate: {partition: 1}}}", "rollingUpdate.partition is 1"),
            ("Deployment", "{paused: true}", "spec.paused is true"),
        ]
    )
    func whatACopyCannotReach(kind: String, spec: String, words: String) async throws {
        let cluster = try await TestCluster()
        try await cluster.create(SampleRollout.service, TrafficResources.virtualServices)
        try await cluster.deploy("reviews-v1", version: "v1", kind: kind)
        let (stable, resource) = (ObjectKey(namespace: "shop", name: "reviews-v1"), APIResource.statefulSets)
        let isStateful = kind == "StatefulSet"
        let patch: Tree = ["spec": try requireDocument(spec)]
        _ = try await cluster.admin.patch(isStateful ? resource : .deployments, stable, .merge(patch))
        _ = try await cluster.step()
        try await cluster.rollOut(
            """
            workload: {kind: \(kind), stable: {name: reviews-v1, version: v1}, canary: {name: reviews-v2, version: v2}}
            host: reviews
            virtualServices: [{name: reviews}]
            steps: [{setWeight: 50}]
            promotion: {mode: CopyTemplate, scaleDownDelay: 1s}
            """
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2", kind: kind)
        try await life.run(5)
        let message = try await cluster.status().condition(.preflight)?.message ?? ""
        #expect(
            message.contains("\(kind) reviews-v1") && message.contains(words) && message.contains(";"),
            "\(message)"
        )
        #expect(try await cluster.service()?.annotations == ["team": "shop"], "nothing has begun")
        let mended: Tree = ["spec": ["promotion": ["mode": "ScaleDown"]]]
        _ = try await cluster.admin.patch(RolloutNames.resource, TestCluster.key, .merge(mended))
        try await life.run(to: .completed, within: 60)
    }

    @Test(arguments: [
        ("virtualServices: [{name: nobody}]", "VirtualService shop/nobody is not there"),
        (
            "virtualServices: [{name: reviews, routes: [second]}]\ndestinationRule: {name: reviews}",
            "has no route named second"
        ),
        ("virtualServices: [{name: reviews}]\ndestinationRule: {name: nobody}", "DestinationRule nobody is not there"),
        ("virtualServices: [{name: reviews}]", "DestinationRule shop/reviews is there and not of this rollout"),
        ("destinationRule: {name: reviews}", "VirtualService shop/reviews is there and not of this rollout"),
        ("virtualServices: [{name: tcp}]\ndestinationRule: {name: reviews}\nsteps: [{mirror: {}}]", "need http routes"),
        ("virtualServices: [{name: other}]\ndestinationRule: {name: reviews}", "leads to"),
        (
            "virtualServices: [{name: api}]\ndestinationRule: {name: reviews}\nsteps: [{match: [{uri: {prefix: /x}}]}]",
            "spec.steps[0].match"
        ),
        (
            "virtualServices: [{name: cookies}]\ndestinationRule: {name: reviews}\nsessionAffinity: {cookie: {}}",
            "spec.sessionAffinity"
        ),
    ]) func whatCannotBeMovedIsSaid(more: String, words: String) async throws {
        let cluster = try await SampleRollout.cluster(SampleRollout.spec(more))
        let services = [
            "tcp": "tcp: [{route: [{destination: {host: reviews}}]}]",
            "other": "http: [{route: [{destination: {host: ratings}}]}]",
            "api": "http: [{match: [{uri: {prefix: /api}}], route: [{destination: {host: reviews}}]}]",
            "cookies": "http: [{match: [{headers: {cookie: {exact: a}}}], route: [{destination: {host: reviews}}]}]",
        ]
        for (name, routes) in services {
            try await cluster.create(
                """
                {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: \(name), namespace: shop},
                 spec: {hosts: [\(name)], \(routes)}}
                """,
                TrafficResources.virtualServices
            )
        }
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(4)
        let status = try await cluster.status()
        let message = status.condition(.preflight)?.message ?? ""
        #expect(message.contains(words), "\(status.tree.jsonText())")
        #expect(status.phase == .failed)
        for route in try await cluster.admin.list(TrafficResources.virtualServices).objects {
            #expect(route.annotations[RolloutNames.Annotation.record] == nil)
        }
    }

    @Test("What a policy forbids, or a webhook does not answer, is told and tried again", arguments: [403, 500])
    func whatTheServerRefusesIsSaidInTheMiddle(status code: Int) async throws {
        let cluster = try await SampleRollout.cluster()
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(60) { try await $0.weights()["v2"] == 5 }
        life.transport.setRule { request, _ in
            let isRoute = request.path.contains("/virtualservices/") && request.method == .patch
            return isRoute ? .refuse(status: code, reason: code == 403 ? "Forbidden" : "InternalError") : nil
        }
        try await life.run(40, patience: 60)
        let reason = code == 403 ? "Forbidden" : "APIUnavailable"
        let told = try await cluster.status()
        #expect(told.condition(.degraded)?.reason == reason, "\(told.tree.jsonText())")
        #expect(told.condition(.degraded)?.message.contains("injected") == true)
        #expect(told.phase == .progressing && told.condition(.ready)?.state == .no)
        life.transport.setRule { _, _ in nil }
        try await life.run(2)
        #expect(try await cluster.status().condition(.degraded)?.state == .no)
        try await life.run(to: .completed, within: 100)
        let counts = try await EventTests.counted(life)
        #expect(counts[reason] == 1, "\(counts)")
    }

    @Test func routesOfOtherNamespacesNeedTheirOwnersConsent() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                "virtualServices: [{name: edge, namespace: pay}]\ndestinationRule: {name: reviews}\n"
                    + "steps: [{setWeight: 25, hold: 1h}]"
            )
        )
        _ = try? await cluster.admin.create(.namespaces, KubeObject(kind: .namespace, key: ObjectKey(name: "pay")))
        let key = ObjectKey(namespace: "pay", name: "edge")
        try await cluster.create(
            """
            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: edge, namespace: pay},
             spec: {hosts: [edge], http: [{route: [{destination: {host: reviews.shop.svc.cluster.local}}]}]}}
            """,
            TrafficResources.virtualServices
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(6)
        let message = try await cluster.status().condition(.preflight)?.message ?? ""
        #expect(message.contains("\(RolloutNames.Annotation.allowedFrom): shop"), "\(message)")
        let untouched = try await cluster.admin.get(TrafficResources.virtualServices, key)
        #expect(untouched.annotations == [:])
        let consent: Tree = ["metadata": ["annotations": [RolloutNames.Annotation.allowedFrom: "ads, shop"]]]
        _ = try await cluster.admin.patch(TrafficResources.virtualServices, key, .merge(consent))
        try await life.run(20)
        let moved = try await cluster.admin.get(TrafficResources.virtualServices, key)
        #expect(moved.annotations[RolloutNames.Annotation.holder] == "shop/reviews")
    }

    @Test func twoMeshRolloutsOfOneHostDoNotContend() async throws {
        let cluster = try await SampleRollout.cluster(HandEditTests.held)
        let life = try DirectRollout(cluster)
        try await cluster.rollOut(
            SampleRollout.spec("virtualServices: [{name: reviews}]\ndestinationRule: {name: reviews}"),
            name: "second"
        )
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(20)
        let second = try await cluster.status("second")
        #expect(second.phase == .failed)
        #expect(second.condition(.preflight)?.message.contains("MeshRollout shop/reviews moves the traffic") == true)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
        #expect(try await cluster.service()?.annotations[RolloutNames.Annotation.holder] == "shop/reviews")
        _ = try await cluster.admin.delete(RolloutNames.resource, TestCluster.key)
        try await life.run(15)
        #expect(try await cluster.service()?.annotations[RolloutNames.Annotation.holder] == "shop/second")
    }

    @Test func aServiceRoutedElsewhereIsNotTakenOver() async throws {
        let cluster = try await TestCluster()
        try await cluster.create(
            SampleRollout.service.replacing("name: reviews, namespace", with: "name: mine, namespace"),
            TrafficResources.virtualServices
        )
        try await cluster.deploy("reviews-v1", version: "v1")
        _ = try await cluster.step()
        try await cluster.rollOut(SampleRollout.spec(""))
        try await DirectRollout(cluster).run(3)
        let message = try await cluster.status().condition(.preflight)?.message ?? ""
        #expect(message.contains("VirtualService shop/mine routes reviews already"))
        #expect(try await cluster.service() == nil)
    }

    @Test func pausedWritesNothing() async throws {
        let (cluster, life) = try await HandEditTests.begun()
        _ = try await cluster.admin.patch(RolloutNames.resource, TestCluster.key, .merge(["spec": ["paused": true]]))
        try await life.run(2)
        #expect(try await cluster.status().phase == .paused)
        try await HandEditTests.applyAgain(cluster)
        let before = life.transport.writes.count
        try await life.run(700)
        #expect(life.transport.writes.count == before)
        _ = try await cluster.admin.patch(RolloutNames.resource, TestCluster.key, .merge(["spec": ["paused": false]]))
        try await life.run(5)
        #expect(try await cluster.weights() == ["v1": 75, "v2": 25])
    }

    @Test func whatIsRefusedIsToldBeforeThereIsAnythingToRollOut() async throws {
        let cluster = try await SampleRollout.cluster(SampleRollout.spec("virtualServices: [{name: reviews}]"))
        let life = try DirectRollout(cluster)
        try await life.run(3)
        let status = try await cluster.status()
        let words = "DestinationRule shop/reviews is there and not of this rollout"
        #expect(status.phase == .failed)
        #expect(status.progress.reason == "PreflightFailed" && status.progress.waitingFor.contains(words))
        for type in [MeshConditionType.ready, .progressing, .degraded, .preflight] {
            let condition = status.condition(type)
            #expect(condition?.reason == "PreflightFailed", "\(type)")
            #expect(condition?.message.contains(words) == true, "\(type)")
        }
        let since = status.progress.since
        try await life.run(5)
        #expect(try await cluster.status().progress.since == since)
        #expect(try await life.events().count { $0.reason == "PreflightFailed" } == 1)
    }
}
