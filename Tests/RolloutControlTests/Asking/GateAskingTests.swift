internal import DataTree
internal import HTTPServing
internal import KubeAPI
internal import KubeClient
internal import MeshAPI
internal import MeshBase
internal import RolloutControl
internal import RolloutEngine
internal import Synchronization
internal import Testing

/// HTTP gates, documents and Jobs through the real asker.
@Suite struct GateAskingTests {
    func gate(_ port: Int, _ type: String, _ more: String = "") throws -> AnalysisGate {
        try SampleAnalysis.gate("{name: g, type: \(type), url: 'http://127.0.0.1:\(port)/check?key=hush'\(more)}")
    }

    @Test func aGateIsToldAndItsStatusCounts() async throws {
        let bodies = Mutex<[Tree]>([])
        try await withServer { request in
            let body = (try? await request.body.collect(upTo: 65_536)) ?? []
            bodies.withLock { $0.append((try? Tree(json: body)) ?? .null) }
            // What the answer says does not count.
            return .json(#"{"status":"rollback now"}"#, status: request.query == "key=hush" ? 200 : 500)
        } _: { port in
            let reading = await asker().ask(try self.gate(port, "ConfirmStep"), SampleAnalysis.question)
            #expect(reading == GateReading(.passed, "answered 200", taken: SampleAnalysis.start))
            let back = await asker().ask(try self.gate(port, "Rollback"), SampleAnalysis.question)
            #expect(back.outcome == .rollBack)
        }
        #expect(bodies.withLock { $0.map { $0["name"]?.string } } == ["reviews", "reviews"])
        #expect(bodies.withLock { $0.map { $0["step"]?.integer } } == [2, 2])
    }

    @Test func aGateThatHangsIsGivenUp() async throws {
        try await withServer { _ in
            await hang()
            return .text("")
        } _: { port in
            for type in ["ConfirmStep", "Rollback", "Event"] {
                let gate = try self.gate(port, type, ", timeout: 200ms")
                let reading = await asker().ask(gate, SampleAnalysis.question)
                #expect(reading.outcome == .unavailable)
                #expect(reading.message == "http://127.0.0.1:\(port) did not answer within 200ms")
            }
        }
    }

    /// Answers of 2xx that come from no gate.
    enum Imposter: String, CaseIterable {
        case page, endless, stuck, brokenOff, long

        var words: String {
            switch self {
            case .page:
                "answered 200 with text/html (a login page?), which is no gate's answer; let the gate answer with"
            case .endless, .long: "answered 200 with text/plain with more than 65536 bytes, which is no gate's answer"
            case .stuck: "answered 200 with text/plain, but the answer did not end within 15s; let the gate end it"
            case .brokenOff: "answered 200 with text/plain, but the answer broke off"
            }
        }

        var response: ServerResponse {
            let page = Array("<!doctype html><form>Sign in</form>".utf8)
            if self == .page {
                return ServerResponse(status: 200, headers: ["content-type": "text/html"], body: .bytes(page))
            }
            return ServerResponse(
                status: 200,
                headers: ["content-type": "text/plain"],
                body: .stream { writer in
                    switch self {
                    case .long: try await writer.write([UInt8](repeating: 0x61, count: 65_537))
                    case .endless: while true { try await writer.write([UInt8](repeating: 0x61, count: 65_536)) }
                    case .brokenOff:
                        try await writer.write([0x61])
                        throw SampleFailure()
                    default:
                        try await writer.write([0x61])
                        await hang()
                    }
                }
            )
        }
    }

    @Test(arguments: Imposter.allCases)
    func whatAnswersInAGatesPlaceNeitherConfirmsNorRollsBack(_ imposter: Imposter) async throws {
        try await withServer { _ in
            imposter.response
        } _: { port in
            for type in ["ConfirmStep", "ConfirmPromotion", "Rollback"] {
                let gate = try self.gate(port, type, imposter == .stuck ? ", timeout: 15s" : "")
                let reading = await asker().ask(gate, SampleAnalysis.question)
                #expect(reading.outcome == .unavailable)
                #expect(
                    reading.message.hasPrefix("http://127.0.0.1:\(port) \(imposter.words)"),
                    "\(type): \(reading.message)"
                )
            }
            let told = await asker().ask(try self.gate(port, "Event"), SampleAnalysis.question)
            #expect(told.outcome == .passed, "an event gate has been told")
        }
    }

