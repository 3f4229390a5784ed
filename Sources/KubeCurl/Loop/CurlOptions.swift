internal import CCurl
internal import KubeClient

/// Sets the options of one handle and remembers the first that libcurl refused.
@safe struct CurlOptions {
    /// libcurl's words about the first refusal.
    private(set) var refused: String?
    private let handle: UnsafeMutableRawPointer

    init(_ handle: UnsafeMutableRawPointer) {
        unsafe self.handle = handle
    }

    mutating func callbacks(
        _ context: UnsafeMutableRawPointer,
        header: mesh_curl_data_callback,
        body: mesh_curl_data_callback,
        errorText: UnsafeMutablePointer<CChar>
    ) {
        check(unsafe mesh_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText))
        check(unsafe mesh_curl_set_pointer(handle, CURLOPT_HEADERDATA, context))
        check(unsafe mesh_curl_set_pointer(handle, CURLOPT_WRITEDATA, context))
        check(unsafe mesh_curl_set_callback(handle, CURLOPT_HEADERFUNCTION, header))
        check(unsafe mesh_curl_set_callback(handle, CURLOPT_WRITEFUNCTION, body))
        check(unsafe mesh_curl_watch_sockets(handle))
    }

    mutating func lists(headers: UnsafeMutablePointer<curl_slist>?, connectTo: UnsafeMutablePointer<curl_slist>?) {
        check(unsafe mesh_curl_set_list(handle, CURLOPT_HTTPHEADER, headers))
        if let connectTo = unsafe connectTo { check(unsafe mesh_curl_set_list(handle, CURLOPT_CONNECT_TO, connectTo)) }
    }

    mutating func request(_ plan: TransferPlan) {
        set(CURLOPT_URL, plan.url)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_HTTP09_ALLOWED, 0)
        // An empty proxy, and an empty list of exceptions, keep libcurl from asking the environment.
        set(CURLOPT_PROXY, plan.proxy ?? "")
        set(CURLOPT_NOPROXY, "")
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if plan.allowsCompression { set(CURLOPT_ACCEPT_ENCODING, "gzip") }
        if plan.method == .head {
            set(CURLOPT_NOBODY, 1)
            return
        }
        let sendsBody = plan.body != nil || [.post, .put, .patch].contains(plan.method)
        if sendsBody {
            let bytes = plan.body ?? []
            check(unsafe mesh_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
            unsafe bytes.withUnsafeBytes { raw in
                // Copied by libcurl; an empty body still needs an address.
                if let start = raw.baseAddress, unsafe !raw.isEmpty {
                    check(
                        unsafe mesh_curl_set_text(
                            handle,
                            CURLOPT_COPYPOSTFIELDS,
                            start.assumingMemoryBound(to: CChar.self)
                        )
                    )
                } else {
                    check(unsafe mesh_curl_set_text(handle, CURLOPT_COPYPOSTFIELDS, ""))
                }
            }
        }
        set(CURLOPT_CUSTOMREQUEST, plan.method.rawValue)
    }

    mutating func security(_ plan: TransferPlan) {
        switch plan.authorities {
        case .system: break
        case .anybody:
            set(CURLOPT_SSL_VERIFYPEER, 0)
            set(CURLOPT_SSL_VERIFYHOST, 0)
        case .bytes(let bytes):
            set(CURLOPT_CAINFO_BLOB, bytes)
            forgetSystemAuthorities()
        case .file(let path):
            set(CURLOPT_CAINFO, path)
            // Read with each new connection, so that a rotated file counts.
            set(CURLOPT_CA_CACHE_TIMEOUT, 0)
            forgetSystemAuthorities()
        }
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        guard let identity = plan.identity else { return }
        set(CURLOPT_SSLCERTTYPE, "PEM")
        set(CURLOPT_SSLKEYTYPE, "PEM")
        set(CURLOPT_SSLCERT_BLOB, identity.certificate)
        set(CURLOPT_SSLKEY_BLOB, identity.privateKey)
    }

    /// libcurl would accept the authorities of its default folder as well.
    private mutating func forgetSystemAuthorities() {
        check(unsafe mesh_curl_set_text(handle, CURLOPT_CAPATH, nil))
    }

    mutating func limits(_ plan: TransferPlan, _ configuration: CurlTransport.Configuration) {
        // libcurl's pause stops every stream of an HTTP/2 connection, not only its own, so what may be paused goes alone.
        if configuration.offersHTTP2, plan.sharesConnection {
            set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
            // A burst of requests waits for the first connection rather than opening one each.
            set(CURLOPT_PIPEWAIT, 1)
        } else {
            set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        }
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_TCP_KEEPIDLE, 30)
        set(CURLOPT_TCP_KEEPINTVL, 10)
        set(CURLOPT_BUFFERSIZE, 64 * 1024)
        attempt(plan, number: 0)
        if plan.idleSeconds > 0 {
            set(CURLOPT_LOW_SPEED_LIMIT, 1)
            set(CURLOPT_LOW_SPEED_TIME, plan.idleSeconds)
        }
    }

    /// Limits one attempt to connect.
    ///
    /// The first ones are short: who takes a connection and says nothing, or does not answer at all, may have been replaced
    /// meanwhile. The limit of the plan, and that of the whole, are for ``LinkWatch``.
    mutating func attempt(_ plan: TransferPlan, number: Int) {
        let own = number < 2 ? 2_000 : 5_000
        let limit = plan.connectMilliseconds > 0 ? min(plan.connectMilliseconds, own) : own
        set(CURLOPT_CONNECTTIMEOUT_MS, limit)
    }

    mutating func reach(_ reach: CurlTransport.Reach) {
        if reach == .noLinkLocal { check(unsafe mesh_curl_refuse_link_local(handle)) }
    }

    private mutating func set(_ option: CURLoption, _ value: Int) {
        check(unsafe mesh_curl_set_long(handle, option, value))
    }

    private mutating func set(_ option: CURLoption, _ value: String) {
        guard !value.utf8.contains(0) else {
            refused = refused ?? "a text holds a NUL"
            return
        }
        check(unsafe mesh_curl_set_text(handle, option, value))
    }

    private mutating func set(_ option: CURLoption, _ value: [UInt8]) {
        guard !value.isEmpty else {
            refused = refused ?? "a certificate or key is empty"
            return
        }
        unsafe value.withUnsafeBytes { raw in
            check(unsafe mesh_curl_set_blob(handle, option, raw.baseAddress, raw.count))
        }
    }

    private mutating func check(_ code: CURLcode) {
        guard code != CURLE_OK, refused == nil else { return }
        refused = unsafe String(cString: curl_easy_strerror(code))
    }
}
