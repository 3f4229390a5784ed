internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import NIOSSL

// Serves one connection or stream under the task of the server.
extension HTTPServer {
    /// Serves a connection until it closes; faults of the client end the connection, and nothing else.
    func serve(_ accepted: Accepted) async {
        guard let negotiated = try? await accepted.get() else { return }
        switch negotiated {
        case .http1_1(let exchanges):
            await serve(exchanges, from: await peer(of: exchanges.channel), isStream: false)
        case .http2((let channel, let streams)):
            let peer = await peer(of: channel)
            await withTaskCancellationHandler {
                await withDiscardingTaskGroup { group in
                    do {
                        for try await stream in streams.inbound {
                            group.addTask { await self.serve(stream, from: peer, isStream: true) }
                        }
                    } catch {
                        group.cancelAll()  // The connection broke; its streams end with it.
                    }
                }
            } onCancel: {
                channel.close(promise: nil)
            }
            channel.close(promise: nil)
        }
    }

    private func serve(_ exchanges: Exchanges, from peer: ConnectionPeer, isStream: Bool) async {
        let channel = exchanges.channel
        _ = try? await exchanges.executeThenClose { inbound, _ in
            var parts = inbound.makeAsyncIterator()
            var next = try await parts.next(isolation: #isolation)
            while case .head(let head)? = next {
                let exchange = HTTPExchange(server: self, channel: channel, head: head, peer: peer, isStream: isStream)
                next = await exchange.run(&parts)
            }
        }
    }

    private func peer(of channel: any Channel) async -> ConnectionPeer {
        let certificate = try? await channel.nioSSL_peerCertificate().get()
        let der = certificate.flatMap { try? $0.toDERBytes() }
        return ConnectionPeer(address: channel.remoteAddress?.ipAddress ?? "", certificates: der.map { [$0] } ?? [])
    }
}
