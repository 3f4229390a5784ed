internal import CCurl
internal import KubeClient

/// One transfer of libcurl: its handle, and what libcurl's callbacks fill.
///
/// Belongs to the thread of the loop; only ``Exchange`` and the pipe of the body reach other threads.
///
/// Memory safety: the handle is valid until ``close()``. libcurl holds an unretained reference to this object, which the
/// loop keeps alive from before the handle is added to the multi handle until after it was removed.
@safe final class CurlTransfer {
    let exchange: Exchange
    let handle: UnsafeMutableRawPointer
    private let pipe: HTTPBodyPipe
    private var head = ResponseHead()
    private var isAnswered = false
    private var isFull = false
    private var isClosed = false
    private var ownError: TransportError?
    private let limit: Int
    private let ear: Ear
    private var attempts = 0
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var connectList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>

    /// Makes a transfer that is ready to be added; throws when libcurl does not take what it is told.
    init(
        _ exchange: Exchange,
        inbox: Inbox,
        ear: Ear,
        configuration: CurlTransport.Configuration
    ) throws(TransportError) {
        guard let handle = unsafe curl_easy_init() else {
            throw TransportError(.connectionFailed, "libcurl has no memory for another transfer")
        }
        unsafe self.handle = handle
        self.exchange = exchange
        let id = exchange.id
        self.ear = ear
        self.limit = exchange.plan.reading == .whole ? configuration.wholeLimit : configuration.followedLimit
        self.pipe = HTTPBodyPipe(
            capacity: exchange.plan.reading == .streamed ? configuration.bodyCapacity : .max,
            onRoom: { _ = inbox.post(.resume(id)) },
            onAbandon: { _ = inbox.post(.abort(id)) }
        )
        unsafe self.errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        var options = unsafe CurlOptions(handle)
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe options.callbacks(context, header: Self.headerArrived, body: Self.bodyArrived, errorText: errorText)
        unsafe headerList = Self.list(exchange.plan.headerLines)
        unsafe connectList = Self.list(exchange.plan.connectTo.map { [$0] } ?? [])
        unsafe options.lists(headers: headerList, connectTo: connectList)
        options.request(exchange.plan)
        options.security(exchange.plan)
        options.limits(exchange.plan, configuration)
        options.reach(configuration.reach)
        if let refused = options.refused {
            close()
            throw TransportError(.invalidRequest, "libcurl refused an option of the request: \(refused)")
        }
    }

    deinit { close() }

    /// Frees the handle, which must not be part of a multi handle any more.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(headerList)
        unsafe curl_slist_free_all(connectList)
        unsafe errorText.deallocate()
    }

    /// Ends the transfer: gives the error to whoever waits for the answer, or for the rest of its body.
    func finish(_ error: TransportError?) {
        let error = ownError ?? error ?? (isAnswered ? nil : TransportError(.malformedAnswer, "the answer had no head"))
        if !isAnswered, let error { _ = exchange.settle(.failure(error)) }
        pipe.finish(error)
    }

    /// Whether libcurl gave up an attempt to connect, with nothing sent of this request.
    func mayTryAgain(_ result: CURLcode) -> Bool {
        result == CURLE_OPERATION_TIMEDOUT && !isAnswered && (exchange.plan.idleSeconds == 0 || link == nil)
    }

    /// Prepares another attempt to connect.
    func tryAgain() {
        attempts += 1
        unsafe errorText.pointee = 0
        var options = unsafe CurlOptions(handle)
        options.attempt(exchange.plan, number: attempts)
    }

    /// The local port of the connection over which the request went out; nil before that.
    var link: Int? {
        var (sent, port) = (curl_off_t(0), 0)
        _ = unsafe mesh_curl_get_offset(handle, CURLINFO_PRETRANSFER_TIME_T, &sent)
        guard sent > 0 else { return nil }
        _ = unsafe mesh_curl_get_long(handle, CURLINFO_LOCAL_PORT, &port)
        return port > 0 ? port : nil
    }

    /// Keeps libcurl from using the connection again once all transfers that share it are gone.
    func spoilConnection() { _ = unsafe mesh_curl_set_long(handle, CURLOPT_FORBID_REUSE, 1) }

    /// The reader has room again: lets libcurl go on.
    func resume() {
        guard isFull else { return }
        isFull = false
        _ = unsafe curl_easy_pause(handle, CURLPAUSE_CONT)
    }

    /// The handle's address, which tells it from others.
    var address: UInt { unsafe UInt(bitPattern: handle) }

    /// What libcurl wrote about its failure, empty for nothing.
    var failureText: String { unsafe String(cString: errorText) }

    private static func list(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else { break }
            unsafe list = longer
        }
        return unsafe list
    }

    // MARK: - Callbacks

    /// `CURLOPT_HEADERFUNCTION`: one header line; anything but its length aborts the transfer.
    private static let headerArrived: mesh_curl_data_callback = { bytes, size, count, context in
        let length = size * count
        guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
        let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        let raw = unsafe UnsafeRawBufferPointer(start: bytes, count: length)
        let line = unsafe String(decoding: raw, as: UTF8.self)
        return transfer.take(headerLine: line) ? length : 0
    }

    private func take(headerLine: String) -> Bool {
        ear.heard(exchange.id)
        guard head.take(headerLine) == .complete else { return true }
        isAnswered = true
        return exchange.settle(.success(head.response(pipe.body)))
    }

    /// `CURLOPT_WRITEFUNCTION`: a piece of the body; anything but its length aborts or pauses the transfer.
    private static let bodyArrived: mesh_curl_data_callback = { bytes, size, count, context in
        let length = size * count
        guard length > 0 else { return 0 }
        guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
        let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        if transfer.isFull { return Int(CURL_WRITEFUNC_PAUSE) }
        transfer.ear.heard(transfer.exchange.id)
        let raw = unsafe UnsafeRawBufferPointer(start: bytes, count: length)
        return transfer.take(piece: unsafe Array(raw)) ? length : 0
    }

    /// Nothing slows a server down whose connection others share, so there is a limit to what waits for the reader.
    private var isWithinLimit: Bool {
        guard exchange.plan.sharesConnection, pipe.bufferedBytes > limit else { return true }
        ownError = TransportError(
            exchange.plan.reading == .followed ? .readerTooSlow : .bodyTooLarge,
            "more than \(limit) bytes of \(exchange.plan.origin)\(exchange.plan.path) wait to be read"
        )
        return false
    }

    private func take(piece: [UInt8]) -> Bool {
        switch pipe.offer(piece) {
        case .taken: return isWithinLimit
        case .takenAndFull:
            isFull = true
            ear.filled(exchange.id)
            return true
        case .refused: return false
        }
    }
}

/// The transfers for which something arrived; belongs to the thread of the loop.
final class Ear {
    private var ids: Set<Int> = []
    private var full: Set<Int> = []

    func heard(_ id: Int) { ids.insert(id) }

    /// More arrived than the reader takes.
    func filled(_ id: Int) { full.insert(id) }

    /// Those whose readers got more than they take since the last call.
    func takeFull() -> Set<Int> {
        defer { full.removeAll(keepingCapacity: true) }
        return full
    }

    /// Those since the last call.
    func take() -> Set<Int> {
        defer { ids.removeAll(keepingCapacity: true) }
        return ids
    }
}
