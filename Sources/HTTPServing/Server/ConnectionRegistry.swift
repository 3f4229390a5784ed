internal import NIOCore
internal import Synchronization

/// The connections a server holds, so that they can be told to finish or be closed.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isStopping = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// Keeps a connection until it closes; false when there are too many or the server is stopping.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isAccepted = state.withLock { state in
            guard state.channels.count < limit, !state.isStopping else { return false }
            state.channels[id] = channel
            return true
        }
        if isAccepted {
            channel.closeFuture.whenComplete { [weak self] _ in self?.remove(id) }
        }
        return isAccepted
    }

    /// Lets every connection finish the exchange it is in and then close.
    func quiesce() {
        let channels = state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// Breaks off every connection.
    func closeAll() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }

    /// Breaks off every connection, and takes no further ones.
    func stop() {
        state.withLock { $0.isStopping = true }
        closeAll()
    }

    private func remove(_ id: ObjectIdentifier) {
        _ = state.withLock { $0.channels.removeValue(forKey: id) }
    }
}
