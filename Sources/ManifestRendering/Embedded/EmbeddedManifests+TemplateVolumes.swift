// Made by hack/generate from Manifests/injection/volumes.tpl. Do not edit.

extension EmbeddedManifests {
    static let templateVolumes = ##"""
        {{- /* Sockets, identity and configuration of a proxy; sidecars and gateways share them. */}}
        {{- define "mesh.mounts" }}
            - {name: workload-socket, mountPath: /var/run/secrets/workload-spiffe-uds}
            - {name: credential-socket, mountPath: /var/run/secrets/credential-uds}
            {{- if eq .Values.global.caName "GkeWorkloadCertificate" }}
            - {name: gke-workload-certificate, mountPath: /var/run/secrets/workload-spiffe-credentials, readOnly: true}
            {{- else }}
            - {name: workload-certs, mountPath: /var/run/secrets/workload-spiffe-credentials}
            {{- end }}
            {{- if eq .Values.global.pilotCertProvider "istiod" }}
            - {name: istiod-ca-cert, mountPath: /var/run/secrets/istio}
            {{- end }}
            - {name: istio-data, mountPath: /var/lib/istio/data}
            - {name: istio-envoy, mountPath: /etc/istio/proxy}
            - {name: istio-token, mountPath: /var/run/secrets/tokens}
            - {name: istio-podinfo, mountPath: /etc/istio/pod}
            {{- if isset .ObjectMeta.Annotations `sidecar.istio.io/bootstrapOverride` }}
            - {name: custom-bootstrap-volume, mountPath: /etc/istio/custom-bootstrap}
            {{- end }}
            {{- if .Values.global.mountMtlsCerts }}
            - {name: istio-certs, mountPath: /etc/certs/, readOnly: true}
            {{- end }}
        {{- end }}
        {{- define "mesh.volumes" }}
          - {name: workload-socket, emptyDir: {}}
          - {name: credential-socket, emptyDir: {}}
          {{- if eq .Values.global.caName "GkeWorkloadCertificate" }}
          - {name: gke-workload-certificate, csi: {driver: workloadcertificates.security.cloud.google.com}}
          {{- else }}
          - {name: workload-certs, emptyDir: {}}
          {{- end }}
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
          {{- if isset .ObjectMeta.Annotations `sidecar.istio.io/bootstrapOverride` }}
          - name: custom-bootstrap-volume
            configMap: {name: "{{ annotation .ObjectMeta `sidecar.istio.io/bootstrapOverride` "" }}"}
          {{- end }}
          {{- if .Values.global.mountMtlsCerts }}
          - name: istio-certs
            secret: {optional: true, secretName: "istio.{{ .Spec.ServiceAccountName | default "default" }}"}
          {{- end }}
        {{- end }}
        {{- define "mesh.pullSecrets" }}
          {{- with .Values.global.imagePullSecrets }}
          imagePullSecrets:
          {{- range . }}
          - {name: "{{ . }}"}
          {{- end }}
          {{- end }}
        {{- end }}
        {{- /* Labels by which telemetry names the workload. */}}
        {{- define "mesh.canonical" }}
            {{- $labels := .ObjectMeta.Labels }}
            service.istio.io/canonical-name: {{ index $labels `service.istio.io/canonical-name` | default (index $labels `app.kubernetes.io/name`) | default (index $labels `app`) | default .DeploymentMeta.Name | trunc 63 | trimAll "-_." | quote }}
            service.istio.io/canonical-revision: {{ index $labels `service.istio.io/canonical-revision` | default (index $labels `app.kubernetes.io/version`) | default (index $labels `version`) | default "latest" | quote }}
        {{- end }}
        {{- /* Makes kubectl logs and exec choose the application. */}}
        {{- define "mesh.annotations" }}
            istio.io/rev: {{ .Revision | default "default" | quote }}
            {{- $annotations := .ObjectMeta.Annotations }}
            {{- $names := list }}
            {{- range .Spec.Containers }}{{ if ne .Name "istio-proxy" }}{{ $names = append $names .Name }}{{ end }}{{ end }}
            {{- with $names }}
            {{- if not (isset $annotations `kubectl.kubernetes.io/default-logs-container`) }}
            kubectl.kubernetes.io/default-logs-container: "{{ index . 0 }}"
            {{- end }}
            {{- if not (isset $annotations `kubectl.kubernetes.io/default-container`) }}
            kubectl.kubernetes.io/default-container: "{{ index . 0 }}"
            {{- end }}
            {{- end }}
        {{- end }}
        {{- /* CPU and memory: the pod's annotations replace those of the mesh as a whole. */}}
        {{- define "mesh.resources" }}
            {{- $annotations := .ObjectMeta.Annotations }}
            {{- $cpu := index $annotations `sidecar.istio.io/proxyCPU` }}
            {{- $memory := index $annotations `sidecar.istio.io/proxyMemory` }}
            {{- $cpuLimit := index $annotations `sidecar.istio.io/proxyCPULimit` }}
            {{- $memoryLimit := index $annotations `sidecar.istio.io/proxyMemoryLimit` }}
            {{- if or $cpu $memory $cpuLimit $memoryLimit }}
            resources:
              {{- if or $cpu $memory }}
              requests:
                {{- with $cpu }}
                cpu: {{ . | quote }}
                {{- end }}
                {{- with $memory }}
                memory: {{ . | quote }}
                {{- end }}
              {{- end }}
              {{- if or $cpuLimit $memoryLimit }}
              limits:
                {{- with $cpuLimit }}
                cpu: {{ . | quote }}
                {{- end }}
                {{- with $memoryLimit }}
                memory: {{ . | quote }}
                {{- end }}
              {{- end }}
            {{- else if .Values.global.proxy.resources }}
            resources:
              {{- range $part, $amounts := .Values.global.proxy.resources }}
              {{- if kindIs "map" $amounts }}
              {{ $part }}:
                {{- range $name, $amount := $amounts }}
                {{- if not (kindIs "invalid" $amount) }}
                {{ $name }}: {{ $amount | quote }}
                {{- end }}
                {{- end }}
              {{- end }}
              {{- end }}
            {{- end }}
        {{- end }}
        """##
}
