{{- /* Merged over a pod that asks for `grpc-agent`: its gRPC library is the proxy, and an agent beside it brings certificates. */}}
{{- $proxy := .Values.global.proxy }}
metadata:
  labels:
{{- template "mesh.canonical" . }}
  annotations:
{{- template "mesh.annotations" . }}
    sidecar.istio.io/rewriteAppHTTPProbers: "false"
spec:
  containers:
  - name: istio-proxy
    image: "{{ template "mesh.image" . }}"
    {{- with .Values.global.imagePullPolicy }}
    imagePullPolicy: "{{ . }}"
    {{- end }}
    ports:
    - {containerPort: 15020, protocol: TCP, name: mesh-metrics}
    args:
    - proxy
    - sidecar
    - --domain
    - "$(POD_NAMESPACE).svc.{{ $proxy.clusterDomain }}"
{{- template "mesh.logging" . }}
    lifecycle:
      postStart:
        exec:
          command: [pilot-agent, wait, "--url=http://localhost:15020/healthz/ready"]
    env:
    - {name: ISTIO_META_GENERATOR, value: grpc}
    - {name: OUTPUT_CERTS, value: /var/lib/istio/data}
    {{- if eq .InboundTrafficPolicyMode "localhost" }}
    - {name: REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION, value: "true"}
    {{- end }}
{{- template "mesh.identity" . }}
    {{- range $key, $value := .ProxyConfig.ProxyMetadata }}
    - {name: "{{ $key }}", value: "{{ $value }}"}
    {{- end }}
    {{- /* The library resolves names of the mesh itself. */}}
    - {name: ISTIO_META_DNS_CAPTURE, value: "false"}
    - {name: DISABLE_ENVOY, value: "true"}
    {{- if ne (annotation .ObjectMeta `status.sidecar.istio.io/port` $proxy.statusPort) "0" }}
    readinessProbe:
      httpGet: {path: /healthz/ready, port: 15020}
      initialDelaySeconds: {{ annotation .ObjectMeta `readiness.status.sidecar.istio.io/initialDelaySeconds` $proxy.readinessInitialDelaySeconds }}
      periodSeconds: {{ annotation .ObjectMeta `readiness.status.sidecar.istio.io/periodSeconds` $proxy.readinessPeriodSeconds }}
      timeoutSeconds: 3
      failureThreshold: {{ annotation .ObjectMeta `readiness.status.sidecar.istio.io/failureThreshold` $proxy.readinessFailureThreshold }}
    {{- end }}
{{- template "mesh.resources" . }}
    volumeMounts:
{{- template "mesh.mounts" . }}
    {{- with index .ObjectMeta.Annotations `sidecar.istio.io/userVolumeMount` }}
    {{- range $name, $value := fromJSON . }}
    - name: "{{ $name }}"
      {{- toYaml $value | nindent 6 }}
    {{- end }}
    {{- end }}
  {{- $identity := ternary "gke-workload-certificate" "workload-certs" (eq .Values.global.caName "GkeWorkloadCertificate") }}
  {{- range .Spec.Containers }}
  {{- if ne .Name "istio-proxy" }}
  - name: {{ .Name }}
    env:
    - {name: GRPC_XDS_EXPERIMENTAL_SECURITY_SUPPORT, value: "true"}
    - {name: GRPC_XDS_BOOTSTRAP, value: /etc/istio/proxy/grpc-bootstrap.json}
    volumeMounts:
    - {name: istio-data, mountPath: /var/lib/istio/data}
    - {name: istio-envoy, mountPath: /etc/istio/proxy}
    - {name: {{ $identity }}, mountPath: /var/run/secrets/workload-spiffe-credentials, readOnly: true}
  {{- end }}
  {{- end }}
  volumes:
{{- template "mesh.volumes" . }}
  {{- with index .ObjectMeta.Annotations `sidecar.istio.io/userVolume` }}
  {{- range $name, $value := fromJSON . }}
  - name: "{{ $name }}"
    {{- toYaml $value | nindent 4 }}
  {{- end }}
  {{- end }}
{{- template "mesh.pullSecrets" . }}
