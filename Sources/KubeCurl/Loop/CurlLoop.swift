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
    private var transfers: [Int: CurlTransfer] = [:]
    /// Requests beyond the limit, in order.
    private var waiting = ArraySlice<Exchange>()
    /// By the address of the handle.
    private var idsByHandle: [UInt: Int] = [:]

    /// Once per process, before anything else of libcurl.
    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Runs until the inbox says stop; gives the error that kept it from running.
    ///
    /// At most `limit` transfers are under way at a time; others wait in order.
    static func run(_ inbox: Inbox, _ configuration: CurlTransport.Configuration, limit: Int) -> TransportError? {
        guard isReady, let multi = unsafe curl_multi_init() else {
            return TransportError(.closed, "libcurl could not be initialised")
        }
        let loop = unsafe CurlLoop(multi, inbox, configuration, limit)
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
        _ limit: Int
    ) {
        unsafe self.multi = multi
        self.limit = limit
        self.inbox = inbox
        self.configuration = configuration
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
            reap()
            if !waiting.isEmpty, transfers.count < limit { continue }
            // Wakes for sockets, for libcurl's own timers and for the inbox; the limit is only a safety net.
            _ = unsafe curl_multi_poll(multi, nil, 0, 10_000, nil)
        }
    }

    private func perform(_ command: Inbox.Command) {
        switch command {
        case .start(let exchange): waiting.append(exchange)
        case .abort(let id): remove(id, Exchange.cancelled)
        case .resume(let id): transfers[id]?.resume()
        }
    }

    private func startWaiting() {
        while transfers.count < limit, let exchange = waiting.popFirst() {
            if !exchange.isOver { start(exchange) }
        }
    }

    private func start(_ exchange: Exchange) {
        let transfer: CurlTransfer
        do {
            transfer = try CurlTransfer(exchange, inbox: inbox, configuration: configuration)
        } catch {
            _ = exchange.settle(.failure(error))
            return
        }
        let code = unsafe curl_multi_add_handle(multi, transfer.handle)
        guard code == CURLM_OK else {
            transfer.finish(TransportError(.connectionFailed, "libcurl took no more transfers (code \(code.rawValue))"))
            return
        }
        transfers[exchange.id] = transfer
        idsByHandle[transfer.address] = exchange.id
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
            let error = TransferFailure.error(result, text: transfer.failureText, plan: transfer.exchange.plan)
            remove(id, error)
        }
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
        refuse(waiting.map { .start($0) })
        waiting = []
    }
}
