internal import ControllerKit
internal import DataTree
internal import MeshAPI
internal import MeshTestKit
internal import Testing

@testable internal import RolloutCore

/// Routes of a VirtualService in namespace shop, and what a rollout of host reviews makes of them.
struct RouteExample {
    var lists: RouteLists
    var composer: RouteComposer

    init(_ yaml: String, selection: [String] = [], stable: String = "v1", canary: String = "v2") throws {
        lists = RouteLists(spec: try requireDocument(yaml))
        composer = RouteComposer(
            sides: RouteSides(
                host: HostName("reviews", namespace: "shop"),
                stable: RouteSide(version: stable, subset: stable),
                canary: RouteSide(version: canary, subset: canary)
            ),
            namespace: "shop",
            selection: selection,
            rollout: "reviews"
        )
    }

    func composed(_ shape: RouteShape) -> RouteLists { composer.compose(lists, shape) }

    /// The weights of a route, as `host/subset=weight`.
    static func weights(_ route: Tree?) -> [String] {
        (route?["route"]?.array ?? []).map { entry in
            let host = entry["destination"]?["host"]?.string ?? ""
            let subset = entry["destination"]?["subset"]?.string
            return "\(host)\(subset.map { "/\($0)" } ?? "")=\(entry["weight"]?.integer.map { "\($0)" } ?? "-")"
        }
    }

    static func read(_ yaml: String) throws -> RouteLists { RouteLists(spec: try requireDocument(yaml)) }
}

@Suite struct RouteComposerTests {
    @Test(
        "What reaches the canary: by weights where versions are named, by ready pods where the host is named alone",
        arguments: [
            ("[{destination: {host: reviews}}]", 2, 2, [50]), ("[{destination: {host: reviews}}]", 1, 2, [34]),
            ("[{destination: {host: reviews}}]", 0, 2, [0]), ("[{destination: {host: reviews}}]", 0, 0, [0]),
            ("[{destination: {host: reviews}}]", 3, 0, [100]), ("[{destination: {host: reviews}}]", 5, 95, [5]),
            ("[{destination: {host: reviews}}]", Int.max, Int.max, [50]),
            ("[{destination: {host: reviews, subset: v1}}]", 2, 2, [0]),
            (
                "[{destination: {host: reviews, subset: v1}, weight: 95}, {destination: {host: reviews, subset: v2}, weight: 5}]",
                2, 2, [5]
            ),
            (
                "[{destination: {host: reviews}, weight: 80}, {destination: {host: reviews, subset: v2}, weight: 20}]",
                1, 3, [40]
            ),
            ("[{destination: {host: reviews}, weight: 50}, {destination: {host: other}, weight: 50}]", 1, 1, [50]),
            ("[{destination: {host: reviews, subset: v2}}]", 1, 1, [100]), ("[{destination: {host: other}}]", 1, 1, []),
        ] as [(String, Int, Int, [Int])]
    )
    func whatReachesTheCanary(_ row: (route: String, canary: Int, stable: Int, shares: [Int])) throws {
        let example = try RouteExample("{http: [{route: \(row.route)}]}")
        let pods = PodSplit(canary: row.canary, stable: row.stable)
        #expect(example.composer.shares(example.lists, by: pods) == row.shares)
    }

    @Test func aRouteToTheCanaryAloneIsTheUsersWhereAnotherTakesPart() throws {
        let example = try RouteExample(
            """
            http:
            - {match: [{headers: {x: {exact: y}}}], route: [{destination: {host: reviews, subset: v2}}]}
            - route: [{destination: {host: reviews}}]
            """
        )
        #expect(example.composer.shares(example.lists, by: PodSplit(canary: 1, stable: 3)) == [25])
    }

