{{- /* What an agent is told about itself, its mesh and its pod. */}}
{{- define "mesh.identity" }}
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
    - name: PROXY_CONFIG
      value: |
        {{ protoToJSON .ProxyConfig }}
    - name: ISTIO_META_POD_PORTS
      value: |-
        [{{ $comma := "" }}{{ range .Spec.Containers }}{{ range .Ports }}{{ with structToJSON . }}{{ $comma }}{{ . }}{{ $comma = "," }}{{ end }}{{ end }}{{ end }}]
    {{- $names := list }}
    {{- range .Spec.Containers }}{{ if ne .Name "istio-proxy" }}{{ $names = append $names .Name }}{{ end }}{{ end }}
    - {name: ISTIO_META_APP_CONTAINERS, value: "{{ $names | join "," }}"}
    - {name: ISTIO_META_CLUSTER_ID, value: "{{ valueOrDefault .Values.global.multiCluster.clusterName `Kubernetes` }}"}
    {{- with .Values.global.network }}
    - {name: ISTIO_META_NETWORK, value: "{{ . }}"}
    {{- end }}
    {{- with index .ObjectMeta.Labels `service.istio.io/workload-name` | default .DeploymentMeta.Name }}
    - {name: ISTIO_META_WORKLOAD_NAME, value: "{{ . }}"}
    {{- end }}
    {{- if and .TypeMeta.APIVersion .DeploymentMeta.Name }}
    - name: ISTIO_META_OWNER
      value: "kubernetes://apis/{{ .TypeMeta.APIVersion }}/namespaces/{{ valueOrDefault .DeploymentMeta.Namespace `default` }}/{{ toLower .TypeMeta.Kind }}s/{{ .DeploymentMeta.Name }}"
    {{- end }}
    {{- $domain := valueOrDefault .MeshConfig.TrustDomain .Values.global.trustDomain }}
    {{- with valueOrDefault .Values.global.meshID $domain }}
    - {name: ISTIO_META_MESH_ID, value: "{{ . }}"}
    {{- end }}
    {{- with $domain }}
    - {name: TRUST_DOMAIN, value: "{{ . }}"}
    {{- end }}
{{- end }}
{{- /* The same, and what only those with a proxy need; sidecars and gateways share it. */}}
{{- define "mesh.environment" }}
{{- template "mesh.identity" . }}
    - {name: ISTIO_CPU_LIMIT, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: "1"}}}
    - {name: GOMAXPROCS, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: "1"}}}
    - {name: GOMEMLIMIT, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: "1"}}}
    - {name: ISTIO_META_INTERCEPTION_MODE, value: "{{ annotation .ObjectMeta `sidecar.istio.io/interceptionMode` .ProxyConfig.InterceptionMode }}"}
    {{- with .CompliancePolicy }}
    - {name: COMPLIANCE_POLICY, value: "{{ . }}"}
    {{- end }}
    {{- if isset .ObjectMeta.Annotations `sidecar.istio.io/bootstrapOverride` }}
    - {name: ISTIO_BOOTSTRAP_OVERRIDE, value: /etc/istio/custom-bootstrap/custom_bootstrap.json}
    {{- end }}
    {{- range $key, $value := .ProxyConfig.ProxyMetadata }}
    - {name: "{{ $key }}", value: "{{ $value }}"}
    {{- end }}
{{- end }}
{{- /* Registry, name and tag of the proxy, or what the pod's annotation says. */}}
{{- define "mesh.image" }}
    {{- $image := annotation .ObjectMeta `sidecar.istio.io/proxyImage` .Values.global.proxy.image }}
    {{- if contains "/" $image }}{{ $image }}{{ else }}{{ .ProxyImage }}{{ end }}
{{- end }}
{{- define "mesh.logging" }}
    - "--proxyLogLevel={{ annotation .ObjectMeta `sidecar.istio.io/logLevel` .Values.global.proxy.logLevel }}"
    - "--proxyComponentLogLevel={{ annotation .ObjectMeta `sidecar.istio.io/componentLogLevel` .Values.global.proxy.componentLogLevel }}"
    - "--log_output_level={{ annotation .ObjectMeta `sidecar.istio.io/agentLogLevel` .Values.global.logging.level }}"
    {{- if .Values.global.sts.servicePort }}
    - "--stsPort={{ .Values.global.sts.servicePort }}"
    {{- end }}
    {{- if .Values.global.logAsJson }}
    - "--log_as_json"
    {{- end }}
{{- end }}
