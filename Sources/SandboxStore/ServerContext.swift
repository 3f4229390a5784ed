internal import KubeAPI
internal import MeshBase

/// What every handler works with.
struct ServerContext: Sendable {
    let configuration: APIServerConfiguration
    let storage: ObjectStorage
    let registry: ResourceRegistry
    let openAPI = OpenAPIAnswers()
    let policies = PolicyCache()

    /// The time as `metadata.creationTimestamp` keeps it.
    var timestamp: String { configuration.now().rfc3339 }

    /// A random identifier (RFC 4122, version 4).
    func uid() -> String {
        let bytes = configuration.random.bytes(16)
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            let value =
                switch index {
                case 6: byte & 0x0f | 0x40
                case 8: byte & 0x3f | 0x80
                default: byte
                }
            let digits = String(value, radix: 16)
            text += digits.utf8.count < 2 ? "0" + digits : digits
        }
        return text
    }

    /// Five characters that make no words, as Kubernetes appends them to `generateName`.
    func nameSuffix() -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String(configuration.random.bytes(5).map { alphabet[Int($0) % alphabet.count] })
    }

    /// The current state of an object, nil when there is none.
    func read(_ resource: ServedResource, _ key: ObjectKey) async throws(APIFault) -> StoredObject? {
        do throws(StorageError) {
            return try await storage.get(resource.collection, key).object
        } catch {
            throw .internalError(error.message)
        }
    }
}

extension APIFault {
    /// What a refusal of the store means to a client who wrote `name`.
    init(_ error: StorageError, _ resource: ServedResource, _ name: String) {
        switch error.code {
        case .exists: self = .alreadyExists(resource.groupResource, name)
        case .missing: self = .notFound(resource.groupResource, name)
        case .changed: self = .modified(resource.groupResource, name)
        case .compacted: self = .expired("The resourceVersion for the provided list is too old.")
        case .tooLarge: self = APIFault(500, .unknown, error.message)
        case .future, .logFailed, .logDamaged: self = .internalError(error.message)
        }
    }
}
