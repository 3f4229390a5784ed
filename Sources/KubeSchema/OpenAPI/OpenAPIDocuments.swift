package import DataTree
internal import StructuralSchema
internal import Synchronization

/// The OpenAPI documents of an API server: `/openapi/v2` and `/openapi/v3`, for native and custom kinds.
///
/// Documents are made when first asked for and kept. A server makes a new value when its set of custom kinds changes.
package final class OpenAPIDocuments: Sendable {
    /// A document ready to be sent.
    package struct Document: Sendable {
        /// The media type.
        package var contentType: String
        /// The body.
        package var bytes: [UInt8]
        /// A short text that changes with the body, for `ETag`.
        package var hash: String
    }

    /// The media type of the protobuf form of `/openapi/v2`, which clients before 1.27 ask for.
    ///
    /// They ask for it with `@` before the version, which is no valid media type, so that answers carry it with a dot.
    package static let protobufV2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

    private let kinds: [PublishedKind]
    private let version: String
    private let cache = Mutex<[String: Document]>([:])

    /// Describes an API server.
    ///
    /// - Parameters:
    ///   - custom: The custom kinds served, every version by itself.
    ///   - version: The version the server reports, such as `v1.32.0`.
    package init(custom: [PublishedKind] = [], version: String) {
        self.kinds = NativeKinds.all.map { PublishedKind($0) } + custom
        self.version = version
    }

    /// The document under a path.
    ///
    /// - Parameters:
    ///   - path: `/openapi/v2`, `/openapi/v3` or `/openapi/v3/…`, without a query.
    ///   - accept: The `Accept` header, which decides between JSON and protobuf.
    /// - Returns: The document, nil where there is none under the path.
    package func document(path: String, accept: String = "") -> Document? {
        switch path {
        case "/openapi/v2":
            let wantsProtobuf = ["v2@v1.0+protobuf", "v2.v1.0+protobuf"].contains {
                accept.contains("openapi.spec.\($0)")
            }
            return wantsProtobuf ? cached("v2pb") { protobuf() } : cached("v2") { json(swagger()) }
        case "/openapi/v3", "/openapi/v3/": return cached("v3") { json(index()) }
        default:
            let prefix = "/openapi/v3/"
            guard path.hasPrefix(prefix) else { return nil }
            let group = String(path.dropFirst(prefix.count))
            guard kinds.contains(where: { $0.groupPath == group }) else { return nil }
            return cached(path) { json(groupDocument(group)) }
        }
    }

    /// The Swagger 2.0 document of everything.
    package func swagger() -> Tree {
        var schemas = OpenAPISchemas(.v2)
        var paths = OpenAPIPaths(.v2)
        for kind in kinds {
            schemas.add(kind)
            paths.add(kind)
        }
        return [
            "swagger": "2.0", "info": ["title": "Kubernetes", "version": .string(version)],
            "paths": .object(paths.paths), "definitions": Self.sorted(schemas.written),
        ]
    }

    /// The OpenAPI 3.0 document of one group and version, such as `apis/apps/v1`.
    package func groupDocument(_ groupPath: String) -> Tree {
        var schemas = OpenAPISchemas(.v3)
        var paths = OpenAPIPaths(.v3)
        for kind in kinds where kind.groupPath == groupPath {
            schemas.add(kind)
            paths.add(kind)
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": .string(version)],
            "paths": .object(paths.paths), "components": ["schemas": Self.sorted(schemas.written)],
        ]
    }

    /// The index of the OpenAPI 3.0 documents, each with a hash of what it describes.
    package func index() -> Tree {
        var hashes: [String: Hash] = [:]
        for kind in kinds {
            var hash = hashes[kind.groupPath] ?? Hash(seed: version + kind.groupPath)
            hash.add(kind.definitionName.utf8)
            if !kind.isNative { hash.add(kind.schema.tree.json(.canonical)) }
            hashes[kind.groupPath] = hash
        }
        var paths = TreeObject()
        for (group, hash) in hashes.sorted(by: { $0.key < $1.key }) {
            paths[group] = ["serverRelativeURL": .string("/openapi/v3/\(group)?hash=\(hash.text)")]
        }
        return ["paths": .object(paths)]
    }

    private static func sorted(_ definitions: [String: Tree]) -> Tree {
        .object(TreeObject(definitions.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }))
    }

    private func cached(_ key: String, _ make: () -> Document) -> Document {
        if let known = cache.withLock({ $0[key] }) { return known }
        let made = make()
        cache.withLock { $0[key] = made }
        return made
    }

    private func json(_ tree: Tree) -> Document {
        Self.document("application/json", tree.json(.compact))
    }

    private func protobuf() -> Document {
        var writer = SwaggerProtobuf()
        return Self.document(Self.protobufV2, writer.document(swagger()))
    }

    private static func document(_ contentType: String, _ bytes: [UInt8]) -> Document {
        var hash = Hash(seed: contentType)
        hash.add(bytes)
        return Document(contentType: contentType, bytes: bytes, hash: hash.text)
    }
}

/// Two rounds of FNV-1a with different seeds: tells documents apart, and nothing more.
private struct Hash {
    private var first: UInt64 = 0xCBF2_9CE4_8422_2325
    private var second: UInt64 = 0x9E37_79B9_7F4A_7C15

    init(seed: String) { add(seed.utf8) }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            first = (first ^ UInt64(byte)) &* 0x100_0000_01B3
            second = (second ^ UInt64(byte)) &* 0x100_0000_01B3 &+ 1
        }
    }

    var text: String { String(first, radix: 16, uppercase: true) + String(second, radix: 16, uppercase: true) }
}
