extension IstioKindTable {
    /// What several kinds have in common.
    static let shared = #"""
        Duration = s
          ? must be a valid duration greater than 1ms
            duration(self) >= duration('1ms')
        PortSelector:
          number=u32
        Destination: A service, or a subset of it.
          host!=s port=PortSelector subset=s
          # host: The name of the service.
          # subset: A subset that a DestinationRule names.
          # port: The port, where the service has several.
        Condition:
          lastProbeTime=t lastTransitionTime=t message=s observedGeneration=p reason=s status=s type=s
        MessageType:
          code=s name=s
        AnalysisMessage:
          documentationUrl=s level=e:UNKNOWN|ERROR|WARNING|INFO type=MessageType
        Status: What the control plane found.
          conditions=[]Condition observedGeneration=p validationMessages=[]AnalysisMessage
          # conditions: Its state, by type.
          # observedGeneration: The generation it was found for.
          # validationMessages: Errors and warnings of the analysis.
          ...
        HTTP2KeepAlive:
          interval=Duration timeout=Duration
        HTTPPool:
          h2UpgradePolicy=UpgradePolicy http1MaxPendingRequests=i32 http2KeepAlive=HTTP2KeepAlive
          http2MaxRequests=i32 idleTimeout=Duration maxConcurrentStreams=i32 maxRequestsPerConnection=i32
          maxRetries=i32 useClientProtocol=b
        TCPKeepAlive:
          interval=Duration probes=u32 time=Duration
        TCPPool:
          connectTimeout=Duration idleTimeout=s maxConnectionDuration=Duration maxConnections=i32
          tcpKeepalive=TCPKeepAlive
        ConnectionPool:
          http=HTTPPool tcp=TCPPool
        LabelValue = s:..63
          ? wildcard not allowed in label value match
            !self.contains("*")
        MatchLabels = {..4096}LabelValue
          ? wildcard not allowed in label key match
            self.all(key, !key.contains("*"))
          ? key must not be empty
            self.all(key, key.size() != 0)
        LabelSelector:
          matchLabels=MatchLabels
        Port = u32
          ? port must be between 1-65535
            0 < self && self <= 65535
        SelectorValue = s:..63
          ? wildcard is not supported in selector
            !self.contains("*")
        WorkloadSelector:
          labels={..256}SelectorValue
        NamedMatch:
          name=s
        GroupName = s:..253
          ~ ^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$
        KindName = s:1..63
          ~ ^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$
        NoNamespace = s
          ? cross namespace referencing is not currently supported
            self.size() == 0
        TargetReference:
          group=GroupName kind!=KindName name!=s:1..253 namespace=NoNamespace
        UpgradePolicy = w DEFAULT DO_NOT_UPGRADE UPGRADE
        """#
}
