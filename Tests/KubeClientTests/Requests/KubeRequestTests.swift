internal import DataTree
internal import KubeAPI
internal import KubeClient
internal import Testing

/// A request as one line: method, target, media type, body.
private func line(_ request: HTTPRequest) -> String {
    var parts = ["\(request.method.rawValue) \(request.target)"]
    if let type = request.headers["Content-Type"] { parts.append(type) }
    if let body = request.body { parts.append(String(decoding: body, as: UTF8.self)) }
    return parts.joined(separator: " | ")
}

@Suite struct KubeRequestTests {
    private static let requests = KubeRequest(fieldManager: "me")
    private static let web = ObjectKey(namespace: "shop", name: "web")

    @Test func reads() throws {
        let made = [
            try Self.requests.get(.deployments, Self.web),
            try Self.requests.get(.nodes, ObjectKey(name: "n 1"), .status, freshness: .any),
            try Self.requests.get(.nodes, ObjectKey(namespace: "ignored", name: "n"), freshness: .notOlderThan("7")),
            try Self.requests.get(.clusterRoles, ObjectKey(name: "system:node")),
            Self.requests.list(.pods),
            Self.requests.list(.pods, .namespace("shop"), ListOptions(freshness: .any, pageSize: nil)),
            Self.requests.list(
                .pods,
                .namespace("shop"),
                ListOptions(freshness: .exactly("9")),
                continuation: "to/ken="
            ),
            Self.requests.list(
                .deployments,
                .object(Self.web),
                ListOptions(freshness: .notOlderThan("9"), pageSize: 10)
            ),
            Self.requests.list(.nodes, Selection(namespace: "ignored", labels: LabelSelector(matching: ["a": "b"]))),
        ]
        #expect(
            made.map(line) == [
                "GET /apis/apps/v1/namespaces/shop/deployments/web",
                "GET /api/v1/nodes/n%201/status?resourceVersion=0",
                "GET /api/v1/nodes/n?resourceVersion=7",
                "GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system:node",
                "GET /api/v1/pods?limit=500",
                "GET /api/v1/namespaces/shop/pods?resourceVersion=0",
                "GET /api/v1/namespaces/shop/pods?limit=500&continue=to%2Fken%3D",
                "GET /apis/apps/v1/namespaces/shop/deployments?fieldSelector=metadata.name%3Dweb&limit=10"
                    + "&resourceVersion=9&resourceVersionMatch=NotOlderThan",
                "GET /api/v1/nodes?labelSelector=a%3Db&limit=500",
            ]
        )
    }

    @Test("small pages share the connection of other requests, larger ones have one to themselves")
    func readings() {
        func reading(_ size: Int?) -> AnswerReading {
            Self.requests.list(.pods, .everything, ListOptions(pageSize: size)).reading
        }
        #expect([1, 100].map { reading($0) } == [.whole, .whole])
        #expect([101, 500, nil].map { reading($0) } == [.streamed, .streamed, .streamed])
    }

    @Test func watches() {
        let plain = WatchOptions(resourceVersion: "5", wantsBookmarks: false, timeout: nil)
        let full = WatchOptions(resourceVersion: "5", timeout: .seconds(30), idleLimit: .seconds(40))
        let made = [
            Self.requests.watch(.pods, .everything, plain), Self.requests.watch(.pods, .namespace("shop"), full),
            Self.requests.streamingList(.pods, .everything, plain), Self.requests.streamingList(.pods),
        ]
        #expect(
            made.map(line) == [
                "GET /api/v1/pods?watch=true&resourceVersion=5",
                "GET /api/v1/namespaces/shop/pods?watch=true&resourceVersion=5&allowWatchBookmarks=true&timeoutSeconds=30",
                "GET /api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=5"
                    + "&allowWatchBookmarks=true",
                "GET /api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion="
                    + "&allowWatchBookmarks=true&timeoutSeconds=290",
            ]
        )
        #expect(made.allSatisfy { $0.timeouts.total == nil })
        #expect(made[1].timeouts.idle == .seconds(40))
    }

    @Test func writes() throws {
        var object = KubeObject(kind: .deployment, key: Self.web)
        object.tree.set([["manager": "x"]], at: ["metadata", "managedFields"])
        var bare = object
        bare.tree["apiVersion"] = nil
        let all = WriteOptions(fieldManager: "you", isDryRun: true, fieldValidation: .strict)
        let made = [
            try Self.requests.create(.deployments, bare),
            try Self.requests.update(.deployments, object, nil, all),
            try Self.requests.update(.deployments, object, .status),
            try Self.requests.apply(.deployments, object, force: true),
            try Self.requests.apply(.deployments, object, force: false, .status, all),
            try Self.requests.create(.serviceAccounts, Self.web, .named("token"), ["spec": [:]]),
            try Self.requests.evict(Self.web),
            try Self.requests.evict(Self.web, DeleteOptions(gracePeriodSeconds: 3, isDryRun: true)),
        ]
        let whole = #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop""#
        let managed = whole + #","managedFields":[{"manager":"x"}]}}"#
        let path = "/apis/apps/v1/namespaces/shop/deployments"
        #expect(
            made.map(line) == [
                "POST \(path)?fieldManager=me | application/json | \(managed)",
                "PUT \(path)/web?fieldManager=you&dryRun=All&fieldValidation=Strict | application/json | \(managed)",
                "PUT \(path)/web/status?fieldManager=me | application/json | \(managed)",
                "PATCH \(path)/web?fieldManager=me&force=true | application/apply-patch+yaml | \(whole)}}",
                "PATCH \(path)/web/status?fieldManager=you&dryRun=All&fieldValidation=Strict"
                    + " | application/apply-patch+yaml | \(whole)}}",
                "POST /api/v1/namespaces/shop/serviceaccounts/web/token?fieldManager=me | application/json | "
                    + #"{"spec":{}}"#,
                "POST /api/v1/namespaces/shop/pods/web/eviction?fieldManager=me | application/json | "
                    + #"{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"web","namespace":"shop"}}"#,
                "POST /api/v1/namespaces/shop/pods/web/eviction?fieldManager=me&dryRun=All | application/json | "
                    + #"{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"web","namespace":"shop"},"#
                    + #""deleteOptions":{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":3,"dryRun":["All"]}}"#,
            ]
        )
    }

    @Test(arguments: [
        (
            Patch.json([["op": "remove", "path": "/a"]]), "", "application/json-patch+json",
            #"[{"op":"remove","path":"/a"}]"#
        ),
        (.merge(["a": .null]), "", "application/merge-patch+json", #"{"a":null}"#),
        (.strategic(["a": 1]), "", "application/strategic-merge-patch+json", #"{"a":1}"#),
        (.apply(["a": 1], force: false), "", "application/apply-patch+yaml", #"{"a":1}"#),
        (.apply(["a": 1], force: true), "&force=true", "application/apply-patch+yaml", #"{"a":1}"#),
    ])
    func patches(patch: Patch, query: String, type: String, body: String) throws {
        let request = try Self.requests.patch(.pods, Self.web, patch, .scale)
        #expect(
            line(request) == "PATCH /api/v1/namespaces/shop/pods/web/scale?fieldManager=me\(query) | \(type) | \(body)"
        )
    }

    @Test(arguments: [
        (DeleteOptions(), ""),
        (DeleteOptions(propagation: .foreground), #""propagationPolicy":"Foreground""#),
        (DeleteOptions(uid: "u", resourceVersion: "3"), #""preconditions":{"uid":"u","resourceVersion":"3"}"#),
        (DeleteOptions(gracePeriodSeconds: 0), #""gracePeriodSeconds":0"#),
        (DeleteOptions(isDryRun: true), #""dryRun":["All"]"#),
    ])
    func deletions(options: DeleteOptions, fields: String) throws {
        let body =
            fields.isEmpty ? "" : #" | application/json | {"apiVersion":"v1","kind":"DeleteOptions","# + fields + "}"
        #expect(
            line(try Self.requests.delete(.pods, Self.web, options)) == "DELETE /api/v1/namespaces/shop/pods/web" + body
        )
        let all = try Self.requests.deleteCollection(.pods, .namespace("shop"), options)
        #expect(line(all) == "DELETE /api/v1/namespaces/shop/pods" + body)
    }

    @Test(arguments: [
        ObjectKey(namespace: "shop", name: ""), ObjectKey(namespace: "shop", name: ".."),
        ObjectKey(namespace: "shop", name: "a/b"), ObjectKey(namespace: "a/b", name: "x"), ObjectKey(name: "x"),
        ObjectKey(namespace: "..", name: "x"), ObjectKey(namespace: "shop", name: "a%2fb"),
    ])
    func refusesKeysThatLeaveTheirPlace(key: ObjectKey) {
        let error = #expect(throws: KubeError.self) { try Self.requests.get(.pods, key) }
        #expect(error?.code == .invalidRequest)
        #expect(throws: KubeError.self) { try Self.requests.delete(.pods, key) }
    }

    @Test func neverDeletesInAllNamespaces() {
        #expect(throws: KubeError.self) { try Self.requests.deleteCollection(.pods, .everything) }
        #expect(throws: KubeError.self) {
            try Self.requests.create(.pods, KubeObject(kind: .pod, key: ObjectKey(name: "x")))
        }
    }
}
