/// The names of Envoy's filters that EnvoyFilters match on: those of before and those istiod gives.
///
/// The short names are those that Envoy 1.14 deprecated; Istio matches canonical names alone since 1.19. What istiod gives was
/// read from the filters it builds (pilot/pkg/xds/filters and the authorization, telemetry and fault builders) in 1.27 to 1.30.
enum EnvoyNames {
    /// The canonical name in place of a short one.
    static let canonical: [String: String] = [
        "envoy.buffer": "envoy.filters.http.buffer",
        "envoy.cors": "envoy.filters.http.cors",
        "envoy.csrf": "envoy.filters.http.csrf",
        "envoy.ext_authz": "envoy.filters.http.ext_authz",
        "envoy.fault": "envoy.filters.http.fault",
        "envoy.grpc_http1_bridge": "envoy.filters.http.grpc_http1_bridge",
        "envoy.grpc_json_transcoder": "envoy.filters.http.grpc_json_transcoder",
        "envoy.grpc_web": "envoy.filters.http.grpc_web",
        "envoy.health_check": "envoy.filters.http.health_check",
        "envoy.ip_tagging": "envoy.filters.http.ip_tagging",
        "envoy.lua": "envoy.filters.http.lua",
        "envoy.rate_limit": "envoy.filters.http.ratelimit",
        "envoy.router": "envoy.filters.http.router",
        "envoy.listener.http_inspector": "envoy.filters.listener.http_inspector",
        "envoy.listener.original_dst": "envoy.filters.listener.original_dst",
        "envoy.listener.original_src": "envoy.filters.listener.original_src",
        "envoy.listener.proxy_protocol": "envoy.filters.listener.proxy_protocol",
        "envoy.listener.tls_inspector": "envoy.filters.listener.tls_inspector",
        "envoy.http_connection_manager": "envoy.filters.network.http_connection_manager",
        "envoy.mongo_proxy": "envoy.filters.network.mongo_proxy",
        "envoy.ratelimit": "envoy.filters.network.ratelimit",
        "envoy.redis_proxy": "envoy.filters.network.redis_proxy",
        "envoy.tcp_proxy": "envoy.filters.network.tcp_proxy",
    ]

    /// Filters that Envoy or istiod no longer has, with what does their work now.
    static let removed: [String: String] = [
        "envoy.gzip": "envoy.filters.http.compressor",
        "envoy.filters.http.gzip": "envoy.filters.http.compressor",
        "envoy.http_dynamo_filter": "nothing; remove it",
        "envoy.filters.http.dynamo": "nothing; remove it",
        "envoy.squash": "nothing; remove it",
        "envoy.filters.http.squash": "nothing; remove it",
        "envoy.client_ssl_auth": "an AuthorizationPolicy",
        "envoy.filters.network.client_ssl_auth": "an AuthorizationPolicy",
        "mixer": "a Telemetry resource",
        "jwt-auth": "envoy.filters.http.jwt_authn",
        "istio_authn": "envoy.filters.http.jwt_authn, or a PeerAuthentication",
        "envoy.filters.network.metadata_exchange": "istio.metadata_exchange",
        "envoy.filters.http.metadata_exchange": "istio.metadata_exchange",
    ]

    /// The HTTP filters istiod puts into connection managers.
    static let httpFilters: Set<String> = [
        "connect_authority", "envoy.filters.http.cors", "envoy.filters.http.ext_authz", "envoy.filters.http.ext_proc",
        "envoy.filters.http.fault", "envoy.filters.http.grpc_stats", "envoy.filters.http.grpc_web",
        "envoy.filters.http.jwt_authn", "envoy.filters.http.rbac", "envoy.filters.http.router",
        "envoy.filters.http.stateful_session", "envoy.filters.http.wasm", "istio.alpn", "istio.authorization.allow",
        "istio.metadata_exchange", "istio.stats", "waypoint_downstream_peer_metadata",
        "waypoint_upstream_peer_metadata",
    ]

    /// The network filters istiod puts into filter chains.
    static let networkFilters: Set<String> = [
        "connect_authority", "envoy.filters.network.ext_authz", "envoy.filters.network.http_connection_manager",
        "envoy.filters.network.mongo_proxy", "envoy.filters.network.mysql_proxy", "envoy.filters.network.rbac",
        "envoy.filters.network.redis_proxy", "envoy.filters.network.set_filter_state",
        "envoy.filters.network.sni_cluster", "envoy.filters.network.tcp_proxy", "envoy.filters.network.wasm",
        "forward_downstream_sni", "istio.metadata_exchange", "istio.stats", "restore_tls", "tcp_cluster_rewrite",
    ]

    /// The listener filters istiod puts into listeners.
    static let listenerFilters: Set<String> = [
        "envoy.filters.listener.http_inspector", "envoy.filters.listener.local_ratelimit",
        "envoy.filters.listener.original_dst", "envoy.filters.listener.original_src",
        "envoy.filters.listener.proxy_protocol", "envoy.filters.listener.tls_inspector", "metadata_to_peer_node",
        "set_dst_address", "restore_tls",
    ]

    /// How names begin that istiod gives to filters of WasmPlugins and TrafficExtensions.
    static let prefixesOfExtensions = ["extensions.istio.io/", "extenstions.istio.io/"]
}
