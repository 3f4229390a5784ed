internal import NIOCore
internal import NIOHTTP1

/// Closes a connection or stream whose client does not send what it should in time.
///
/// Stands behind the HTTP codec and sees whole message parts. The decision is in ``RequestClock``.
final class RequestTimeoutHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var clock: RequestClock
    private var timer: Scheduled<Void>?

    init(timeouts: HTTPServerConfiguration.Timeouts) {
        self.clock = RequestClock(timeouts: timeouts)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        arm(clock.started(), context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head: arm(clock.received(.head), context)
        case .body: arm(clock.received(.body), context)
        case .end: arm(clock.received(.end), context)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = Self.unwrapOutboundIn(data) { arm(clock.responded(), context) }
        context.write(data, promise: promise)
    }

    private func arm(_ wait: RequestClock.Wait, _ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        guard case .atMost(let duration) = wait else { return }
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: TimeAmount(duration)) { channel.close(promise: nil) }
    }
}

/// Says how long to wait for a client's next part, given what it has sent so far.
struct RequestClock {
    /// The parts of a request.
    enum Part { case head, body, end }
    /// How long to wait from now on.
    enum Wait: Equatable {
        case forever
        case atMost(Duration)
    }

    private enum Phase { case first, body, answering, answered, idle }

    private let timeouts: HTTPServerConfiguration.Timeouts
    private var phase = Phase.first

    init(timeouts: HTTPServerConfiguration.Timeouts) {
        self.timeouts = timeouts
    }

    /// The connection has begun.
    func started() -> Wait { .atMost(timeouts.firstHead) }

    /// A part came in.
    mutating func received(_ part: Part) -> Wait {
        switch (part, phase) {
        case (.end, .answered):
            phase = .idle
            return .atMost(timeouts.idle)
        case (.end, _):
            phase = .answering
            return .forever
        case (.body, .answered):
            return .atMost(timeouts.bodyStall)
        case (.head, _), (.body, _):
            phase = .body
            return .atMost(timeouts.bodyStall)
        }
    }

    /// The answer is complete.
    mutating func responded() -> Wait {
        switch phase {
        case .body:
            phase = .answered
            return .atMost(timeouts.bodyStall)
        case .first, .answering, .answered, .idle:
            phase = .idle
            return .atMost(timeouts.idle)
        }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        self = overflow ? .hours(24 * 365) : .nanoseconds(nanoseconds &+ attoseconds / 1_000_000_000)
    }
}
