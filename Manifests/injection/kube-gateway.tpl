{{- /* What istiod deploys for a Gateway of the Gateway API: account, workload, Service, autoscaler and disruption budget. */}}
{{- define "mesh.gatewayAnnotations" }}
{{- toJsonMap (omit .InfrastructureAnnotations "kubectl.kubernetes.io/last-applied-configuration" "gateway.istio.io/name-override" "gateway.istio.io/service-account" "gateway.istio.io/controller-version") }}
{{- end }}
{{- define "mesh.gatewayMetadata" }}
  namespace: {{ .Namespace | quote }}
  annotations: {{ template "mesh.gatewayAnnotations" . }}
  labels: {{ toJsonMap .InfrastructureLabels (strdict "gateway.networking.k8s.io/gateway-name" .Name "gateway.networking.k8s.io/gateway-class-name" (printf "%s" .Spec.GatewayClassName) "gateway.istio.io/managed" "istio.io-gateway-controller") }}
  ownerReferences:
  - {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, name: {{ .Name | quote }}, uid: "{{ .UID }}"}
{{- end }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .ServiceAccount | quote }}
{{- template "mesh.gatewayMetadata" . }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .DeploymentName | quote }}
{{- template "mesh.gatewayMetadata" . }}
spec:
  selector:
    matchLabels: {{ toJsonMap (strdict .GatewayNameLabel .Name) }}
  template:
    metadata:
      annotations: {{ toJsonMap (omit .InfrastructureAnnotations "kubectl.kubernetes.io/last-applied-configuration" "gateway.istio.io/name-override" "gateway.istio.io/service-account" "gateway.istio.io/controller-version") (strdict "istio.io/rev" (.Revision | default "default") "prometheus.io/path" "/stats/prometheus" "prometheus.io/port" "15020" "prometheus.io/scrape" "true") }}
      labels: {{ toJsonMap (strdict "sidecar.istio.io/inject" "false" "service.istio.io/canonical-name" .DeploymentName "service.istio.io/canonical-revision" "latest") .InfrastructureLabels (strdict "gateway.networking.k8s.io/gateway-name" .Name "gateway.networking.k8s.io/gateway-class-name" (printf "%s" .Spec.GatewayClassName) "gateway.istio.io/managed" "istio.io-gateway-controller") }}
    spec:
      serviceAccountName: {{ .ServiceAccount | quote }}
      securityContext:
      {{- if .Values.gateways.securityContext }}
        {{- toYaml .Values.gateways.securityContext | nindent 8 }}
      {{- else }}
        sysctls:
        - {name: net.ipv4.ip_unprivileged_port_start, value: "0"}
      {{- with .Values.gateways.seccompProfile }}
        seccompProfile:
          {{- toYaml . | nindent 10 }}
      {{- end }}
      {{- end }}
      containers:
      - name: istio-proxy
        image: "{{ template "mesh.image" . }}"
        {{- with .Values.global.imagePullPolicy }}
        imagePullPolicy: "{{ . }}"
        {{- end }}
        ports:
        - {containerPort: 15020, protocol: TCP, name: metrics}
        - {containerPort: 15021, protocol: TCP, name: status-port}
        - {containerPort: 15090, protocol: TCP, name: http-envoy-prom}
        args:
        - proxy
        - router
        - --domain
        - "$(POD_NAMESPACE).svc.{{ .Values.global.proxy.clusterDomain }}"
        - "--proxyLogLevel={{ annotation .ObjectMeta `sidecar.istio.io/logLevel` .Values.global.proxy.logLevel }}"
        - "--proxyComponentLogLevel={{ annotation .ObjectMeta `sidecar.istio.io/componentLogLevel` .Values.global.proxy.componentLogLevel }}"
        - "--log_output_level={{ annotation .ObjectMeta `sidecar.istio.io/agentLogLevel` .Values.global.logging.level }}"
        {{- if .Values.global.sts.servicePort }}
        - "--stsPort={{ .Values.global.sts.servicePort }}"
        {{- end }}
        {{- if .Values.global.logAsJson }}
        - "--log_as_json"
        {{- end }}
        {{- with .Values.global.proxy.lifecycle }}
        lifecycle:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with .Values.global.proxy.resources }}
        resources:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        securityContext:
          allowPrivilegeEscalation: false
          privileged: false
          capabilities: {drop: [ALL]}
          readOnlyRootFilesystem: true
          runAsNonRoot: true
          runAsUser: {{ .ProxyUID | default "1337" }}
          runAsGroup: {{ .ProxyGID | default "1337" }}
        startupProbe:
          httpGet: {path: /healthz/ready, port: 15021, scheme: HTTP}
          initialDelaySeconds: 1
          periodSeconds: 1
          timeoutSeconds: 1
          failureThreshold: 30
        readinessProbe:
          httpGet: {path: /healthz/ready, port: 15021, scheme: HTTP}
          periodSeconds: 15
          timeoutSeconds: 1
          failureThreshold: 4
        env:
        - {name: PILOT_CERT_PROVIDER, value: "{{ .Values.global.pilotCertProvider }}"}
        - name: CA_ADDR
          {{- if .Values.global.caAddress }}
          value: "{{ .Values.global.caAddress }}"
          {{- else }}
          value: "istiod{{ with .Values.revision }}-{{ . }}{{ end }}.{{ .Values.global.istioNamespace }}.svc:15012"
          {{- end }}
        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
        - {name: INSTANCE_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        - {name: HOST_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
        - {name: SERVICE_ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}
        - {name: ISTIO_META_NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
        - {name: ISTIO_CPU_LIMIT, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: "1"}}}
        - {name: GOMAXPROCS, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: "1"}}}
        - {name: GOMEMLIMIT, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: "1"}}}
        - name: PROXY_CONFIG
          value: |
            {{ protoToJSON .ProxyConfig }}
        - {name: ISTIO_META_POD_PORTS, value: "[]"}
        - {name: ISTIO_META_APP_CONTAINERS, value: ""}
        - {name: ISTIO_META_CLUSTER_ID, value: "{{ valueOrDefault .Values.global.multiCluster.clusterName .ClusterID }}"}
        - {name: ISTIO_META_INTERCEPTION_MODE, value: "{{ .ProxyConfig.InterceptionMode }}"}
        - {name: ISTIO_META_WORKLOAD_NAME, value: {{ .DeploymentName | quote }}}
        - {name: ISTIO_META_OWNER, value: "kubernetes://apis/apps/v1/namespaces/{{ .Namespace }}/deployments/{{ .DeploymentName }}"}
        {{- $network := index .InfrastructureLabels "topology.istio.io/network" }}
        {{- with valueOrDefault $network .Values.global.network }}
        - {name: ISTIO_META_NETWORK, value: {{ . | quote }}}
        {{- end }}
        {{- with $network }}
        - {name: ISTIO_META_REQUESTED_NETWORK_VIEW, value: {{ . | quote }}}
        {{- end }}
        {{- $domain := valueOrDefault .MeshConfig.TrustDomain .Values.global.trustDomain }}
        {{- with valueOrDefault .Values.global.meshID $domain }}
        - {name: ISTIO_META_MESH_ID, value: "{{ . }}"}
        {{- end }}
        {{- with $domain }}
        - {name: TRUST_DOMAIN, value: "{{ . }}"}
        {{- end }}
        {{- range $key, $value := .ProxyConfig.ProxyMetadata }}
        - {name: "{{ $key }}", value: "{{ $value }}"}
        {{- end }}
        volumeMounts:
        - {name: workload-socket, mountPath: /var/run/secrets/workload-spiffe-uds}
        - {name: credential-socket, mountPath: /var/run/secrets/credential-uds}
        - {name: workload-certs, mountPath: /var/run/secrets/workload-spiffe-credentials}
        {{- if eq .Values.global.pilotCertProvider "istiod" }}
        - {name: istiod-ca-cert, mountPath: /var/run/secrets/istio}
        {{- end }}
        - {name: istio-data, mountPath: /var/lib/istio/data}
        - {name: istio-envoy, mountPath: /etc/istio/proxy}
        - {name: istio-token, mountPath: /var/run/secrets/tokens}
        - {name: istio-podinfo, mountPath: /etc/istio/pod}
      volumes:
      - {name: workload-socket, emptyDir: {}}
      - {name: credential-socket, emptyDir: {}}
      - {name: workload-certs, emptyDir: {}}
      {{- if eq .Values.global.pilotCertProvider "istiod" }}
      - name: istiod-ca-cert
        {{- if eq (.Values.pilot.env).ENABLE_CLUSTER_TRUST_BUNDLE_API true }}
        projected:
          sources:
          - clusterTrustBundle:
              name: istio.io:istiod-ca:{{ .Values.global.trustBundleName | default "root-cert" }}
              path: root-cert.pem
        {{- else }}
        configMap: {name: "{{ .Values.global.trustBundleName | default "istio-ca-root-cert" }}"}
        {{- end }}
      {{- end }}
      - {name: istio-data, emptyDir: {}}
      - {name: istio-envoy, emptyDir: {medium: Memory}}
      - name: istio-token
        projected:
          sources:
          - serviceAccountToken: {path: istio-token, expirationSeconds: 43200, audience: "{{ .Values.global.sds.token.aud }}"}
      - name: istio-podinfo
        downwardAPI:
          items:
          - {path: labels, fieldRef: {fieldPath: metadata.labels}}
          - {path: annotations, fieldRef: {fieldPath: metadata.annotations}}
      {{- with .Values.global.imagePullSecrets }}
      imagePullSecrets:
      {{- range . }}
      - {name: "{{ . }}"}
      {{- end }}
      {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .DeploymentName | quote }}
{{- template "mesh.gatewayMetadata" . }}
spec:
  type: {{ .ServiceType | quote }}
  ipFamilyPolicy: PreferDualStack
  {{- if and .Spec.Addresses (eq .ServiceType "LoadBalancer") }}
  loadBalancerIP: {{ (index .Spec.Addresses 0).Value | quote }}
  {{- end }}
  ports:
  {{- range .Ports }}
  - {name: {{ .Name | quote }}, port: {{ .Port }}, protocol: TCP, appProtocol: {{ .AppProtocol }}}
  {{- end }}
  selector: {{ toJsonMap (strdict .GatewayNameLabel .Name) }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .DeploymentName | quote }}
{{- template "mesh.gatewayMetadata" . }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ .DeploymentName | quote }}}
  maxReplicas: 1
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .DeploymentName | quote }}
{{- template "mesh.gatewayMetadata" . }}
spec:
  selector:
    matchLabels: {"gateway.networking.k8s.io/gateway-name": {{ .Name | quote }}}
