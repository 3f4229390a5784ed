internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOSSL
internal import NIOTLS

// Assembles the handlers of a connection, from the socket up.
extension HTTPServer {
    /// Sets up a fresh connection; the result is known once ALPN has chosen a protocol.
    func configure(_ channel: any Channel, tls: NIOSSLContext?) throws -> Accepted {
        guard connections.add(channel) else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
        }
        let pipeline = channel.pipeline.syncOperations
        // A client that stops reading must not pin memory.
        try pipeline.addHandler(WriteStallHandler(timeout: TimeAmount(configuration.timeouts.writeStall)))
        guard let tls else {
            return channel.eventLoop.makeCompletedFuture { .http1_1(try self.configureHTTP1(channel)) }
        }
        try pipeline.addHandler(NIOSSLServerHandler(context: tls))
        // Covers the handshake; HTTP/1.1 and HTTP/2 bring their own timers afterwards.
        let firstHead = TimeAmount(configuration.timeouts.firstHead)
        let handshake = channel.eventLoop.scheduleTask(in: firstHead) { channel.close(promise: nil) }
        let negotiation = pipeline.negotiation(on: channel, server: self)
        negotiation.whenComplete { _ in handshake.cancel() }
        return negotiation
    }

    /// Adds HTTP/1.1 on top of what is there.
    func configureHTTP1(_ channel: any Channel) throws -> Exchanges {
        let pipeline = channel.pipeline.syncOperations
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = configuration.limits.headerBytes
        limits.maxHeaderListSize = configuration.limits.headerBytes
        limits.maxHeaderFieldCount = configuration.limits.headerCount
        // Answers pipelined requests in order, one at a time, and malformed ones with 400.
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true,
            withServerUpgrade: nil,
            withErrorHandling: true,
            withOutboundHeaderValidation: true,
            withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: limits
        )
        try pipeline.addHandler(RequestTimeoutHandler(timeouts: configuration.timeouts))
        return try Self.exchanges(on: channel)
    }

    /// Opens a connection or stream to tasks, and keeps it until it has closed.
    ///
    /// NIO takes it for a programming error when one that is open goes away, which happens to those accepted that no task came to
    /// serve before the server was stopped.
    private static func exchanges(on channel: any Channel) throws -> Exchanges {
        let exchanges = try Exchanges(wrappingChannelSynchronously: channel)
        channel.closeFuture.whenComplete { _ in withExtendedLifetime(exchanges) {} }
        return exchanges
    }

    /// Adds HTTP/2 on top of what is there; streams speak the same message parts as HTTP/1.1.
    func configureHTTP2(_ channel: any Channel) throws -> (any Channel, Streams) {
        var protocolSettings = NIOHTTP2Handler.Configuration()
        protocolSettings.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: configuration.limits.concurrentStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: configuration.limits.headerBytes),
        ]
        // libcurl sends a PRIORITY frame with every stream, and watches end with RST_STREAM: a client may do both often.
        protocolSettings.connection.controlFrameRateLimit.maximumCount = configuration.limits.controlFrames
        protocolSettings.stream.streamResetFrameRateLimit.maximumCount = configuration.limits.streamResets
        protocolSettings.stream.outboundBufferSizeHighWatermark = 64 * 1024
        protocolSettings.stream.outboundBufferSizeLowWatermark = 16 * 1024
        let timeouts = configuration.timeouts
        let streams = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
            mode: .server,
            connectionManagerConfiguration: .init(
                maxIdleTime: TimeAmount(timeouts.idle),
                maxAge: nil,
                maxGraceTime: TimeAmount(timeouts.grace),
                keepalive: .init(pingInterval: .seconds(60), ackTimeout: .seconds(20))
            ),
            http2HandlerConfiguration: protocolSettings
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let pipeline = stream.pipeline.syncOperations
                try pipeline.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
                try pipeline.addHandler(RequestTimeoutHandler(timeouts: timeouts))
                return try Self.exchanges(on: stream)
            }
        }
        return (channel, streams)
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// Waits for ALPN to name a protocol and sets that one up.
    fileprivate func negotiation(on channel: any Channel, server: HTTPServer) -> HTTPServer.Accepted {
        let negotiation = NIOTypedApplicationProtocolNegotiationHandler<HTTPServer.Negotiated> { result in
            channel.eventLoop.makeCompletedFuture {
                switch result {
                case .negotiated("h2"): .http2(try server.configureHTTP2(channel))
                case .negotiated, .fallback: .http1_1(try server.configureHTTP1(channel))
                }
            }
        }
        do {
            try addHandler(negotiation)
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return negotiation.protocolNegotiationResult
    }
}
