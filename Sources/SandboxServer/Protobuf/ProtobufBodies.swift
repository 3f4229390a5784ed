internal import DataTree
internal import SandboxStore

/// Bodies as typed Go clients send them; answers are JSON, which all of them take too.
enum ProtobufBodies {
    private static let mediaType = "application/vnd.kubernetes.protobuf"

    /// The request with a body in JSON instead of protobuf; any other request as it is.
    ///
    /// Costs far more than reading the bytes did, so it is for requests that are allowed.
    static func translated(_ request: APIRequest) throws(APIFault) -> APIRequest {
        guard request.header("content-type")?.lowercased().hasPrefix(mediaType) == true else { return request }
        var result = request
        result.headers.removeAll { $0.name.lowercased() == "content-type" }
        result.headers.append(HeaderField("Content-Type", "application/json"))
        guard !request.body.isEmpty else { return result }
        do {
            result.body = try ProtobufDecoder().decode(request.body).json(.compact)
        } catch {
            throw APIFault.badRequest("the body cannot be read as \(mediaType): \(error); send application/json")
        }
        return result
    }
}
