internal import ControllerKit
internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import Synchronization

@testable internal import OperatorCore

/// A small mesh with every kind of object the operator knows, quick to apply.
enum SampleMesh {
    static let catalogueText = """
        defaultVersion: 1.29.2
        minors:
          "1.26": {endOfLife: "2020-12-31", kubernetes: ["1.31", "1.36"], versions: ["1.26.8"]}
          "1.28": {kubernetes: ["1.34", "1.35", "1.36"], versions: ["1.28.4"]}
          "1.29": {kubernetes: ["1.34", "1.35", "1.36"], versions: ["1.29.2"]}
          "1.30": {kubernetes: ["1.34", "1.35", "1.36"], versions: ["1.30.2"]}
          "1.31": {kubernetes: ["1.40"], versions: ["1.31.0"]}
        """

    static func catalogue() throws -> VersionCatalogue { try VersionCatalogue(reading: requireDocument(catalogueText)) }

    /// `default` has an ingress gateway, `demo` an egress gateway besides, `minimal` neither.
    static func render(_ spec: MeshOperatorSpec, _ options: RenderOptions) throws -> MeshBlueprint {
        let version = spec.version ?? "1.29.2"
        var phases = try [
            definitions(), configuration(version), controlPlane(version, spec), webhooks(version) + policies(spec),
        ]
        var components: [ResourceID: String] = [:]
        for object in phases.flatMap(\.self) { components[ResourceID(object)] = "pilot" }
        var gateways: [KubeObject] = []
        if spec.profile != "minimal" { gateways += try gateway("ingress", version) }
        for object in gateways { components[ResourceID(object)] = "ingressGateways/ingress" }
        if spec.profile == "demo" {
            let egress = try gateway("egress", version)
            for object in egress { components[ResourceID(object)] = "egressGateways/egress" }
            gateways += egress
        }
        phases.append(gateways)
        phases[1] += try extras(spec)
        if spec.namespace != "istio-system" {
            phases = try phases.map { try $0.map { try moved($0, to: spec.namespace) } }
        }
        var blueprint = MeshBlueprint(phases: phases)
        blueprint.components = components
        return blueprint
    }

    /// The object as it is in another namespace; names that a whole cluster shares get the namespace as an ending.
    private static func moved(_ object: KubeObject, to namespace: String) throws -> KubeObject {
        guard object.kind.kind != "CustomResourceDefinition" else { return object }
        var tree = try Tree(json: object.tree.jsonText().replacing("istio-system", with: namespace))
        if object.namespace == nil { tree.set(.string("\(object.name)-\(namespace)"), at: ["metadata", "name"]) }
        return KubeObject(tree)
    }

    /// What texts were read to; a mesh is rendered several times in each reconcile.
    private static let known = Mutex<[String: [KubeObject]]>([:])

    private static func objects(_ yaml: String) throws -> [KubeObject] {
        if let objects = known.withLock({ $0[yaml] }) { return objects }
        let objects = try YAML.documents(yaml).map { KubeObject($0) }
        known.withLock { $0[yaml] = objects }
        return objects
    }

