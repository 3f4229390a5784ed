// Made by hack/generate from Manifests/injection/gateway.tpl. Do not edit.

extension EmbeddedManifests {
    static let templateGateway = ##"""
        {{- /* Merged over a pod that asks for the template `gateway`: makes its container istio-proxy a gateway. */}}
        metadata:
          labels:
        {{- template "mesh.canonical" . }}
          annotations:
        {{- template "mesh.annotations" . }}
        spec:
          securityContext:
          {{- if .Values.gateways.securityContext }}
            {{- toYaml .Values.gateways.securityContext | nindent 4 }}
          {{- else }}
            sysctls:
            - {name: net.ipv4.ip_unprivileged_port_start, value: "0"}
          {{- end }}
          containers:
          - name: istio-proxy
            image: "{{ template "mesh.image" . }}"
            {{- with .Values.global.imagePullPolicy }}
            imagePullPolicy: "{{ . }}"
            {{- end }}
            ports:
            - {containerPort: 15090, protocol: TCP, name: http-envoy-prom}
            args:
            - proxy
            - router
            - --domain
            - "$(POD_NAMESPACE).svc.{{ .Values.global.proxy.clusterDomain }}"
        {{- template "mesh.logging" . }}
            {{- with .Values.global.proxy.lifecycle }}
            lifecycle:
              {{- toYaml . | nindent 6 }}
            {{- end }}
            securityContext:
              runAsUser: {{ .ProxyUID | default "1337" }}
              runAsGroup: {{ .ProxyGID | default "1337" }}
            env:
        {{- template "mesh.environment" . }}
            readinessProbe:
              httpGet: {path: /healthz/ready, port: 15021}
              initialDelaySeconds: {{ .Values.global.proxy.readinessInitialDelaySeconds }}
              periodSeconds: {{ .Values.global.proxy.readinessPeriodSeconds }}
              timeoutSeconds: 3
              failureThreshold: {{ .Values.global.proxy.readinessFailureThreshold }}
            volumeMounts:
        {{- template "mesh.mounts" . }}
          volumes:
        {{- template "mesh.volumes" . }}
        {{- template "mesh.pullSecrets" . }}
        """##
}
