internal import CCurl
internal import KubeClient

/// Drives every transfer of one transport on the thread it is called on.
///
/// Memory safety: the multi handle and all easy handles live within ``run(_:_:)`` and are touched by its thread alone; other
/// threads reach it through the inbox, which wakes libcurl under a lock and forgets the handle before it is freed.
@safe final class CurlLoop {
    private let multi: UnsafeMutableRawPointer
    private let inbox: Inbox
    private let limit: Int
    private let configuration: CurlTransport.Configuration
    private let surroundings: LoopSurroundings
    private let ear = Ear()
    private var watch: LinkWatch
    private var transfers: [Int: CurlTransfer] = [:]
    /// Requests beyond the limit, in order.
    private var waiting = ArraySlice<Exchange>()
    private var yielding = YieldingStreams<Exchange>()
    /// By the address of the handle.
    private var idsByHandle: [UInt: Int] = [:]
    /// Those that libcurl has, and whose request has not gone out yet.
    private var unsent: Set<Int> = []
    /// How many of the transfers count towards the limit.
    private var counted = 0

    /// Once per process, before anything else of libcurl.
    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Runs until the inbox says stop; gives the error that kept it from running.
    ///
    /// At most `limit` transfers are under way at a time, those aside that are followed for as long as they go on; others wait in
    /// order.
    static func run(
        _ inbox: Inbox,
        _ configuration: CurlTransport.Configuration,
        _ surroundings: LoopSurroundings,
        limit: Int
    ) -> TransportError? {
        guard isReady, let multi = unsafe curl_multi_init() else {
            return TransportError(.closed, "libcurl could not be initialised")
        }
        let loop = unsafe CurlLoop(multi, inbox, configuration, surroundings, limit)
        inbox.attach(UInt(bitPattern: multi))
        loop.turn()
        inbox.attach(0)
        loop.abortAll()
        _ = unsafe curl_multi_cleanup(multi)
        return nil
    }

