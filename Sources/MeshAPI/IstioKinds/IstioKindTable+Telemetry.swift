extension IstioKindTable {
    /// Telemetry.
    static let telemetry = #"""
        Telemetry: Metrics, traces and access logs of workloads.
          accessLogging=[]LogSettings metrics=[]MetricsSettings selector=LabelSelector targetRef=TargetReference
          targetRefs=[..16]TargetReference tracing=[]TracingSettings
          # selector: The pods it is for; none means all of the namespace.
          # targetRefs: The gateways or services it is for.
          # targetRef: The gateway or service it is for.
          # metrics: Changes to metrics.
          # tracing: Changes to traces.
          # accessLogging: Changes to access logs.
          ? only one of targetRefs or selector can be set
            (has(self.selector) ? 1 : 0) + (has(self.targetRef) ? 1 : 0) + (has(self.targetRefs) ? 1 : 0) <= 1
        LogSettings:
          disabled=b? filter=LogFilter match=LogMatch providers=[]ProviderReference
        LogFilter:
          expression=s
        LogMatch:
          mode=WorkloadMode
        WorkloadMode = w CLIENT_AND_SERVER CLIENT SERVER
        ProviderReference:
          name!=s:1..
        MetricsSettings:
          overrides=[]MetricOverride providers=[]ProviderReference reportingInterval=Duration
        MetricOverride:
          disabled=b? match=MetricMatch tagOverrides={}TagOverride
        MetricMatch:
          customMetric=s:1.. metric=MetricName mode=WorkloadMode
          | metric customMetric
        MetricName = w ALL_METRICS REQUEST_COUNT REQUEST_DURATION REQUEST_SIZE RESPONSE_SIZE
            TCP_OPENED_CONNECTIONS TCP_CLOSED_CONNECTIONS TCP_SENT_BYTES TCP_RECEIVED_BYTES
            GRPC_REQUEST_MESSAGES GRPC_RESPONSE_MESSAGES
        TagOverride:
          operation=e:UPSERT|REMOVE value=s
          ? value must be set when operation is UPSERT
            ((has(self.operation) ? self.operation : "") == "UPSERT") ? (self.value != "") : true
          ? value must not be set when operation is REMOVE
            ((has(self.operation) ? self.operation : "") == "REMOVE") ? !has(self.value) : true
        TracingSettings:
          customTags={}CustomTag disableContextPropagation=b? disableSpanReporting=b? enableIstioTags=b?
          match=LogMatch providers=[]ProviderReference randomSamplingPercentage=n:0..100?
          useRequestIdForTraceSampling=b?
        CustomTag:
          environment=TagSource formatter=TagValue header=TagSource literal=TagValue
          | literal environment header formatter
        TagSource:
          defaultValue=s name!=s:1..
        TagValue:
          value!=s:1..
        """#
}
