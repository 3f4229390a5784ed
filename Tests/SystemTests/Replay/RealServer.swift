internal import Foundation
internal import KubeClient
internal import KubeCurl
internal import Testing

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// An etcd and a kube-apiserver of the test's own, on loopback, with their data in a folder that goes away afterwards.
enum RealServer {
    private static let token = "replay-administrator"

    /// Runs both programs of `assets` around `body`.
    static func with(assets: URL, _ body: (ClusterConnection) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mesh-replay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let ports = try freePorts(3)
        let key = folder.appending(path: "service-accounts.key")
        let openssl = try await ChildProcess.run(
            URL(filePath: "/usr/bin/env"),
            ["openssl", "ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", key.path()]
        )
        try #require(openssl.status == 0, "openssl makes no key: \(openssl.errors)")
        let users = folder.appending(path: "users.csv")
        try "\(token),admin,admin,system:masters\n".write(to: users, atomically: true, encoding: .utf8)
        let etcd = try ChildProcess.start(assets.appending(path: "etcd"), etcdArguments(folder, ports))
        do {
            let server = try ChildProcess.start(
                assets.appending(path: "kube-apiserver"),
                serverArguments(folder, key: key, users: users, ports)
            )
            do {
                try await use(server, etcd, folder, port: ports[2], body)
            } catch {
                await server.stop(limit: .seconds(30))
                throw error
            }
            await server.stop(limit: .seconds(30))
        } catch {
            await etcd.stop()
            throw error
        }
        await etcd.stop()
    }

    private static func use(
        _ server: ChildProcess,
        _ etcd: ChildProcess,
        _ folder: URL,
        port: Int,
        _ body: (ClusterConnection) async throws -> Void
    ) async throws {
        // The server makes a certificate and its authority, and writes both into one file.
        let certificate = folder.appending(path: "certificates/apiserver.crt")
        let isUp = try await becomes {
            guard server.isRunning, let authorities = try? Data(contentsOf: certificate) else { return false }
            return try await ReplayLink.isReady(connection(port, authorities))
        }
        try #require(isUp, "the API server did not come up: \(server.text.suffix(4000))\n\(etcd.text.suffix(2000))")
        try await body(connection(port, try Data(contentsOf: certificate)))
    }

    private static func connection(_ port: Int, _ authorities: Data) -> ClusterConnection {
        ClusterConnection(
            server: ServerAddress(host: "127.0.0.1", port: port),
            trust: .authorities(.inline(Array(authorities))),
            credentials: ClusterCredentials(header: .token(token))
        )
    }

    private static func etcdArguments(_ folder: URL, _ ports: [Int]) -> [String] {
        let (clients, peers) = ("http://127.0.0.1:\(ports[0])", "http://127.0.0.1:\(ports[1])")
        return [
            "--data-dir", folder.appending(path: "etcd").path(), "--unsafe-no-fsync",
            "--listen-client-urls", clients, "--advertise-client-urls", clients, "--listen-peer-urls", peers,
            "--initial-advertise-peer-urls", peers, "--initial-cluster", "default=\(peers)",
        ]
    }

    private static func serverArguments(_ folder: URL, key: URL, users: URL, _ ports: [Int]) -> [String] {
        [
            "--etcd-servers", "http://127.0.0.1:\(ports[0])", "--bind-address", "127.0.0.1",
            "--secure-port", "\(ports[2])", "--cert-dir", folder.appending(path: "certificates").path(),
            "--token-auth-file", users.path(), "--authorization-mode", "RBAC", "--allow-privileged=true",
            "--service-account-issuer", "https://kubernetes.default.svc.cluster.local",
            "--service-account-key-file", key.path(), "--service-account-signing-key-file", key.path(),
            "--service-cluster-ip-range", "10.96.0.0/16",
            // No controller makes service accounts here, so pods cannot be asked to have one.
            "--disable-admission-plugins", "ServiceAccount",
        ]
    }

    /// Ports that nobody listens on, told by listening on all of them at once.
    private static func freePorts(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(descriptor)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                    bind(descriptor, plain, length) == 0 && getsockname(descriptor, plain, &length) == 0
                }
            }
            try #require(isBound, "no free port on 127.0.0.1: errno \(errno)")
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }
}