    private static func definitions() throws -> [KubeObject] {
        try objects(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: gateways.networking.example.io}
            spec:
              group: networking.example.io
              scope: Namespaced
              names: {plural: gateways, singular: gateway, kind: Gateway, listKind: GatewayList}
              versions:
                - name: v1
                  served: true
                  storage: true
                  schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """
        )
    }

    private static func configuration(_ version: String) throws -> [KubeObject] {
        try objects(
            """
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: istiod, namespace: istio-system}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: istiod}
            rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: istiod}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: istiod}
            subjects: [{kind: ServiceAccount, name: istiod, namespace: istio-system}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: istiod, namespace: istio-system}
            rules: [{apiGroups: [""], resources: [secrets], verbs: [get, create]}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: istiod, namespace: istio-system}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: istiod}
            subjects: [{kind: ServiceAccount, name: istiod, namespace: istio-system}]
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data: {mesh: "version: \(version)", meshNetworks: "networks: {}"}
            """
        )
    }

    /// The kinds that only some settings bring, where `spec.values.extras` is set.
    private static func extras(_ spec: MeshOperatorSpec) throws -> [KubeObject] {
        guard spec.values["extras"]?.bool == true else { return [] }
        return try objects(
            """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: remote, namespace: istio-system, labels: {kubernetes.io/service-name: remote}}
            addressType: IPv4
            endpoints: [{addresses: [203.0.113.10]}]
            ports: [{name: tcp-istiod, port: 15012, protocol: TCP}]
            ---
            apiVersion: v1
            kind: ResourceQuota
            metadata: {name: cni, namespace: istio-system}
            spec: {hard: {pods: "5000"}}
            ---
            apiVersion: k8s.cni.cncf.io/v1
            kind: NetworkAttachmentDefinition
            metadata: {name: istio-cni, namespace: default}
            """
        )
    }

    private static func controlPlane(_ version: String, _ spec: MeshOperatorSpec) throws -> [KubeObject] {
        let isAutoscaled = spec.values["autoscale"]?.bool == true
        let replicas = Int(spec.values["replicas"]?.integer ?? 1)
        let scaler = """
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: istiod, namespace: istio-system}
            spec:
              minReplicas: 1
              maxReplicas: 5
              scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: istiod}
              metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]

            """
        return try objects(
            """
            \(deployment("istiod", image: "pilot:\(version)", replicas: isAutoscaled ? nil : replicas))
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: istiod, namespace: istio-system}
            spec:
              selector: {app: istiod}
              ports: [{name: https-dns, port: 15012, protocol: TCP}, {name: http, port: 15014}]
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: istiod, namespace: istio-system}
            spec: {minAvailable: 1, selector: {matchLabels: {app: istiod}}}
            ---
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: istiod, namespace: istio-system}
            spec: {podSelector: {matchLabels: {app: istiod}}, policyTypes: [Ingress], ingress: [{ports: [{port: 15012}]}]}
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: istio-cni-node, namespace: istio-system}
            spec:
              selector: {matchLabels: {app: cni}}
              template:
                metadata: {labels: {app: cni}}
                spec: {containers: [{name: install-cni, image: "install-cni:\(version)"}]}

            """ + (isAutoscaled ? scaler : "")
        )
    }

    private static func webhooks(_ version: String) throws -> [KubeObject] {
        try ["Mutating", "Validating"].flatMap { kind in
            try objects(
                """
                apiVersion: admissionregistration.k8s.io/v1
                kind: \(kind)WebhookConfiguration
                metadata: {name: istio-\(kind.lowercased())}
                webhooks:
                  - name: rev.istio.io
                    admissionReviewVersions: [v1]
                    sideEffects: None
                    failurePolicy: \(kind == "Mutating" ? "Fail" : "Ignore")
                    objectSelector: {matchLabels: {never: matches}}
                    clientConfig: {service: {name: istiod, namespace: istio-system, path: /inject, port: 443}}
                    rules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [bindings]}]
                """
            )
        }
    }

    /// None where `spec.values.plain` is set, for clusters that do not know the kinds.
    private static func policies(_ spec: MeshOperatorSpec) throws -> [KubeObject] {
        if spec.values["plain"]?.bool == true { return [] }
        return try objects(
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: {name: stable}
            spec:
              failurePolicy: Fail
              matchConstraints:
                resourceRules:
                  - {apiGroups: [networking.example.io], apiVersions: ["*"], operations: [CREATE], resources: ["*"]}
              validations: [{expression: "true"}]
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicyBinding
            metadata: {name: stable}
            spec: {policyName: stable, validationActions: [Deny]}
            """
        )
    }

    private static func gateway(_ name: String, _ version: String) throws -> [KubeObject] {
        try objects(
            """
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: \(name), namespace: istio-system}
            ---
            \(deployment(name, image: "proxyv2:\(version)", replicas: 1))
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: \(name), namespace: istio-system}
            spec: {type: LoadBalancer, selector: {app: \(name)}, ports: [{name: http2, port: 80, targetPort: 8080}]}
            """
        )
    }

    private static func deployment(_ name: String, image: String, replicas: Int?) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), namespace: istio-system, labels: {app: \(name)}}
        spec:
          \(replicas.map { "replicas: \($0)" } ?? "paused: false")
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}}
            spec:
              serviceAccountName: \(name)
              containers:
                - name: main
                  image: \(image)
                  env: [{name: A, value: "1"}, {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
                  ports: [{containerPort: 8080}, {containerPort: 15014, protocol: TCP}]
                  resources: {requests: {cpu: 500m, memory: 2048Mi}, limits: {cpu: 2000m}}
        """
    }
}
