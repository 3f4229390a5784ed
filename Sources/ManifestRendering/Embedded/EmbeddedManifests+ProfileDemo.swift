// Made by hack/generate from Manifests/profiles/demo.yaml. Do not edit.

extension EmbeddedManifests {
    static let profileDemo = ##"""
        {"components":{"egressGateways":[{"name":"istio-egressgateway","enabled":true}]},"values":{"profile":"demo"},
        "defaults":{"meshConfig":{"accessLogFile":"/dev/stdout","extensionProviders":[{"name":"otel",
        "envoyOtelAls":{"service":"opentelemetry-collector.observability.svc.cluster.local","port":4317}},
        {"name":"skywalking","skywalking":{"service":"tracing.istio-system.svc.cluster.local","port":11800}},
        {"name":"otel-tracing","opentelemetry":{"service":"opentelemetry-collector.observability.svc.cluster.local",
        "port":4317}},{"name":"jaeger","opentelemetry":{"service":"jaeger-collector.istio-system.svc.cluster.local",
        "port":4317}}]},"cni":{"resources":{"requests":{"cpu":"10m","memory":"40Mi"}}},"ztunnel":{"resources":{"requests":{"cpu":"10m",
        "memory":"40Mi"}}},"global":{"proxy":{"resources":{"requests":{"cpu":"10m","memory":"40Mi"}}},
        "waypoint":{"resources":{"requests":{"cpu":"10m","memory":"40Mi"}}}},"pilot":{"autoscaleEnabled":false,
        "traceSampling":100,"resources":{"requests":{"cpu":"10m","memory":"100Mi"}}},"gateways":{"istio-egressgateway":{"autoscaleEnabled":false,
        "resources":{"requests":{"cpu":"10m","memory":"40Mi"}}},"istio-ingressgateway":{"autoscaleEnabled":false,
        "resources":{"requests":{"cpu":"10m","memory":"40Mi"}},"ports":[{"name":"status-port","port":15021,
        "targetPort":15021},{"name":"http2","port":80,"targetPort":8080},{"name":"https","port":443,
        "targetPort":8443},{"name":"tcp","port":31400,"targetPort":31400},{"name":"tls","port":15443,
        "targetPort":15443}]}}}}
        """##
}