    @Test(arguments: [
        ("[{destination: {host: reviews}}]", 25, ["reviews/v1=75", "reviews/v2=25"]),
        (
            "[{destination: {host: reviews.shop.svc.cluster.local, subset: v1}, weight: 100}]", 5,
            [
                "reviews.shop.svc.cluster.local/v1=95", "reviews.shop.svc.cluster.local/v2=5",
            ]
        ),
        (
            "[{destination: {host: reviews}, weight: 80}, {destination: {host: other}, weight: 20}]", 25,
            [
                "reviews/v1=60", "reviews/v2=20", "other=20",
            ]
        ),
        // A share that is no whole number: the route grows, shares stay exact.
        (
            "[{destination: {host: reviews}, weight: 1}, {destination: {host: other}, weight: 1}]", 25,
            [
                "reviews/v1=3", "reviews/v2=1", "other=4",
            ]
        ),
        (
            "[{destination: {host: reviews, subset: v2}, weight: 0}, {destination: {host: reviews, subset: v1}, weight: 100}]",
            10,
            [
                "reviews/v2=10", "reviews/v1=90",
            ]
        ),
        ("[{destination: {host: reviews}}]", 100, ["reviews/v1=0", "reviews/v2=100"]),
        ("[{destination: {host: reviews}}]", 0, ["reviews/v1=100", "reviews/v2=0"]),
        ("[{destination: {host: ratings}}]", 25, ["ratings=-"]),
        ("[{destination: {host: reviews.prod.svc.cluster.local}}]", 25, ["reviews.prod.svc.cluster.local=-"]),
        ("[{destination: {host: reviews, subset: v9}}]", 25, ["reviews/v9=-"]),
        // A route of the user's that leads to the canary alone is none of the rollout's.
        ("[{destination: {host: reviews, subset: v2}}]", 25, ["reviews/v2=-"]),
    ]) func sharesTheWeightThatLeadsToTheHost(route: String, weight: Int, wanted: [String]) throws {
        for kind in RouteLists.Kind.allCases {
            let example = try RouteExample("{\(kind.rawValue): [{match: [{port: 80}], route: \(route)}]}")
            let result = example.composed(RouteShape(weight: weight))
            #expect(RouteExample.weights(result[kind].first) == wanted)
            #expect(result[kind].first?["match"] == [["port": 80]])
        }
    }

    @Test func keepsEverythingElseOfARoute() throws {
        let example = try RouteExample(
            """
            {http: [{name: a, timeout: 3s, retries: {attempts: 2}, headers: {request: {set: {x: y}}},
              route: [{destination: {host: reviews, port: {number: 9080}}, headers: {response: {remove: [z]}}}]}]}
            """
        )
        let route = example.composed(RouteShape(weight: 20))[.http][0]
        #expect(route["timeout"] == "3s")
        #expect(route["retries"] == ["attempts": 2])
        let canary = try #require(route["route"]?[1])
        #expect(canary["destination"] == ["host": "reviews", "port": ["number": 9080], "subset": "v2"])
        #expect(canary["headers"] == ["response": ["remove": ["z"]]])
    }

