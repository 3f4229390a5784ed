internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshTestKit
internal import RolloutEngine
internal import Testing

@testable internal import RolloutCore

/// What routes look like in each step, and that nothing of it is left at the end.
@Suite struct ShapeTests {
    private static let plain =
        "[{name: primary, timeout: 3s, route: [{destination: {host: reviews, subset: v2}, weight: 100}]}]"

    private static func http(_ cluster: TestCluster) async throws -> [Tree] {
        try await cluster.service()?.tree.value(at: "spec", "http")?.array ?? []
    }

    @Test("A route whose test users no match tells apart is named with the rule, once")
    func testUsersLeftOut() async throws {
        let service = SampleRollout.service.replacing(
            "http:\n",
            with: """
                http:
                    - name: beta
                      match: [{headers: {cookie: {regex: ".*who=b.*"}}}]
                      route: [{destination: {host: reviews}}]
                    - {name: rx, match: [{uri: {regex: "/x.*"}}], route: [{destination: {host: reviews}}]}
                    - {name: apart, match: [{uri: {exact: /y}}], route: [{destination: {host: reviews}}]}

                """
        )
        let rules = #"[{headers: {cookie: {regex: ".*beta=1.*"}}}, {uri: {prefix: /x/beta}}]"#
        let steps = "[{match: \(rules)}, {setWeight: 20, hold: 9s}]"
        let spec = "virtualServices: [{name: reviews}]\ndestinationRule: {name: reviews}\nsteps: \(steps)"
        let cluster = try await SampleRollout.cluster(SampleRollout.spec(spec), service: service)
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(to: .completed, within: 100)
        let told = try await life.events().filter { $0.reason == "TestUsersLeftOut" }
        #expect(told.count == 1 && told.first?.type == "Warning", "\(told)")
        let note = told.first?.note ?? ""
        for words in [
            "VirtualService shop/reviews route beta: no match can say both its own and spec.steps[0].match[0] (headers.cookie)",
            "route rx: no match can say both its own and spec.steps[0].match[1] (uri)",
        ] { #expect(note.contains(words), "\(words) in \(note)") }
        #expect(!note.contains("route apart") && !note.contains("route primary"), "\(note)")
    }

    @Test func testUsersFaultsAndCopiesComeBeforeTheFirstShare() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                slowStart: {window: 45s}
                steps:
                  - match:
                      - {headers: {x-test: {exact: "yes"}}}
                      - {headers: {cookie: {regex: ".*beta=1.*"}}}
                      - {uri: {prefix: /beta}}
                    hold: 9s
                  - {fault: {delay: {fixedDelay: 2s, percentage: {value: 100}}}, hold: 9s}
                  - {fault: {}, hold: 9s}
                  - {mirror: {percent: 50}, hold: 9s}
                  - {setWeight: 20, hold: 9s}
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        var shapes: [[Tree]] = []
        for step in 1...5 {
            try await life.run(30) { cluster in
                let progress = try await cluster.status().progress
                return progress.step == step && progress.reason == "Holding"
            }
            #expect(try await cluster.status().progress.step == step)
            shapes.append(try await Self.http(cluster))
            let rule = try await cluster.find(TrafficResources.destinationRules, "reviews")
            let ramp = rule?.tree.value(at: "spec", "subsets")?.array?.last?.value(at: "trafficPolicy", "loadBalancer")
            #expect(ramp?.value(at: "warmup", "duration") == "45s")
        }
        let matches = try requireDocument(
            #"[{headers: {x-test: {exact: "yes"}}}, {headers: {cookie: {regex: ".*beta=1.*"}}}, {uri: {prefix: /beta}}]"#
        )
        for shape in shapes {
            #expect(shape.count == 2)
            #expect(shape[0]["match"] == matches)
            #expect(RouteExample.weights(shape[0]) == ["reviews/v2=100"])
        }
        for shape in shapes.prefix(4) { #expect(RouteExample.weights(shape[1]) == ["reviews/v1=100", "reviews/v2=0"]) }
        #expect(shapes.map { $0[0]["fault"]?.value(at: "delay", "fixedDelay")?.string } == [nil, "2s", nil, nil, nil])
        #expect(shapes.allSatisfy { $0[1]["fault"] == nil }, "users of the stable side see no faults")
        #expect(shapes.map { $0[1].value(at: "mirrorPercentage", "value")?.number } == [nil, nil, nil, 50, 50])
        #expect(shapes[3][1]["mirror"] == ["host": "reviews", "subset": "v2"])
        #expect(RouteExample.weights(shapes[4][1]) == ["reviews/v1=80", "reviews/v2=20"])
        try await life.run(to: .completed, within: 60)
        try await life.run(15)
        #expect(try await Self.http(cluster) == (try requireDocument(Self.plain)).array)
        let rule = try await cluster.find(TrafficResources.destinationRules, "reviews")
        #expect(rule?.tree.jsonText().contains("warmup") == false)
    }

    @Test func usersStayOnTheirVersionWhileTrafficShifts() async throws {
        let spec =
            "virtualServices: [{name: reviews}]\ndestinationRule: {name: reviews}\n"
            + "sessionAffinity: {cookie: {name: side, ttl: 2h}}\nsteps: [{setWeight: 30, hold: 9s}]"
        let cluster = try await SampleRollout.cluster(SampleRollout.spec(spec))
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30) { try await $0.status().progress.reason == "Holding" }
        let http = try await Self.http(cluster)
        #expect(
            http.map { RouteExample.weights($0) } == [
                ["reviews/v2=100"], ["reviews/v1=100"], ["reviews/v1=70", "reviews/v2=30"],
            ]
        )
        let cookies = http.last?["route"]?.array?.map {
            $0.value(at: "headers", "response", "add", "set-cookie")?.string
        }
        #expect(cookies == ["side=v1; Path=/; Max-Age=7200", "side=v2; Path=/; Max-Age=7200"])
        try await life.run(to: .completed, within: 60)
        try await life.run(10)
        #expect(try await Self.http(cluster) == (try requireDocument(Self.plain)).array)
    }

    @Test func movesConnectionsAsWellAndGivesThemBack() async throws {
        let service = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews, namespace: shop, annotations: {team: shop}}
            spec:
              hosts: [reviews]
              tls: [{match: [{port: 443, sniHosts: [reviews]}], route: [{destination: {host: reviews}}]}]
              tcp: [{match: [{port: 9000}], route: [{destination: {host: reviews, port: {number: 9000}}, weight: 100}]}]
            """
        let cluster = try await SampleRollout.cluster(HandEditTests.held, service: service)
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(30) { try await $0.status().progress.reason == "Holding" }
        let spec = try await cluster.service()?.tree["spec"]
        for kind in ["tls", "tcp"] {
            #expect(RouteExample.weights(spec?[kind]?[0]) == ["reviews/v1=75", "reviews/v2=25"])
        }
        try await cluster.annotate(RolloutNames.Command.abort, "no")
        try await life.run(to: .rolledBack, within: 30)
        #expect(try await cluster.service()?.tree["spec"] == (try requireDocument(service))["spec"])
    }

    @Test func whatIsMadeServesTheGatewaysOfTheSpec() async throws {
        let cluster = try await TestCluster()
        try await cluster.deploy("reviews-v1", version: "v1")
        _ = try await cluster.step()
        try await cluster.rollOut(
            SampleRollout.spec("gateways: [mesh, edge/public]\nsteps: [{setWeight: 40, hold: 1m}]")
        )
        let life = try DirectRollout(cluster)
        try await life.run(2)
        let made = try #require(try await cluster.service())
        #expect(made.tree.value(at: "spec", "hosts") == ["reviews"])
        #expect(made.tree.value(at: "spec", "gateways") == ["mesh", "edge/public"])
        #expect(made.ownerReferences.map(\.name) == ["reviews"])
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(20)
        #expect(try await cluster.weights() == ["v1": 60, "v2": 40])
    }

    @Test func versionsWithHostsOfTheirOwnNeedNoSubsets() async throws {
        let cluster = try await SampleRollout.cluster(
            """
            workload:
              stable: {name: reviews-v1, version: v1, host: reviews-old}
              canary: {name: reviews-v2, version: v2, host: reviews-new}
            host: reviews
            virtualServices: [{name: reviews}]
            steps: [{setWeight: 40, hold: 1m}]
            """
        )
        let rule = try await cluster.find(TrafficResources.destinationRules, "reviews")
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(20)
        let rest = ".shop.svc.cluster.local"
        #expect(
            RouteExample.weights(try await Self.http(cluster).first) == [
                "reviews-old\(rest)=60", "reviews-new\(rest)=40",
            ]
        )
        #expect(try await cluster.find(TrafficResources.destinationRules, "reviews") == rule, "no subset is touched")
    }

    @Test func blueAndGreenMoveAtOnceAndOnlyTestUsersBefore() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                strategy: BlueGreen
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{match: [{headers: {x-preview: {exact: "green"}}}], hold: 10s}]
                """
            )
        )
        let life = try DirectRollout(cluster)
        try await cluster.deploy("reviews-v2", version: "v2")
        var seen: [Int64] = []
        var previews = 0
        try await life.run(60) { cluster in
            let weight = try await cluster.weights()["v2"] ?? 0
            if seen.last != weight { seen.append(weight) }
            if try await Self.http(cluster).count == 2 { previews += 1 }
            return try await cluster.status().phase == .completed
        }
        #expect(seen == [0, 100])
        #expect(previews >= 10)
    }

    @Test func analysisAsksTheGatesItNames() async throws {
        let cluster = try await SampleRollout.cluster(
            SampleRollout.spec(
                """
                virtualServices: [{name: reviews}]
                destinationRule: {name: reviews}
                steps: [{analysis: {gates: [early]}}, {setWeight: 30, hold: 1m}]
                analysis: {interval: 1s, gates: [{name: early, url: "http://a"}, {name: late, url: "http://b"}]}
                """
            )
        )
        let life = try DirectRollout(cluster)
        life.asker.answer { name, _ in name == "early" ? .inconclusive : .passed }
        try await cluster.deploy("reviews-v2", version: "v2")
        try await life.run(20)
        #expect(try await cluster.status().progress.step == 1)
        #expect(Set(life.asker.asked.map(\.name)) == ["early"])
        life.asker.answer { _, _ in .passed }
        try await life.run(10)
        #expect(try await cluster.status().progress.step == 2)
        #expect(life.asker.asked.contains { $0.name == "late" && $0.step == 2 })
    }
}
