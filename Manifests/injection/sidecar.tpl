{{- /* Merged over a pod that joins the mesh: redirects its traffic to a proxy beside it. */}}
{{- define "mesh.seccomp" }}
      {{- with .Values.global.proxy.seccompProfile }}
      seccompProfile:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
{{- $proxy := .Values.global.proxy }}
{{- $mode := annotation .ObjectMeta `sidecar.istio.io/interceptionMode` .ProxyConfig.InterceptionMode }}
{{- $tproxy := eq $mode "TPROXY" }}
{{- $bindsLowPorts := eq (annotation .ObjectMeta `sidecar.istio.io/capNetBindService` $proxy.capNetBindService) "true" }}
{{- $native := ne (index .ObjectMeta.Annotations `sidecar.istio.io/nativeSidecar` | default (printf "%t" .NativeSidecars)) "false" }}
{{- $statusPort := annotation .ObjectMeta `status.sidecar.istio.io/port` $proxy.statusPort }}
{{- $cni := .Values.pilot.cni.enabled }}
{{- $includeAddresses := annotation .ObjectMeta `traffic.sidecar.istio.io/includeOutboundIPRanges` $proxy.includeIPRanges }}
{{- $excludeAddresses := annotation .ObjectMeta `traffic.sidecar.istio.io/excludeOutboundIPRanges` $proxy.excludeIPRanges }}
{{- $includeInbound := annotation .ObjectMeta `traffic.sidecar.istio.io/includeInboundPorts` $proxy.includeInboundPorts }}
{{- $excludeInbound := excludeInboundPort $statusPort (annotation .ObjectMeta `traffic.sidecar.istio.io/excludeInboundPorts` $proxy.excludeInboundPorts) }}
{{- $includeOutbound := annotation .ObjectMeta `traffic.sidecar.istio.io/includeOutboundPorts` (valueOrDefault $proxy.includeOutboundPorts "") }}
{{- $excludeOutbound := annotation .ObjectMeta `traffic.sidecar.istio.io/excludeOutboundPorts` (valueOrDefault $proxy.excludeOutboundPorts "") }}
{{- $virtual := index .ObjectMeta.Annotations `istio.io/reroute-virtual-interfaces` | default (index .ObjectMeta.Annotations `traffic.sidecar.istio.io/kubevirtInterfaces`) }}
{{- $excludeInterfaces := index .ObjectMeta.Annotations `traffic.sidecar.istio.io/excludeInterfaces` }}
metadata:
  labels:
    security.istio.io/tlsMode: {{ index .ObjectMeta.Labels `security.istio.io/tlsMode` | default "istio" | quote }}
    {{- if eq (index .ProxyConfig.ProxyMetadata "ISTIO_META_ENABLE_HBONE") "true" }}
    networking.istio.io/tunnel: {{ index .ObjectMeta.Labels `networking.istio.io/tunnel` | default "http" | quote }}
    {{- end }}
{{- template "mesh.canonical" . }}
  annotations:
{{- template "mesh.annotations" . }}
    {{- if $cni }}
    {{- if eq .Values.pilot.cni.provider "multus" }}
    k8s.v1.cni.cncf.io/networks: '{{ appendMultusNetwork (index .ObjectMeta.Annotations `k8s.v1.cni.cncf.io/networks`) `default/istio-cni` }}'
    {{- end }}
    sidecar.istio.io/interceptionMode: "{{ $mode }}"
    traffic.sidecar.istio.io/includeInboundPorts: "{{ $includeInbound }}"
    traffic.sidecar.istio.io/excludeInboundPorts: "{{ $excludeInbound }}"
    {{- with $includeAddresses }}
    traffic.sidecar.istio.io/includeOutboundIPRanges: "{{ . }}"
    {{- end }}
    {{- with $excludeAddresses }}
    traffic.sidecar.istio.io/excludeOutboundIPRanges: "{{ . }}"
    {{- end }}
    {{- with $includeOutbound }}
    traffic.sidecar.istio.io/includeOutboundPorts: "{{ . }}"
    {{- end }}
    {{- with $excludeOutbound }}
    traffic.sidecar.istio.io/excludeOutboundPorts: "{{ . }}"
    {{- end }}
    {{- with $virtual }}
    istio.io/reroute-virtual-interfaces: "{{ . }}"
    {{- end }}
    {{- with $excludeInterfaces }}
    traffic.sidecar.istio.io/excludeInterfaces: "{{ . }}"
    {{- end }}
    {{- end }}
