internal import MeshBase

/// Kubernetes' URL, IP and CIDR libraries.
enum NetworkFunctions {
    static let all: [FunctionDefinition] = urls + addresses + networks

    private static let urls: [FunctionDefinition] =
        [
            FunctionDefinition("isURL", ["isURL(string) bool"]) { arguments, meter throws(ExpressionError) in
                .bool(URLParts(try text(arguments, "isURL", &meter)) != nil)
            },
            FunctionDefinition("url", ["url(string) URL"]) { arguments, meter throws(ExpressionError) in
                let text = try text(arguments, "url", &meter)
                guard let url = URLParts(text) else {
                    throw .evaluation(
                        "URL parse error during conversion from string: parse \"\(text)\": invalid URI for request"
                    )
                }
                return .url(url)
            },
            FunctionDefinition("getQuery", ["URL.getQuery() map<string,list<string>>"]) {
                arguments,
                _ throws(ExpressionError) in
                guard case .url(let url) = arguments[0] else { throw .noOverload("getQuery", arguments) }
                let entries = url.query.map { MapValue.Entry(key: .string($0.key), value: .strings($0.values)) }
                guard let map = MapValue(entries) else { throw .evaluation("duplicate key in query") }
                return .map(map)
            },
        ]
        + ["getScheme", "getHost", "getHostname", "getPort", "getEscapedPath"].map { name in
            FunctionDefinition(name, ["URL.\(name)() string"]) { arguments, _ throws(ExpressionError) in
                guard case .url(let url) = arguments[0] else { throw .noOverload(name, arguments) }
                switch name {
                case "getScheme": return .string(url.scheme)
                case "getHost": return .string(url.host)
                case "getHostname": return .string(url.hostname)
                case "getPort": return .string(url.port)
                default: return .string(url.escapedPath)
                }
            }
        }

    private static let addresses: [FunctionDefinition] =
        [
            FunctionDefinition("isIP", ["isIP(string) bool"]) { arguments, meter throws(ExpressionError) in
                .bool(acceptedAddress(try text(arguments, "isIP", &meter)) != nil)
            },
            FunctionDefinition("ip", ["ip(string) IP", "CIDR.ip() IP"]) { arguments, meter throws(ExpressionError) in
                if case .cidr(let network) = arguments[0] { return .ip(network.address) }
                let text = try text(arguments, "ip", &meter)
                let address = try address(text)
                return .ip(address)
            },
            FunctionDefinition("ip.isCanonical", ["@(string) bool"]) { arguments, meter throws(ExpressionError) in
                let text = try text(arguments, "ip.isCanonical", &meter)
                let address = try address(text)
                return .bool(address.description == text)
            },
            FunctionDefinition("family", ["IP.family() int"]) { arguments, _ throws(ExpressionError) in
                guard case .ip(let address) = arguments[0] else { throw .noOverload("family", arguments) }
                return .int(address.isV4 ? 4 : 6)
            },
        ]
        + [
            "isUnspecified", "isLoopback", "isLinkLocalMulticast", "isLinkLocalUnicast", "isGlobalUnicast",
        ].map { name in
            FunctionDefinition(name, ["IP.\(name)() bool"]) { arguments, _ throws(ExpressionError) in
                guard case .ip(let address) = arguments[0] else { throw .noOverload(name, arguments) }
                switch name {
                case "isUnspecified": return .bool(address.isUnspecified)
                case "isLoopback": return .bool(address.isLoopback)
                case "isLinkLocalMulticast": return .bool(address.isLinkLocalMulticast)
                case "isLinkLocalUnicast": return .bool(address.isLinkLocalUnicast)
                default: return .bool(address.isGlobalUnicast)
                }
            }
        }

    private static let networks: [FunctionDefinition] = [
        FunctionDefinition("isCIDR", ["isCIDR(string) bool"]) { arguments, meter throws(ExpressionError) in
            .bool(acceptedNetwork(try text(arguments, "isCIDR", &meter)) != nil)
        },
        FunctionDefinition("cidr", ["cidr(string) CIDR"]) { arguments, meter throws(ExpressionError) in
            .cidr(try network(.string(try text(arguments, "cidr", &meter)), arguments))
        },
        FunctionDefinition("containsIP", ["CIDR.containsIP(string) bool", "CIDR.containsIP(IP) bool"]) {
            arguments,
            _ throws(ExpressionError) in
            guard case .cidr(let network) = arguments[0] else { throw .noOverload("containsIP", arguments) }
            switch arguments[1] {
            case .ip(let address): return .bool(network.contains(address))
            case .string(let text):
                let address = try address(text)
                return .bool(network.contains(address))
            default: throw .noOverload("containsIP", arguments)
            }
        },
        FunctionDefinition("containsCIDR", ["CIDR.containsCIDR(string) bool", "CIDR.containsCIDR(CIDR) bool"]) {
            arguments,
            _ throws(ExpressionError) in
            guard case .cidr(let outer) = arguments[0] else { throw .noOverload("containsCIDR", arguments) }
            return .bool(outer.contains(try network(arguments[1], arguments)))
        },
        FunctionDefinition("prefixLength", ["CIDR.prefixLength() int"]) { arguments, _ throws(ExpressionError) in
            .count(try network(arguments[0], arguments).prefixLength)
        },
        FunctionDefinition("masked", ["CIDR.masked() CIDR"]) { arguments, _ throws(ExpressionError) in
            .cidr(try network(arguments[0], arguments).masked)
        },
    ]

    /// The address, nil for what Kubernetes' CEL library refuses, an IPv4 address written as IPv6 has it included.
    private static func acceptedAddress(_ text: String) -> IPAddress? {
        IPAddress(text).flatMap { $0.isV4 == text.utf8.contains(UInt8(ascii: ":")) ? nil : $0 }
    }

    /// The network, nil for what Kubernetes' CEL library refuses.
    private static func acceptedNetwork(_ text: String) -> IPNetwork? {
        IPNetwork(text).flatMap { $0.address.isV4 == text.utf8.contains(UInt8(ascii: ":")) ? nil : $0 }
    }

    private static func address(_ text: String) throws(ExpressionError) -> IPAddress {
        guard let address = acceptedAddress(text) else {
            throw .evaluation("IP Address \"\(text)\" parse error during conversion from string")
        }
        return address
    }

    private static func network(_ value: ExpressionValue, _ arguments: [ExpressionValue]) throws(ExpressionError)
        -> IPNetwork
    {
        switch value {
        case .cidr(let network): return network
        case .string(let text):
            guard let network = acceptedNetwork(text) else {
                throw .evaluation("network address parse error: \"\(text)\"")
            }
            return network
        default: throw .noOverload("cidr", arguments)
        }
    }

    private static func text(_ arguments: [ExpressionValue], _ name: String, _ meter: inout CostMeter)
        throws(ExpressionError) -> String
    {
        guard let text = arguments[0].string else { throw .noOverload(name, arguments) }
        try meter.charge(text: text)
        return text
    }
}
