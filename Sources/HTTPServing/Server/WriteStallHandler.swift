internal import NIOCore

/// Closes a connection whose client takes nothing of what is waiting to be sent.
///
/// Stands next to the socket. While any write is outstanding, one must complete within the timeout.
final class WriteStallHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let timeout: TimeAmount
    private var outstanding = 0
    private var timer: Scheduled<Void>?

    init(timeout: TimeAmount) {
        self.timeout = timeout
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        outstanding += 1
        if timer == nil { start(context) }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in handler.value.completed(context.value) }
        context.value.write(data, promise: written)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    private func completed(_ context: ChannelHandlerContext) {
        outstanding -= 1
        timer?.cancel()
        timer = nil
        if outstanding > 0, context.channel.isActive { start(context) }
    }

    private func start(_ context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
    }
}
