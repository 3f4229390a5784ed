// Made by hack/generate from Manifests/injection/grpc-simple.tpl. Do not edit.

extension EmbeddedManifests {
    static let templateGrpcSimple = ##"""
        {{- /* Merged over a pod that asks for `grpc-simple`: its gRPC library talks to istiod itself, in plain text and without agent. */}}
        metadata:
          annotations:
            sidecar.istio.io/rewriteAppHTTPProbers: "false"
        spec:
          initContainers:
          - name: grpc-bootstrap-init
            image: "{{ template "mesh.image" . }}"
            env:
            - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
            - {name: INSTANCE_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
            - name: CONTROL_PLANE
              value: "dns:///istiod{{ with .Values.revision }}-{{ . }}{{ end }}.{{ .Values.global.istioNamespace }}.svc:15010"
            - {name: DOMAIN, value: "{{ .Values.global.proxy.clusterDomain }}"}
            command:
            - sh
            - "-ec"
            - |-
              cat >/var/lib/grpc/data/bootstrap.json <<END
              {
                "xds_servers": [
                  {"server_uri": "$CONTROL_PLANE", "channel_creds": [{"type": "insecure"}], "server_features": ["xds_v3"]}
                ],
                "node": {
                  "id": "sidecar~$INSTANCE_IP~$POD_NAME.$POD_NAMESPACE~$DOMAIN",
                  "metadata": {"GENERATOR": "grpc"}
                }
              }
              END
            volumeMounts:
            - {name: grpc-io-proxyless-bootstrap, mountPath: /var/lib/grpc/data/}
          containers:
          {{- range .Spec.Containers }}
          - name: {{ .Name }}
            env:
            - {name: GRPC_XDS_BOOTSTRAP, value: /var/lib/grpc/data/bootstrap.json}
            volumeMounts:
            - {name: grpc-io-proxyless-bootstrap, mountPath: /var/lib/grpc/data/}
          {{- end }}
          volumes:
          - {name: grpc-io-proxyless-bootstrap, emptyDir: {}}
        """##
}