    @Test func sendsTestUsersToTheCanaryWithinEachRoute() throws {
        let example = try RouteExample(
            """
            {http: [
              {match: [{uri: {prefix: /api}}, {uri: {exact: /x}}], route: [{destination: {host: reviews}, weight: 80}, {destination: {host: other}, weight: 20}]},
              {route: [{destination: {host: ratings}}]},
              {route: [{destination: {host: reviews}}]}]}
            """
        )
        var shape = RouteShape(weight: 0)
        shape.matches = [["headers": ["x-test": ["exact": "yes"]]], ["uri": ["prefix": "/api/v2"]]]
        shape.fault = ["abort": ["httpStatus": 503]]
        let http = example.composed(shape)[.http]
        #expect(http.count == 5)
        #expect(
            http.map { $0["name"]?.string } == [
                "meshrollout.reviews.match.0", nil, nil, "meshrollout.reviews.match.2", nil,
            ]
        )
        #expect(RouteExample.weights(http[0]) == ["reviews/v2=80", "other=20"])
        let wanted = try requireDocument(
            """
            [{headers: {x-test: {exact: "yes"}}, uri: {prefix: /api}}, {uri: {prefix: /api/v2}}, {headers: {x-test: {exact: "yes"}}, uri: {exact: /x}}]
            """
        )
        #expect(http[0]["match"] == wanted)
        #expect(http[0]["fault"] == ["abort": ["httpStatus": 503]])
        #expect(http[1]["fault"] == nil)
        shape.weight = 100
        #expect(example.composed(shape)[.http].count == 3)
    }

    @Test func copiesRequestsBesideTheUsersOwnCopies() throws {
        var shape = RouteShape(weight: 0)
        shape.mirror = 30
        let plain = try RouteExample("{http: [{route: [{destination: {host: reviews}}]}]}").composed(shape)[.http][0]
        #expect(plain["mirror"] == ["host": "reviews", "subset": "v2"])
        #expect(plain["mirrorPercentage"] == ["value": 30.0])
        let busy = try RouteExample(
            "{http: [{mirror: {host: audit}, mirrorPercentage: {value: 5}, route: [{destination: {host: reviews}}]}]}"
        ).composed(shape)[.http][0]
        #expect(busy["mirror"] == nil)
        let wanted = try requireDocument(
            """
            [{destination: {host: audit}, percentage: {value: 5}}, {destination: {host: reviews, subset: v2}, percentage: {value: 30.0}}]
            """
        )
        #expect(busy["mirrors"] == wanted)
    }

    @Test func keepsUsersOnTheirVersionByCookie() throws {
        let example = try RouteExample(
            "{http: [{match: [{uri: {prefix: /a}}], route: [{destination: {host: reviews}}]}]}"
        )
        var shape = RouteShape(weight: 25)
        shape.affinity = .init(cookie: "mesh-version", lifetime: .seconds(3_600))
        let http = example.composed(shape)[.http]
        #expect(http.count == 3)
        #expect(RouteExample.weights(http[0]) == ["reviews/v2=100"])
        #expect(RouteExample.weights(http[1]) == ["reviews/v1=100"])
        let text = try #require(http[0]["match"]?[0]?.value(at: "headers", "cookie", "regex")?.string)
        let pattern = try Regex(text)
        for (cookie, isMatch) in [
            ("mesh-version=v2", true), ("a=b; mesh-version=v2; c=d", true), ("mesh-version=v22", false),
            ("x-mesh-version=v2", false), ("mesh-version=v1", false),
        ] {
            #expect((cookie.wholeMatch(of: pattern) != nil) == isMatch, "\(cookie)")
        }
        let cookies = http[2]["route"]?.array?.map {
            $0.value(at: "headers", "response", "add", "set-cookie")?.string
        }
        #expect(cookies == ["mesh-version=v1; Path=/; Max-Age=3600", "mesh-version=v2; Path=/; Max-Age=3600"])
        shape.weight = 100
        #expect(example.composed(shape)[.http].count == 1)
        #expect(example.composed(shape)[.http][0].jsonText().contains("set-cookie") == false)
    }

    @Test func followsTheSelectionOfRoutes() throws {
        let yaml =
            "{http: [{name: a, route: [{destination: {host: reviews}}]}, {name: b, route: [{destination: {host: reviews}}]}]}"
        let example = try RouteExample(yaml, selection: ["b"])
        let http = example.composed(RouteShape(weight: 50))[.http]
        #expect(http[0] == example.lists[.http][0])
        #expect(RouteExample.weights(http[1]) == ["reviews/v1=50", "reviews/v2=50"])
        #expect(example.composer.parts(RouteLists(spec: ["http": .array(http)])).map(\.share) == [50])
    }

    @Test(arguments: [
        ("reviews", "shop", "reviews.shop.svc.cluster.local"),
        ("Reviews.Shop.svc", "x", "reviews.shop.svc.cluster.local"),
        ("example.com", "shop", "example.com"), ("*.shop.svc.cluster.local", "x", "*.shop.svc.cluster.local"),
        ("*", "x", "*"),
    ]) func readsHosts(text: String, namespace: String, wanted: String) {
        #expect(HostName(text, namespace: namespace).text == wanted)
    }

    @Test func wildcardsCoverWhatIsBelowThem() {
        let host = HostName("reviews", namespace: "shop")
        #expect(HostName("*.shop.svc.cluster.local", namespace: "x").covers(host))
        #expect(HostName("*", namespace: "x").covers(host))
        #expect(!HostName("*.other.svc.cluster.local", namespace: "x").covers(host))
        #expect(!host.covers(HostName("*.shop.svc.cluster.local", namespace: "x")))
    }
}

@Suite struct RouteMergeTests {
    private static let yaml = """
        {http: [{match: [{uri: {prefix: /a}}], timeout: 3s, route: [{destination: {host: reviews}, weight: 90}, {destination: {host: other}, weight: 10}]},
          {name: rest, mirror: {host: audit}, route: [{destination: {host: reviews}}]}],
         tcp: [{match: [{port: 9000}], route: [{destination: {host: reviews}}]}]}
        """

    private static var shape: RouteShape {
        var shape = RouteShape(weight: 30)
        shape.matches = [["headers": ["x-test": ["exact": "yes"]]]]
        shape.mirror = 10
        shape.affinity = .init(cookie: "v", lifetime: .seconds(60))
        return shape
    }

    private func merge(_ change: (inout Tree) -> Void) throws -> (example: RouteExample, base: RouteLists) {
        let example = try RouteExample(Self.yaml)
        let written = example.composed(Self.shape)
        var tree = written.tree
        change(&tree)
        let actual = RouteLists(spec: tree)
        let merge = RouteMerge(original: example.lists, written: written, actual: actual, composer: example.composer)
        return (example, merge.base)
    }

    @Test func givesBackExactlyWhatWasThere() throws {
        let (example, base) = try merge { _ in }
        #expect(base == example.lists)
    }