    @Test func sixtyFourKibibytesOfTextAreAnAnswer() async throws {
        try await withServer { _ in
            .text(String(repeating: "a", count: 65_536))
        } _: { port in
            let reading = await asker().ask(try self.gate(port, "ConfirmStep"), SampleAnalysis.question)
            #expect(reading.outcome == .passed, "\(reading.message)")
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func redirectsAreNotFollowed(_ status: Int) async throws {
        let paths = Mutex<[String]>([])
        try await withServer { request in
            paths.withLock { $0.append(request.path) }
            guard request.path == "/check" else { return .text("ok") }
            return ServerResponse(status: status, headers: ["location": "/inside"])
        } _: { port in
            for type in ["ConfirmStep", "Rollback"] {
                let reading = await asker().ask(try self.gate(port, type), SampleAnalysis.question)
                #expect(reading.outcome == .unavailable)
                #expect(reading.message.contains("a redirect to /inside; redirects are not followed"))
            }
            let metric = try SampleAnalysis.metric(
                "{name: m, json: {url: 'http://127.0.0.1:\(port)/check', path: '{.v}'}, min: 1}"
            )
            let reading = await asker().ask(metric, of: try SampleAnalysis.make("{}"), SampleAnalysis.question)
            #expect(reading.outcome == .unavailable)
        }
        #expect(paths.withLock { Set($0) } == ["/check"])
    }

    @Test func metadataServicesAreNotAsked() async throws {
        let gate = try SampleAnalysis.gate("{name: g, url: 'http://169.254.169.254/latest', timeout: 1s}")
        let reading = await asker().ask(gate, SampleAnalysis.question)
        #expect(reading.outcome == .unavailable)
        #expect(reading.message.contains("addresses of metadata services are never asked"))
    }

    @Test func queriesOfAddressesAreNotTold() async throws {
        let gate = try SampleAnalysis.gate("{name: g, url: 'http://no-such-host.invalid/check?key=hush', timeout: 3s}")
        let reading = await asker().ask(gate, SampleAnalysis.question)
        #expect(reading.outcome == .unavailable)
        #expect(!reading.message.contains("hush"), "\(reading.message)")
    }

    @Test func aDocumentPerSide() async throws {
        try await withServer { request in
            .json(#"{"data":{"v":\#(request.path.hasSuffix("v2") ? 12 : 10)},"n":100}"#)
        } _: { port in
            let metric = try SampleAnalysis.metric(
                """
                {name: m, json: {url: 'http://127.0.0.1:\(port)/{{version}}', path: '{.data.v}'}, samples: '{.n}',
                 compare: {ratio: {max: 1.1}}}
                """
            )
            let reading = await asker().ask(metric, of: try SampleAnalysis.make("{}"), SampleAnalysis.question)
            #expect(reading.outcome == .failed)
            #expect(reading.message == "12 against 10: the ratio 1.2 is above 1.1")
        }
    }

    @Test(arguments: [
        ("NaN", "NaN on the new side"), ("Infinity", "the value is inf"), ("-Infinity", "the value is -inf"),
    ])
    func aNumberThatIsNoneIsInconclusive(_ row: (text: String, message: String)) async throws {
        try await withServer { _ in
            .json(#"{"v":"\#(row.text)","n":100}"#)
        } _: { port in
            let metric = try SampleAnalysis.metric(
                "{name: m, json: {url: 'http://127.0.0.1:\(port)/', path: '{.v}'}, samples: '{.n}', min: 1}"
            )
            let reading = await asker().ask(metric, of: try SampleAnalysis.make("{}"), SampleAnalysis.question)
            #expect(reading == GateReading(.inconclusive, row.message, taken: SampleAnalysis.start))
        }
    }

    // MARK: Jobs

    func ask(_ cluster: FakeCluster, step: Int = 2, after seconds: Int = 0) async throws -> GateReading {
        let metric = try SampleAnalysis.metric("{name: smoke, job: {template: {spec: {containers: []}}}}")
        var question = SampleAnalysis.question
        question.step = step
        let asker = asker(cluster) { SampleAnalysis.start + .seconds(seconds) }
        return await asker.ask(metric, of: try SampleAnalysis.make("{}"), question)
    }

    @Test func aJobRunsOncePerStep() async throws {
        let cluster = FakeCluster()
        #expect(try await ask(cluster).outcome == .inconclusive)
        #expect(try await ask(cluster, after: 30).outcome == .inconclusive)
        #expect(cluster.created == 1, "a second look, or an operator that came back, finds it")
        cluster.change { $0.set([["type": "Complete", "status": "True"]], at: ["status", "conditions"]) }
        #expect(try await ask(cluster, after: 60).outcome == .passed)
        #expect(try await ask(cluster, step: 3, after: 90).outcome == .inconclusive)
        #expect(cluster.created == 2)
    }

    @Test func aJobMadeMeanwhileIsTaken() async throws {
        let cluster = FakeCluster()
        try await withThrowingTaskGroup(of: GateReading.self) { group in
            for _ in 0..<8 { group.addTask { try await self.ask(cluster) } }
            for try await reading in group { #expect(reading.outcome == .inconclusive) }
        }
        #expect(cluster.created == 1)
    }

    @Test func aClusterThatRefusesIsSaid() async throws {
        let cluster = FakeCluster()
        cluster.fail(KubeError(.forbidden, "jobs.batch is forbidden"))
        let reading = try await ask(cluster)
        #expect(reading.outcome == .unavailable)
        #expect(reading.message.contains("jobs.batch is forbidden"))
    }
}