spec:
  {{- if or (ne $mode "NONE") $native }}
  initContainers:
  {{- else }}
  initContainers: []
  {{- end }}
  {{- if ne $mode "NONE" }}
  - name: {{ if $cni }}istio-validation{{ else }}istio-init{{ end }}
    {{- $image := annotation .ObjectMeta `sidecar.istio.io/proxyImage` .Values.global.proxy_init.image }}
    image: "{{ if contains "/" $image }}{{ $image }}{{ else }}{{ .ProxyImage }}{{ end }}"
    {{- with .Values.global.imagePullPolicy }}
    imagePullPolicy: "{{ . }}"
    {{- end }}
    args:
    - istio-iptables
    - "-p"
    - {{ .MeshConfig.ProxyListenPort | default "15001" | quote }}
    - "-z"
    - {{ .MeshConfig.ProxyInboundListenPort | default "15006" | quote }}
    - "-u"
    - {{ if $tproxy }}"1337"{{ else }}{{ .ProxyUID | default "1337" | quote }}{{ end }}
    - "-m"
    - "{{ $mode }}"
    - "-i"
    - "{{ $includeAddresses }}"
    - "-x"
    - "{{ $excludeAddresses }}"
    - "-b"
    - "{{ $includeInbound }}"
    - "-d"
    - "15090,15021{{ with $excludeInbound }},{{ . }}{{ end }}"
    {{- with $includeOutbound }}
    - "-q"
    - "{{ . }}"
    {{- end }}
    {{- with $excludeOutbound }}
    - "-o"
    - "{{ . }}"
    {{- end }}
    {{- with $virtual }}
    - "-k"
    - "{{ . }}"
    {{- end }}
    {{- with $excludeInterfaces }}
    - "-c"
    - "{{ . }}"
    {{- end }}
    - "--log_output_level={{ annotation .ObjectMeta `sidecar.istio.io/agentLogLevel` .Values.global.logging.level }}"
    {{- if .Values.global.logAsJson }}
    - "--log_as_json"
    {{- end }}
    {{- if $cni }}
    - "--run-validation"
    - "--skip-rule-apply"
    {{- else if .Values.global.proxy_init.forceApplyIptables }}
    - "--force-apply"
    {{- end }}
    {{- if .Values.global.nativeNftables }}
    - "--native-nftables"
    {{- end }}
    {{- with .ProxyConfig.ProxyMetadata }}
    env:
    {{- range $key, $value := . }}
    - {name: "{{ $key }}", value: "{{ $value }}"}
    {{- end }}
    {{- end }}
{{- template "mesh.resources" . }}
    securityContext:
      allowPrivilegeEscalation: {{ $proxy.privileged }}
      privileged: {{ $proxy.privileged }}
      {{- if $cni }}
      capabilities: {drop: [ALL]}
      readOnlyRootFilesystem: true
      runAsNonRoot: true
      runAsUser: {{ if $tproxy }}1337{{ else }}{{ .ProxyUID | default "1337" }}{{ end }}
      runAsGroup: {{ if $tproxy }}1337{{ else }}{{ .ProxyGID | default "1337" }}{{ end }}
      {{- else }}
      capabilities: {add: [NET_ADMIN, NET_RAW], drop: [ALL]}
      readOnlyRootFilesystem: false
      runAsNonRoot: false
      runAsUser: 0
      runAsGroup: 0
      {{- end }}
{{- template "mesh.seccomp" . }}
  {{- end }}
  {{- if not $native }}
  containers:
  {{- end }}
  - name: istio-proxy
    image: "{{ template "mesh.image" . }}"
    {{- with .Values.global.imagePullPolicy }}
    imagePullPolicy: "{{ . }}"
    {{- end }}
    {{- if $native }}
    restartPolicy: Always
    {{- end }}
    ports:
    - {containerPort: 15090, protocol: TCP, name: http-envoy-prom}
    args:
    - proxy
    - sidecar
    - --domain
    - "$(POD_NAMESPACE).svc.{{ $proxy.clusterDomain }}"
{{- template "mesh.logging" . }}
    {{- with $proxy.outlierLogPath }}
    - "--outlierLogPath={{ . }}"
    {{- end }}
    {{- if $proxy.lifecycle }}
    lifecycle:
      {{- toYaml $proxy.lifecycle | nindent 6 }}
    {{- else if $native }}
    lifecycle:
      preStop:
        exec:
          command: [pilot-agent, request, "--debug-port={{ $statusPort }}", POST, drain]
    {{- else if or .ProxyConfig.HoldApplicationUntilProxyStarts.GetValue $proxy.holdApplicationUntilProxyStarts }}
    lifecycle:
      postStart:
        exec:
          command: [pilot-agent, wait]
    {{- end }}
    env:
    {{- if eq .InboundTrafficPolicyMode "localhost" }}
    - {name: REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION, value: "true"}
    {{- end }}
{{- template "mesh.environment" . }}
    {{- /* begin resourceAttributesInTemplate */}}
    {{- with otelResourceAttributes .MeshConfig .ObjectMeta.Annotations .ObjectMeta.Labels .DeploymentMeta.Namespace .Spec.Containers }}
    - {name: OTEL_RESOURCE_ATTRIBUTES, value: "{{ . }}"}
    {{- end }}
    {{- /* end resourceAttributesInTemplate */}}
    {{- if and (eq $proxy.tracer "datadog") (isset .ObjectMeta.Annotations `apm.datadoghq.com/env`) }}
    {{- range $key, $value := fromJSON (index .ObjectMeta.Annotations `apm.datadoghq.com/env`) }}
    - {name: "{{ $key }}", value: "{{ $value }}"}
    {{- end }}
    {{- end }}
    {{- if ne $statusPort "0" }}
    {{- if $proxy.startupProbe.enabled }}
    startupProbe:
      httpGet: {path: /healthz/ready, port: 15021}
      initialDelaySeconds: 0
      periodSeconds: 1
      timeoutSeconds: 3
      failureThreshold: {{ $proxy.startupProbe.failureThreshold }}
    {{- end }}
    readinessProbe:
      httpGet: {path: /healthz/ready, port: 15021}
      initialDelaySeconds: {{ annotation .ObjectMeta `readiness.status.sidecar.istio.io/initialDelaySeconds` $proxy.readinessInitialDelaySeconds }}
      periodSeconds: {{ annotation .ObjectMeta `readiness.status.sidecar.istio.io/periodSeconds` $proxy.readinessPeriodSeconds }}
      timeoutSeconds: 3
      failureThreshold: {{ annotation .ObjectMeta `readiness.status.sidecar.istio.io/failureThreshold` $proxy.readinessFailureThreshold }}
    {{- end }}
    securityContext:
      readOnlyRootFilesystem: true
      {{- if eq (index .ProxyConfig.ProxyMetadata "IPTABLES_TRACE_LOGGING") "true" }}
      allowPrivilegeEscalation: true
      privileged: true
      capabilities: {add: [NET_ADMIN], drop: [ALL]}
      runAsNonRoot: false
      runAsUser: 0
      runAsGroup: {{ .ProxyGID | default "1337" }}
      {{- else }}
      allowPrivilegeEscalation: {{ $proxy.privileged }}
      privileged: {{ $proxy.privileged }}
      {{- if or $tproxy $bindsLowPorts }}
      capabilities:
        drop: [ALL]
        add:
        {{- if $tproxy }}
        - NET_ADMIN
        {{- end }}
        {{- if $bindsLowPorts }}
        - NET_BIND_SERVICE
        {{- end }}
      runAsNonRoot: false
      runAsUser: 0
      runAsGroup: 1337
      {{- else }}
      capabilities: {drop: [ALL]}
      runAsNonRoot: true
      runAsUser: {{ .ProxyUID | default "1337" }}
      runAsGroup: {{ .ProxyGID | default "1337" }}
      {{- end }}
      {{- end }}
{{- template "mesh.seccomp" . }}
{{- template "mesh.resources" . }}
    volumeMounts:
{{- template "mesh.mounts" . }}
    {{- if eq .Values.global.pilotCertProvider "istiod" }}
    - {name: istio-ca-crl, mountPath: /var/run/secrets/istio/crl}
    {{- end }}
    {{- with index .ObjectMeta.Annotations `sidecar.istio.io/userVolumeMount` }}
    {{- range $name, $value := fromJSON . }}
    - name: "{{ $name }}"
      {{- toYaml $value | nindent 6 }}
    {{- end }}
    {{- end }}
  volumes:
{{- template "mesh.volumes" . }}
  - name: istio-ca-crl
    configMap: {name: "{{ .Values.pilot.crlConfigMapName | default "istio-ca-crl" }}", optional: true}
  {{- with index .ObjectMeta.Annotations `sidecar.istio.io/userVolume` }}
  {{- range $name, $value := fromJSON . }}
  - name: "{{ $name }}"
    {{- toYaml $value | nindent 4 }}
  {{- end }}
  {{- end }}
{{- template "mesh.pullSecrets" . }}
