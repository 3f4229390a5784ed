internal import DataTree
internal import KubeAPI

/// Reads the body of one page of a list, giving its objects as their bytes arrive.
struct ListBodyReader {
    /// What the list says about itself, known once all objects were given.
    struct End: Hashable {
        var resourceVersion = ""
        var continuation: String?
        var remainingCount: Int64?
    }

    private var pieces: HTTPBody.AsyncIterator
    private var reader: JSONListReader
    private var ready: [Tree] = []
    private var position = 0
    private var isAtEnd = false
    private let kind: GroupVersionKind
    private let request: String
    private(set) var end = End()

    init(
        _ body: HTTPBody,
        _ resource: APIResource,
        _ configuration: ClusterClient.Configuration,
        _ request: String
    ) {
        self.pieces = body.makeAsyncIterator()
        self.reader = JSONListReader(options: configuration.parserOptions)
        self.kind = resource.kind
        self.request = request
    }

    /// The next object, nil at the end of the page.
    mutating func next() async throws(KubeError) -> KubeObject? {
        while position >= ready.count {
            if isAtEnd { return nil }
            ready = try await more()
            position = 0
        }
        defer { position += 1 }
        let tree = ready[position]
        ready[position] = .null
        return KubeObject(identified(tree))
    }

    private mutating func more() async throws(KubeError) -> [Tree] {
        do {
            if let piece = try await pieces.next() { return try reader.push(piece[...]) }
            isAtEnd = true
            let list = try reader.finish()
            try take(list)
            return []
        } catch let error as TransportError {
            throw KubeError(transport: error, request: request)
        } catch let error as KubeError {
            throw error
        } catch {
            throw KubeError(.malformedAnswer, "\(request) was not answered with a list: \(error)", cause: error)
        }
    }

    private mutating func take(_ list: Tree) throws(KubeError) {
        guard let metadata = list["metadata"], metadata.object != nil else {
            throw KubeError(.malformedAnswer, "\(request) was not answered with a list: metadata is missing")
        }
        let continuation = metadata["continue"]?.string ?? ""
        end = End(
            resourceVersion: metadata["resourceVersion"]?.string ?? "",
            continuation: continuation.isEmpty ? nil : continuation,
            remainingCount: metadata["remainingItemCount"]?.integer
        )
    }

    /// Lists of native kinds leave out what every element has in common.
    private func identified(_ tree: Tree) -> Tree {
        guard tree["kind"] == nil || tree["apiVersion"] == nil, let object = tree.object else { return tree }
        var entries: [(key: String, value: Tree)] = [
            ("apiVersion", .string(kind.apiVersion)), ("kind", .string(kind.kind)),
        ]
        for entry in object.entries { entries.append((entry.key, entry.value)) }
        return .object(TreeObject(entries))
    }
}

extension ClusterClient.Configuration {
    /// How deep an object may be nested; the records of its managers are deeper than what they are about.
    static let objectDepth = 1_024

    /// How objects of lists are parsed.
    var parserOptions: JSONParser.Options {
        JSONParser.Options(
            maxDepth: Self.objectDepth,
            maxBytes: objectLimit,
            duplicateKeys: .lastWins,
            projection: projection
        )
    }
}
