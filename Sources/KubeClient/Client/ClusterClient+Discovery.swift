internal import DataTree
internal import KubeAPI

/// What a server says about its build (`/version`).
public struct ServerVersion: Sendable, Hashable {
    /// The major number as text.
    public var major: String
    /// The minor number as text; some providers add a `+`.
    public var minor: String
    /// The whole version, for example `v1.32.1`.
    public var gitVersion: String
    /// The platform, for example `linux/amd64`.
    public var platform: String

    /// Makes a version.
    public init(major: String, minor: String, gitVersion: String, platform: String = "") {
        self.major = major
        self.minor = minor
        self.gitVersion = gitVersion
        self.platform = platform
    }

    /// Major and minor as numbers, nil where the server's texts begin with none.
    public var numbers: (major: Int, minor: Int)? {
        func number(_ text: String) -> Int? { Int(text.prefix { $0.isASCII && $0.isNumber }) }
        guard let major = number(major), let minor = number(minor) else { return nil }
        return (major, minor)
    }
}

extension ClusterClient {
    /// What the server says about its build.
    public func version() async throws(KubeError) -> ServerVersion {
        let tree = try await tree(requests.raw("/version"))
        return ServerVersion(
            major: tree["major"]?.string ?? "",
            minor: tree["minor"]?.string ?? "",
            gitVersion: tree["gitVersion"]?.string ?? "",
            platform: tree["platform"]?.string ?? ""
        )
    }

    /// Sends any request and gives the body of a successful answer; others become errors.
    public func raw(_ request: HTTPRequest) async throws(KubeError) -> [UInt8] {
        let response = try await open(request)
        do {
            return try await response.body.collect(limit: configuration.objectLimit)
        } catch {
            throw KubeError(transport: error, request: request.summary)
        }
    }

    /// Everything the server serves.
    ///
    /// Two requests where the server knows aggregated discovery (Kubernetes 1.26 and later), else one per group version.
    /// Group versions that cannot be read are listed as unavailable; only a server that answers nothing is an error.
    public func discover() async throws(KubeError) -> Discovery {
        var discovery = Discovery()
        for path in ["/api", "/apis"] {
            let document = try await tree(requests.discovery(path))
            switch document["kind"]?.string {
            case "APIGroupDiscoveryList": discovery.add(aggregated: document)
            case "APIVersions":
                let versions = document["versions"]?.array?.compactMap(\.string) ?? []
                try await add([Discovery.Group(name: "", versions: versions)], to: &discovery)
            case "APIGroupList":
                let groups = (document["groups"]?.array ?? []).compactMap(Discovery.group)
                try await add(groups, to: &discovery)
            default:
                throw KubeError(.malformedAnswer, "GET \(path) was not answered with a discovery document")
            }
        }
        return discovery
    }

    private func add(_ groups: [Discovery.Group], to discovery: inout Discovery) async throws(KubeError) {
        for group in groups {
            discovery.groups.append(group)
            for version in group.versions {
                let kind = GroupVersionKind(group: group.name, version: version, kind: "")
                do {
                    let list = try await tree(requests.raw(ResourcePath.version(kind)))
                    discovery.add(list: list, group: group.name, version: version)
                } catch  where error.code != .cancelled && error.code != .unauthorized {
                    discovery.unavailable.append(kind.apiVersion)
                }
            }
        }
    }
}

extension KubeRequest {
    /// Any request below the root of the API.
    public func raw(_ path: String, method: HTTPMethod = .get, query: [HTTPQueryItem] = []) -> HTTPRequest {
        request(method, path, query: query)
    }

    /// Asks `/api` or `/apis` what there is, aggregated where the server knows how.
    public func discovery(_ path: String) -> HTTPRequest {
        var request = raw(path)
        let list = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        request.headers["Accept"] =
            "application/json;\(list),application/json;\(list.replacing("v=v2;", with: "v=v2beta1;")),application/json"
        return request
    }
}
