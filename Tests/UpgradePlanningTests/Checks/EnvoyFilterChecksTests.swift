internal import KubeAPI
internal import Testing

@testable internal import UpgradePlanning

struct EnvoyFilterChecksTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var patch: String
        var code: UpgradeFindingCode
        var severity: UpgradeFinding.Severity?
        var words: [String] = []
        var field = ""
        var testDescription: String { "\(code): \(patch)" }
    }

    static func filter(_ patches: [String], name: String = "f", more: String = "") -> String {
        let list = patches.map { "    - \($0)" }.joined(separator: "\n")
        return """
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: \(name), namespace: shop}
            spec:
              \(more)
              configPatches:
            \(list)
            """
    }

    private static func lua(_ match: String, operation: String = "INSERT_FIRST") -> String {
        let value =
            #"{name: my.lua, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua}}"#
        return "{applyTo: HTTP_FILTER, match: {\(match)}, patch: {operation: \(operation), value: \(value)}}"
    }

    private static func chain(_ filter: String) -> String { "listener: {filterChain: {filter: {\(filter)}}}" }
    private static let manager = "name: envoy.filters.network.http_connection_manager"

    static let versions: [Sample] = [
        .init(
            patch: lua(#"proxy: {proxyVersion: '^1\.29.*'}"#),
            code: .envoyFilterVersionMismatch,
            severity: .refuses,
            words: [
                "matches 1.29.6 and not 1.30.3", "add a patch for 1.30", "accept-findings: EnvoyFilterVersionMismatch",
            ],
            field: "spec.configPatches[0].match.proxy.proxyVersion"
        ),
        .init(
            patch: lua(#"proxy: {proxyVersion: '^1\.30'}"#),
            code: .envoyFilterVersionMismatch,
            severity: .informs,
            words: ["begins to have an effect"]
        ),
        .init(patch: lua(#"proxy: {proxyVersion: '^1\.(29|30)\.'}"#), code: .envoyFilterVersionMismatch),
        .init(patch: lua(#"proxy: {proxyVersion: '^1\.12'}"#), code: .envoyFilterVersionMismatch),
        .init(patch: lua("proxy: {proxyVersion: ''}"), code: .envoyFilterVersionMismatch),
        .init(patch: lua("context: ANY"), code: .envoyFilterVersionMismatch),
        .init(
            patch: lua("proxy: {proxyVersion: '1.29('}"),
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["no regular expression"]
        ),
    ]

    static let names: [Sample] = [
        .init(
            patch: lua(chain("name: envoy.http_connection_manager, subFilter: {name: envoy.filters.http.router}")),
            code: .envoyFilterRetiredName,
            severity: .warns,
            words: ["envoy.http_connection_manager", "since 1.19", "envoy.filters.network.http_connection_manager"],
            field: "spec.configPatches[0].match.listener.filterChain.filter.name"
        ),
        .init(
            patch: lua(chain("\(manager), subFilter: {name: envoy.router}"), operation: "INSERT_BEFORE"),
            code: .envoyFilterRetiredName,
            severity: .warns,
            words: ["write envoy.filters.http.router"]
        ),
        .init(
            patch: lua(chain("\(manager), subFilter: {name: mixer}"), operation: "INSERT_BEFORE"),
            code: .envoyFilterRetiredName,
            severity: .warns,
            words: ["no filter of proxies any more"]
        ),
        .init(
            patch: lua(chain("\(manager), subFilter: {name: envoy.filters.http.router}"), operation: "INSERT_BEFORE"),
            code: .envoyFilterRetiredName
        ),
        .init(
            patch: lua(chain("\(manager), subFilter: {name: my.own}"), operation: "INSERT_BEFORE"),
            code: .envoyFilterUnknownPlace,
            severity: .warns,
            words: ["\"my.own\"", "INSERT_BEFORE then drops"]
        ),
        .init(
            patch: lua(chain("\(manager), subFilter: {name: my.lua}"), operation: "INSERT_AFTER"),
            code: .envoyFilterUnknownPlace
        ),
        .init(
            patch: lua(chain("\(manager), subFilter: {name: extenstions.istio.io/wasmplugin/shop.auth}")),
            code: .envoyFilterUnknownPlace
        ),
    ]

    static let types: [Sample] = [
        .init(
            patch:
                #"{applyTo: HTTP_FILTER, patch: {operation: ADD, value: {name: a, typed_config: {"@type": type.googleapis.com/envoy.config.filter.http.lua.v2.Lua}}}}"#,
            code: .envoyFilterOldAPI,
            severity: .warns,
            words: ["version 2", "envoy.config.filter.http.lua.v2.Lua"],
            field: "spec.configPatches[0].patch.value.typed_config.@type"
        ),
        .init(
            patch:
                #"{applyTo: CLUSTER, patch: {operation: MERGE, value: {tls: [{"@type": type.googleapis.com/envoy.api.v2.auth.UpstreamTlsContext}]}}}"#,
            code: .envoyFilterOldAPI,
            severity: .warns,
            words: ["envoy.api.v2"]
        ),
        .init(
            patch: "{applyTo: HTTP_FILTER, patch: {operation: ADD, value: {name: envoy.lua, config: {inlineCode: x}}}}",
            code: .envoyFilterOldAPI,
            severity: .warns,
            words: ["without a type", "typed_config"]
        ),
        .init(patch: lua("context: ANY"), code: .envoyFilterOldAPI),
        .init(
            patch:
                #"{applyTo: HTTP_FILTER, patch: {operation: ADD, value: {name: istio.alpn, typed_config: {"@type": type.googleapis.com/istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig}}}}"#,
            code: .envoyFilterOldAPI
        ),
    ]

    static let words: [Sample] = [
        .init(
            patch: "{applyTo: HTTP_FILTERS, patch: {operation: ADD, value: {}}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["HTTP_FILTERS", "use one of"],
            field: "spec.configPatches[0].applyTo"
        ),
        .init(
            patch: "{patch: {operation: ADD, value: {}}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["is missing"]
        ),
        .init(
            patch: "{applyTo: CLUSTER, patch: {value: {}}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["patch.operation: is missing"]
        ),
        .init(
            patch: "{applyTo: CLUSTER, patch: {operation: MERGE}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["MERGE needs it"]
        ),
        .init(patch: "{applyTo: CLUSTER, patch: {operation: REMOVE}}", code: .envoyFilterInvalid),
        .init(
            patch: "{applyTo: CLUSTER, match: {context: SIDECAR}, patch: {operation: REMOVE}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["SIDECAR_INBOUND"]
        ),
        .init(
            patch: "{applyTo: HTTP_FILTER, match: {routeConfiguration: {name: a}}, patch: {operation: ADD, value: {}}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["match by listener"]
        ),
        .init(
            patch: "{applyTo: HTTP_ROUTE, match: {listener: {name: a}}, patch: {operation: MERGE, value: {}}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["match by routeConfiguration"]
        ),
        .init(
            patch:
                "{applyTo: NETWORK_FILTER, match: {\(chain("\(manager), subFilter: {name: a}"))}, patch: {operation: REMOVE}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["subFilter", "HTTP_FILTER"]
        ),
        .init(
            patch: lua(chain("name: envoy.filters.network.tcp_proxy, subFilter: {name: envoy.filters.http.router}")),
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["has no HTTP filters"]
        ),
        .init(
            patch:
                "{applyTo: HTTP_FILTER, match: {context: GATEWAY, waypoint: {}}, patch: {operation: ADD, value: {}}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["WAYPOINT"]
        ),
        .init(
            patch:
                "{applyTo: LISTENER, match: {context: GATEWAY, listener: {name: virtualInbound}}, patch: {operation: REMOVE}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["listener of sidecars"]
        ),
        .init(
            patch: "{applyTo: CLUSTER, patch: {operation: REPLACE, value: {}}}",
            code: .envoyFilterInvalid,
            severity: .warns,
            words: ["use MERGE"]
        ),
        .init(
            patch: "{applyTo: ROUTE_CONFIGURATION, patch: {operation: REMOVE}}",
            code: .envoyFilterInvalid,
            severity: .warns
        ),
        .init(patch: lua("context: SIDECAR_OUTBOUND, \(chain(manager))"), code: .envoyFilterInvalid),
    ]

    @Test("EnvoyFilters are judged by their text", arguments: versions + names + types + words)
    func judged(_ sample: Sample) throws {
        let found = SampleWorld.findings(try SampleWorld.make(Self.filter([sample.patch])), sample.code)
        #expect(found.map(\.severity) == [sample.severity].compactMap(\.self), "\(found.map(\.text))")
        for word in sample.words { #expect(found.contains { $0.text.contains(word) }, "\(found.map(\.text))") }
        if !sample.field.isEmpty { #expect(found.first?.field == sample.field) }
        #expect(found.allSatisfy { $0.object?.key == ObjectKey(namespace: "shop", name: "f") })
    }

    @Test("A sibling for the next version keeps a patch from being missed, at the first hop that has none")
    func siblings() throws {
        let (old, new) = (Self.lua(#"proxy: {proxyVersion: '^1\.28'}"#), Self.lua(#"proxy: {proxyVersion: '^1\.29'}"#))
        let code = UpgradeFindingCode.envoyFilterVersionMismatch
        let both = Self.filter([old, new])
        let one = try SampleWorld.make(both, from: "1.28.10", to: "1.29.6", spec: "{upgrade: {strategy: Canary}}")
        #expect(!SampleWorld.findings(one, code).contains { $0.severity == .refuses })
        let two = SampleWorld.findings(try SampleWorld.make(Self.filter([old]), from: "1.28.10"), code)
        #expect(two.map(\.hop) == ["1.29.6"])
        let other = Self.filter([Self.lua(#"context: GATEWAY, proxy: {proxyVersion: '^1\.30'}"#)], name: "g")
        let mine = Self.filter([Self.lua(#"context: ANY, proxy: {proxyVersion: '^1\.29'}"#)])
        let apart = try SampleWorld.make(mine + "\n---\n" + other)
        #expect(SampleWorld.findings(apart, code).contains { $0.severity == .refuses })
    }

    @Test("What a user accepts warns instead of refusing")
    func accepted() throws {
        var world = try SampleWorld.make(Self.filter([Self.lua(#"proxy: {proxyVersion: '^1\.29'}"#)]))
        let annotation = ["meshoperator.io/accept-findings": "RemovedKind, EnvoyFilterVersionMismatch,Nonsense"]
        world.accepted = UpgradeWorld.accepted(annotations: annotation)
        #expect(world.accepted == [.removedKind, .envoyFilterVersionMismatch])
        let found = SampleWorld.findings(world, .envoyFilterVersionMismatch)
        #expect(found.map(\.severity) == [.warns] && !found[0].remedy.contains("accept-findings"))
        let all = UpgradeWorld.accepted(annotations: ["meshoperator.io/accept-findings": "all"])
        #expect(all.count == UpgradeFindingCode.allCases.count)
    }

    @Test("A selector that selects nothing is told, in its namespace or, in the root namespace, anywhere")
    func selectors() throws {
        let code = UpgradeFindingCode.envoyFilterSelectsNothing
        func found(_ labels: String, namespace: String = "shop", pods: String = SampleWorld.workload()) throws -> Int {
            let yaml = Self.filter([Self.lua("context: ANY")], more: "workloadSelector: {labels: {\(labels)}}")
                .replacing("namespace: shop", with: "namespace: \(namespace)")
            return SampleWorld.findings(try SampleWorld.make(yaml + "\n---\n" + pods), code).count
        }
        #expect(try found("app: web") == 0)
        #expect(try found("app: web, version: v2") == 1)
        #expect(try found("app: web", namespace: "istio-system") == 0)
        #expect(try found("app: web", namespace: "elsewhere") == 1)
        #expect(try found("app: other", pods: "") == 0)
    }

    @Test("Odd and huge filters do no harm")
    func odd() throws {
        let deep = String(repeating: "{a: ", count: 60) + "1" + String(repeating: "}", count: 60)
        let many = (0..<50).map { _ in "{name: x, config: {a: 1}}" }.joined(separator: ", ")
        let patches = [
            "5", "null", "[]", "{applyTo: 7, match: [], patch: 3}", "{patch: {value: \(deep)}}",
            "{applyTo: CLUSTER, patch: {operation: MERGE, value: {list: [\(many)]}}}",
        ]
        let world = try SampleWorld.make(Self.filter(patches))
        #expect(SampleWorld.findings(world, .envoyFilterOldAPI).count == 8)
        #expect(SampleWorld.findings(world, .envoyFilterInvalid).count == 5)
    }
}