    @Test func givesBackTheOriginalAfterTheManifestWasAppliedAgain() throws {
        let original = try requireDocument(Self.yaml)
        let (example, base) = try merge { $0 = original }
        #expect(base == example.lists)
    }

    @Test func keepsWhatTheUserChangedElsewhere() throws {
        let (example, base) = try merge { tree in
            var http = written
            for index in http.indices where http[index]["timeout"] != nil { http[index]["timeout"] = "9s" }
            tree["http"] = .array(http)
        }
        var wanted = example.lists
        wanted.lists[.http]?[0]["timeout"] = "9s"
        #expect(base == wanted)
    }

    private var written: [Tree] { (try? RouteExample(Self.yaml))?.composed(Self.shape)[.http] ?? [] }

    @Test func overrulesWeightsSetByHand() throws {
        let (example, base) = try merge { tree in
            var http = written
            let last = http.count - 1
            var route = http[last]["route"]?.array ?? []
            route[0]["weight"] = 1
            route[1]["weight"] = 99
            http[last]["route"] = .array(route)
            tree["http"] = .array(http)
        }
        #expect(base == example.lists)
    }

    @Test func takesOverRoutesTheUserAddsAndRemoves() throws {
        let (example, base) = try merge { tree in
            var http = written
            http.removeAll { $0["name"]?.string == "rest" }
            http.append(["name": "new", "route": [["destination": ["host": "ratings"]]]])
            tree["http"] = .array(http)
        }
        #expect(base[.http].map { $0["name"]?.string } == [nil, "new"])
        #expect(base[.http].first == example.lists[.http].first)
    }

    @Test(arguments: [
        ("{http: [{route: [{destination: {host: reviews}}]}]}", true),
        ("{http: [{route: [{destination: {host: reviews.shop.svc.cluster.local}}]}]}", true),
        ("{tcp: [{route: [{destination: {host: reviews, subset: ''}}]}]}", true),
        ("{http: [{route: [{destination: {host: reviews, subset: v1}}]}]}", false),
        ("{http: [{route: [{destination: {host: ratings}}]}]}", false),
        (
            "{http: [{route: [{destination: {host: reviews}, weight: 0}, {destination: {host: reviews, subset: v1}, weight: 100}]}]}",
            false
        ),
    ]) func tellsRoutesThatLeadToBothVersions(_ spec: String, _ isOpen: Bool) throws {
        let example = try RouteExample(spec)
        #expect(example.composer.isOpen(example.lists) == isOpen)
    }

    @Test(arguments: propertySeeds(60)) func restoresRandomRoutes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        func destination() -> Tree {
            let host = random.pick(["reviews", "ratings", "reviews.shop.svc.cluster.local", "other.example.com"])
            var tree: Tree = ["host": .string(host)]
            if random.oneIn(2) { tree["subset"] = .string(random.pick(["v1", "v2", "v3"])) }
            return tree
        }
        func route(_ index: Int) -> Tree {
            var entries: [Tree] = []
            for _ in 0...random.int(below: 3) {
                var entry: Tree = ["destination": destination()]
                if random.oneIn(2) { entry["weight"] = .integer(Int64(random.int(below: 120))) }
                entries.append(entry)
            }
            var tree: Tree = ["route": .array(entries)]
            if random.oneIn(2) { tree["name"] = .string("r\(index)") }
            if random.oneIn(2) { tree["match"] = [["uri": ["prefix": .string("/\(index)")]]] }
            if random.oneIn(4) { tree["mirror"] = ["host": "audit"] }
            return tree
        }
        var spec: Tree = [:]
        for kind in ["http", "tls", "tcp"] where !random.oneIn(3) {
            spec[kind] = .array((0...random.int(below: 3)).map { route($0) })
        }
        let original = RouteLists(spec: spec)
        let example = try RouteExample("{}")
        for weight in [0, 1, 7, 33, 50, 100] {
            var shape = RouteShape(weight: weight)
            if random.oneIn(2) { shape.matches = [["headers": ["t": ["exact": "1"]]]] }
            if random.oneIn(2) { shape.mirror = 20 }
            if random.oneIn(2) { shape.affinity = .init(cookie: "c", lifetime: .seconds(9)) }
            let written = example.composer.compose(original, shape)
            let merge = RouteMerge(original: original, written: written, actual: written, composer: example.composer)
            #expect(merge.base == original, "seed \(seed)")
            let again = RouteMerge(original: original, written: written, actual: original, composer: example.composer)
            #expect(again.base == original, "seed \(seed)")
            for part in example.composer.parts(written) where part.share != weight {
                Issue.record("seed \(seed): \(part.name) has \(part.share), not \(weight)")
            }
        }
    }
}
