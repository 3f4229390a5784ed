internal import HTTPServing
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import MeshTestKit
internal import RolloutControl
internal import RolloutEngine
internal import Synchronization
internal import Testing

/// The real asker over the real transport, against servers that tell the truth, lie, hang and flood.
@Suite struct PrometheusAskingTests {
    func analysis(_ port: Int, _ more: String = "", secure: Bool = false) throws -> AnalysisSpec {
        let host = secure ? "https://localhost" : "http://127.0.0.1"
        return try SampleAnalysis.make(
            """
            prometheus: {address: '\(host):\(port)/prom/', timeout: 5s\(more)}
            metrics:
              - {name: success, builtIn: SuccessRate, min: 99}
              - {name: query, query: 'up{v="{{version}}"}', min: 1}
              - {name: quick, query: up, min: 1, timeout: 300ms}
            """
        )
    }

    func ask(
        _ name: String,
        _ analysis: AnalysisSpec,
        _ cluster: FakeCluster = FakeCluster()
    ) async throws -> GateReading {
        let metric = try #require(analysis.metrics.first { $0.name == name })
        return await asker(cluster).ask(metric, of: analysis, SampleAnalysis.question)
    }

    @Test func asksByFormBelowTheAddress() async throws {
        let seen = Mutex<[String]>([])
        try await withServer { request in
            let body = (try? await request.body.collect(upTo: 65_536)) ?? []
            let text = PercentEncoding.decode(String(decoding: body, as: UTF8.self))
            let kind = request.headers["content-type"] ?? ""
            seen.withLock { $0.append("\(request.method) \(request.path) \(kind) \(text)") }
            return text.contains("increase(") ? .number("250") : .number("99.5")
        } _: { port in
            let reading = try await self.ask("success", try self.analysis(port))
            #expect(reading == GateReading(.passed, "99.5", taken: SampleAnalysis.start))
        }
        let lines = seen.withLock { $0.sorted() }
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.hasPrefix("POST /prom/api/v1/query application/x-www-form-urlencoded query=") })
        #expect(lines.allSatisfy { $0.contains(#"destination_workload="reviews-v2""#) })
    }

    /// What a lying, broken or foreign server answers, and what is said of it.
    static let lies:
        [(name: String, answer: @Sendable () -> ServerResponse, outcome: GateReading.Outcome, words: String)] = [
            ("NaN", { .number("NaN") }, .inconclusive, "NaN on the new side"),
            ("infinite", { .number("+Inf") }, .inconclusive, "the value is inf"),
            (
                "empty", { .json(#"{"status":"success","data":{"resultType":"vector","result":[]}}"#) }, .inconclusive,
                "no value"
            ),
            ("stale", { .number("1", at: SampleAnalysis.start.seconds - 86_400) }, .unavailable, "stale"),
            (
                "two series",
                {
                    .json(
                        #"{"status":"success","data":{"resultType":"vector","#
                            + #""result":[{"value":[1,"1"]},{"value":[1,"1"]}]}}"#
                    )
                }, .unavailable, "2 series"
            ),
            (
                "a text", { .json(#"{"status":"success","data":{"resultType":"string","result":[1,"1"]}}"#) },
                .unavailable, "a text"
            ),
            (
                "an error", { .json(#"{"status":"error","errorType":"bad_data","error":"no"}"#, status: 400) },
                .unavailable, "bad_data: no"
            ),
            ("a page", { .text("<html>hello</html>") }, .unavailable, "no JSON object"),
            ("bad gateway", { .text("no healthy upstream", status: 503) }, .unavailable, "answered 503"),
            (
                "a redirect", { ServerResponse(status: 302, headers: ["location": "/api/v1/query"]) }, .unavailable,
                "redirects are not followed"
            ),
            ("nothing", { ServerResponse(status: 204) }, .unavailable, "no JSON object"),
            ("huge", { .json(String(repeating: " ", count: 2 << 20) + "{}") }, .unavailable, "more than 1048576 bytes"),
        ]

    @Test(arguments: lies.indices)
    func liesAreSaid(_ index: Int) async throws {
        let lie = Self.lies[index]
        let asked = Mutex(0)
        try await withServer { _ in
            asked.withLock { $0 += 1 }
            return lie.answer()
        } _: { port in
            let reading = try await self.ask("query", try self.analysis(port))
            #expect(reading.outcome == lie.outcome, "\(lie.name): \(reading.message)")
            #expect(reading.message.contains(lie.words), "\(lie.name): \(reading.message)")
            #expect(reading.message.utf8.count < 700)
        }
        #expect(asked.withLock { $0 } == 1, "asked once, no redirect followed")
    }

    @Test func anEndlessBodyIsCutOff() async throws {
        let sent = Mutex(0)
        try await withServer { _ in
            ServerResponse(
                status: 200,
                body: .stream { writer in
                    let piece = [UInt8](repeating: 0x20, count: 64 * 1024)
                    while true {
                        try await writer.write(piece)
                        sent.withLock { $0 += piece.count }
                    }
                }
            )
        } _: { port in
            let reading = try await self.ask("query", try self.analysis(port))
            #expect(reading.outcome == .unavailable)
            #expect(reading.message.contains("more than 1048576 bytes"))
        }
        #expect(sent.withLock { $0 } < 64 << 20, "the server was cut off soon")
    }

    @Test(arguments: [true, false])
    func aServerThatHangsIsGivenUp(_ answersAtAll: Bool) async throws {
        try await withServer { _ in
            guard answersAtAll else {
                await hang()
                return .text("")
            }
            return ServerResponse(
                status: 200,
                body: .stream { writer in
                    try await writer.write(Array("{".utf8))
                    await hang()
                }
            )
        } _: { port in
            let reading = try await self.ask("quick", try self.analysis(port))
            #expect(reading.outcome == .unavailable)
            #expect(reading.message == "http://127.0.0.1:\(port)/prom did not answer within 300ms")
        }
    }

    @Test func nobodyListens() async throws {
        let closed = Mutex(0)
        try await withServer { _ in
            .text("")
        } _: { port in
            closed.withLock { $0 = port }
        }
        let reading = try await ask("query", try analysis(closed.withLock { $0 }))
        #expect(reading.outcome == .unavailable)
        #expect(reading.message.contains("connect"))
    }

    @Test func cancellationEndsTheAsking() async throws {
        try await withServer { _ in
            await hang()
            return .text("")
        } _: { port in
            let analysis = try self.analysis(port)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await self.ask("query", analysis) }
                for _ in 0..<50 { await Task.yield() }
                group.cancelAll()
            }
        }
    }

    // MARK: Credentials

    static let key = ObjectKey(namespace: "shop", name: "creds")

    @Test func credentialsAreReadEachTime() async throws {
        let seen = Mutex<[String]>([])
        let cluster = FakeCluster()
        try await withServer { request in
            seen.withLock { $0.append(request.headers["authorization"] ?? "nobody") }
            return request.headers["authorization"] == "Bearer new" ? .number("1") : .text("hush", status: 401)
        } _: { port in
            let analysis = try self.analysis(port, ", secretRef: {name: creds}")
            let missing = try await self.ask("query", analysis, cluster)
            #expect(missing == GateReading(.unavailable, "there is no Secret shop/creds", taken: SampleAnalysis.start))
            cluster.put(secret: Self.key, ["token": "old"])
            let refused = try await self.ask("query", analysis, cluster)
            #expect(refused.outcome == .unavailable)
            #expect(refused.message.contains("refuses the credentials"))
            #expect(!refused.message.contains("old") && !refused.message.contains("hush"))
            cluster.put(secret: Self.key, ["token": "new"])
            #expect(try await self.ask("query", analysis, cluster).outcome == .passed)
            cluster.put(secret: Self.key, ["username": "ann", "password": "x"])
            _ = try await self.ask("query", analysis, cluster)
        }
        #expect(seen.withLock { $0 } == ["Bearer old", "Bearer new", "Basic \(Base64.encode("ann:x".utf8))"])
    }

    @Test func anotherNamespacesSecretIsNotSent() async throws {
        let cluster = FakeCluster()
        cluster.put(secret: ObjectKey(namespace: "other", name: "creds"), ["token": "theirs"])
        try await withServer { _ in
            .number("1")
        } _: { port in
            let analysis = try self.analysis(port, ", secretRef: {name: creds, namespace: other}")
            let reading = try await self.ask("query", analysis, cluster)
            #expect(reading.outcome == .unavailable)
            #expect(reading.message.contains("Secret other/creds is not read for MeshRollout shop/reviews"))
            // A MeshOperator is an administrator's, and has no namespace.
            var question = SampleAnalysis.question
            question.kind = "MeshOperator"
            question.key = ObjectKey(name: "mesh")
            let metric = try #require(analysis.metrics.first { $0.name == "query" })
            #expect(await asker(cluster).ask(metric, of: analysis, question).outcome == .passed)
        }
    }

    @Test func tlsTrustsTheAuthorityOfTheSecretAlone() async throws {
        let cluster = FakeCluster()
        let tls = TLSSettings(
            certificateChain: TestCertificates.server,
            privateKey: TestCertificates.serverKey,
            clientRoots: TestCertificates.authority
        )
        try await withServer(tls: tls) { request in
            request.peer.certificates.isEmpty ? .text("who?", status: 403) : .number("1")
        } _: { port in
            let analysis = try self.analysis(port, ", secretRef: {name: creds}", secure: true)
            cluster.put(secret: Self.key, ["ca.crt": TestCertificates.otherAuthority])
            #expect(try await self.ask("query", analysis, cluster).outcome == .unavailable)
            cluster.put(secret: Self.key, ["ca.crt": TestCertificates.authority])
            #expect(try await self.ask("query", analysis, cluster).message.contains("answered 403"))
            cluster.put(
                secret: Self.key,
                [
                    "ca.crt": TestCertificates.authority, "tls.crt": TestCertificates.jane,
                    "tls.key": TestCertificates.janeKey,
                ]
            )
            let reading = try await self.ask("query", analysis, cluster)
            #expect(reading.outcome == .passed, "\(reading.message)")
        }
    }
}