    private init(
        _ multi: UnsafeMutableRawPointer,
        _ inbox: Inbox,
        _ configuration: CurlTransport.Configuration,
        _ surroundings: LoopSurroundings,
        _ limit: Int
    ) {
        unsafe self.multi = multi
        self.limit = limit
        watch = LinkWatch(
            LinkWatch.Limits(
                quiet: configuration.quietLimit,
                sign: configuration.signLimit,
                slow: configuration.slowLimit,
                stall: configuration.stallLimit
            )
        )
        self.inbox = inbox
        self.configuration = configuration
        self.surroundings = surroundings
        _ = unsafe mesh_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        _ = unsafe mesh_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.keptConnections)
    }

    private func turn() {
        while true {
            let (commands, isStopping) = inbox.take()
            if isStopping {
                refuse(commands)
                return
            }
            for command in commands { perform(command) }
            startWaiting()
            var running: Int32 = 0
            _ = unsafe curl_multi_perform(multi, &running)
            let now = surroundings.now()
            // Before what is over is forgotten: an answer that is there at once, as a sign of life is, tells of its connection too.
            hear(now)
            reap()
            noteQuiet(now)
            for action in watch.due(now: now) { perform(action, now) }
            if !waiting.isEmpty, counted < limit { continue }
            if yielding.isOver(now) { continue }
            // Wakes for sockets, for libcurl's own timers and for the inbox; the limit is only a safety net.
            _ = unsafe curl_multi_poll(multi, nil, 0, milliseconds(until: nextDue, now), nil)
        }
    }

    private func perform(_ command: Inbox.Command) {
        switch command {
        case .start(let exchange):
            guard !exchange.isOver else { return }
            watch.began(exchange.id, terms(exchange.plan), now: surroundings.now())
            if exchange.plan.reading == .followed {
                yielding.add(exchange, now: surroundings.now())
            } else {
                waiting.append(exchange)
            }
        case .abort(let id):
            remove(id, Exchange.cancelled)
            if let place = waiting.firstIndex(where: { $0.id == id }) { waiting.remove(at: place) }
            _ = yielding.remove { $0.id == id }
            watch.ended(id)
        case .resume(let id):
            transfers[id]?.resume()
            watch.resumed(id, now: surroundings.now())
        }
    }

    private var nextDue: Duration? { [watch.nextDue, yielding.end].compactMap(\.self).min() }

    private func noteQuiet(_ now: Duration) {
        yielding.note(isQuiet: waiting.isEmpty && counted == 0, now: now)
    }

    private func startWaiting() {
        let now = surroundings.now()
        noteQuiet(now)
        while let exchange = yielding.next(now) {
            if exchange.isOver { watch.ended(exchange.id) } else { start(exchange) }
        }
        while counted < limit, let exchange = waiting.popFirst() {
            if exchange.isOver { watch.ended(exchange.id) } else { start(exchange) }
        }
    }

    private func start(_ exchange: Exchange) {
        let transfer: CurlTransfer
        do {
            transfer = try CurlTransfer(exchange, inbox: inbox, ear: ear, configuration: configuration)
        } catch {
            watch.ended(exchange.id)
            _ = exchange.settle(.failure(error))
            return
        }
        let code = unsafe curl_multi_add_handle(multi, transfer.handle)
        guard code == CURLM_OK else {
            watch.ended(exchange.id)
            transfer.finish(TransportError(.connectionFailed, "libcurl took no more transfers (code \(code.rawValue))"))
            return
        }
        transfers[exchange.id] = transfer
        idsByHandle[transfer.address] = exchange.id
        unsent.insert(exchange.id)
        watch.submitted(exchange.id, now: surroundings.now())
        if exchange.plan.reading != .followed { counted += 1 }
        count { $0.transfers += 1 }
    }

    /// Ends the transfers that libcurl is done with.
    private func reap() {
        var handle: UnsafeMutableRawPointer?
        var result = CURLE_OK
        while unsafe mesh_curl_next_done(multi, &handle, &result) != 0 {
            guard let done = unsafe handle, let id = idsByHandle[UInt(bitPattern: done)], let transfer = transfers[id]
            else {
                continue
            }
            if transfer.mayTryAgain(result) {
                tryAgain(transfer, id)
                continue
            }
            let error = TransferFailure.error(result, text: transfer.failureText, plan: transfer.exchange.plan)
            let link = transfer.exchange.plan.sharesConnection ? transfer.link : nil
            remove(id, error)
            // Nobody else on it will be answered either, and libcurl might find out one by one.
            if TransferFailure.isOfConnection(result), let link, let error { abandon(link, error) }
        }
    }

    private func tryAgain(_ transfer: CurlTransfer, _ id: Int) {
        _ = unsafe curl_multi_remove_handle(multi, transfer.handle)
        transfer.tryAgain()
        guard unsafe curl_multi_add_handle(multi, transfer.handle) != CURLM_OK else { return }
        remove(id, TransportError(.timedOut, "there was no connection to \(transfer.exchange.plan.origin) in time"))
    }

    // MARK: - Time

    private func terms(_ plan: TransferPlan, purpose: LinkWatch.Purpose? = nil) -> LinkWatch.Terms {
        LinkWatch.Terms(
            purpose: purpose ?? (plan.reading == .followed ? .stream : .answer),
            connect: plan.connectMilliseconds > 0 ? .milliseconds(plan.connectMilliseconds) : nil,
            total: plan.totalMilliseconds > 0 ? .milliseconds(plan.totalMilliseconds) : nil,
            isShared: configuration.offersHTTP2 && configuration.signOfLife != nil && plan.sharesConnection,
            turn: plan.turnMilliseconds > 0 ? .milliseconds(plan.turnMilliseconds) : nil,
            isPaced: plan.reading == .streamed
        )
    }

    /// Whole milliseconds, rounded up, at most those of the safety net.
    private func milliseconds(until due: Duration?, _ now: Duration) -> Int32 {
        guard let due else { return 10_000 }
        let left = (min(max(due - now, .zero), .seconds(10)) / .milliseconds(1)).rounded(.up)
        return Int32(left)
    }

    /// Tells the watch what has gone out and come in.
    private func hear(_ now: Duration) {
        for id in unsent {
            guard let link = transfers[id]?.link else { continue }
            unsent.remove(id)
            watch.sent(id, link: link, now: now)
        }
        for id in ear.take() { watch.heard(id, now: now) }
        for id in ear.takeFull() { watch.paused(id, now: now) }
    }

    private func perform(_ action: LinkWatch.Action, _ now: Duration) {
        switch action {
        case .expire(let id, let expiry): expire(id, expiry)
        case .ask(let link, let like):
            guard let path = configuration.signOfLife, let model = transfers[like]?.exchange.plan else { return }
            let exchange = Exchange(model.asking(path), inbox: inbox)
            watch.began(exchange.id, terms(exchange.plan, purpose: .sign(link: link)), now: now)
            watch.asked(link, by: exchange.id, now: now)
            start(exchange)
        case .abandon(let link, let transfers, let silence):
            surroundings.report(.silent(transfers: transfers.count, silence: silence))
            abandon(link, TransportError(.connectionLost, "the connection gave no sign of life for \(silence)"))
        case .tellSlow(let id, let elapsed):
            guard let plan = transfers[id]?.exchange.plan else { return }
            surroundings.report(.slow(plan.method, path: plan.path, elapsed: elapsed))
        case .tellWaiting(let id, let elapsed):
            guard let plan = waiting.first(where: { $0.id == id })?.plan else { return }
            surroundings.report(.waiting(plan.method, path: plan.path, elapsed: elapsed))
        }
    }

    private func expire(_ id: Int, _ expiry: LinkWatch.Expiry) {
        guard let plan = transfers[id]?.exchange.plan ?? waiting.first(where: { $0.id == id })?.plan else { return }
        let (code, why): (TransportError.Code, String) =
            switch expiry {
            case .noTurn(let limit):
                (.queueFull, "it was not sent, for \(counted) requests before it were not over within \(limit)")
            case .noConnection(let limit): (.timedOut, "there was no connection within \(limit)")
            case .notComplete(let limit): (.timedOut, "it was not complete within \(limit)")
            case .stalled(let time):
                (.readerTooSlow, "its reader kept the server waiting for \(time) while others waited for their turn")
            }
        let error = TransportError(code, why, request: "\(plan.method.rawValue) \(plan.origin)\(plan.path)")
        if let place = waiting.firstIndex(where: { $0.id == id }) {
            _ = waiting.remove(at: place).settle(.failure(error))
            watch.ended(id)
        }
        remove(id, error)
    }

    /// Ends every transfer on a connection, and has libcurl close it.
    private func abandon(_ link: Int, _ error: TransportError) {
        let members = watch.members(of: link).filter { transfers[$0]?.link == link }
        for id in members { transfers[id]?.spoilConnection() }
        for id in members { remove(id, error) }
    }

    private func note(_ transfer: CurlTransfer) {
        var connections = 0
        var version = 0
        _ = unsafe mesh_curl_get_long(transfer.handle, CURLINFO_NUM_CONNECTS, &connections)
        _ = unsafe mesh_curl_get_long(transfer.handle, CURLINFO_HTTP_VERSION, &version)
        let (made, isHTTP2) = (connections, version == Int(CURL_HTTP_VERSION_2_0))
        count {
            $0.connections += made
            if isHTTP2 { $0.http2Answers += 1 }
        }
    }

    private func remove(_ id: Int, _ error: TransportError?) {
        guard let transfer = transfers.removeValue(forKey: id) else { return }
        idsByHandle[transfer.address] = nil
        unsent.remove(id)
        watch.ended(id)
        if transfer.exchange.plan.reading != .followed { counted -= 1 }
        note(transfer)
        _ = unsafe curl_multi_remove_handle(multi, transfer.handle)
        transfer.close()
        count { _ in }
        transfer.finish(error)
    }

    private func count(_ change: (inout TransportStatistics) -> Void) {
        let open = transfers.count
        inbox.count {
            change(&$0)
            $0.openTransfers = open
        }
    }

    private func refuse(_ commands: [Inbox.Command]) {
        for case .start(let exchange) in commands { _ = exchange.settle(.failure(Exchange.closed)) }
    }

    private func abortAll() {
        for id in Array(transfers.keys) { remove(id, Exchange.closed) }
        refuse((waiting + yielding.remove { _ in true }).map { .start($0) })
        waiting = []
    }
}
