internal import DataTree
internal import KubeAPI
internal import ManifestRendering
internal import MeshAPI
internal import Testing

/// A spec whose objects are kept as golden files.
struct RenderExample: Sendable, CustomTestStringConvertible {
    let name: String
    let spec: Tree
    var labels = RenderOptions.Labels.own(owner: "mesh")
    var kubernetesVersion: String?

    var testDescription: String { name }

    func render() throws -> RenderedManifests {
        let catalogue = try VersionCatalogue.builtIn()
        var options = RenderOptions()
        options.labels = labels
        options.kubernetesVersion = kubernetesVersion
        return try ManifestRenderer(catalogue: catalogue).render(MeshOperatorSpec(decoding: spec), options: options)
    }

    static let all: [RenderExample] = profiles + features

    private static let profiles = MeshProfileName.allCases.map { profile in
        var spec: Tree = ["version": "1.30.2", "profile": .string(profile.rawValue)]
        if profile == .remote { spec["values"] = ["global": ["remotePilotAddress": "203.0.113.10"]] }
        if profile == .empty { spec["components"] = ["egressGateways": [["name": "only", "enabled": true]]] }
        return RenderExample(name: "profile-\(profile.rawValue)", spec: spec)
    }

    private static let features = [
        RenderExample(
            name: "revision",
            spec: [
                "version": "1.29.6", "revision": "1-29-6", "profile": "minimal",
                "values": ["revisionTags": ["prod", "default"], "defaultRevision": "1-29-6"],
            ]
        ),
        RenderExample(
            name: "oldest-minor",
            spec: [
                "version": "1.27.1", "profile": "minimal", "values": ["global": ["networkPolicy": ["enabled": true]]],
            ]
        ),
        RenderExample(
            name: "kubernetes-settings",
            spec: ["version": "1.30.2", "profile": "minimal", "components": ["pilot": ["k8s": kubernetesSettings]]]
        ),
        RenderExample(
            name: "gateways",
            spec: ["version": "1.30.2", "profile": "empty", "values": gatewayValues, "components": gatewayComponents]
        ),
        RenderExample(
            name: "node-agent",
            spec: [
                "version": "1.30.2", "profile": "empty",
                "components": ["cni": ["enabled": true, "namespace": "kube-system"]],
                "values": [
                    "global": ["platform": "gke", "logAsJson": true],
                    "cni": ["ambient": ["enabled": true], "repair": ["repairPods": false, "labelPods": true]],
                ],
            ],
            kubernetesVersion: "v1.33.2-gke.100"
        ),
        RenderExample(
            name: "openshift",
            spec: [
                "version": "1.30.2", "profile": "default", "components": ["cni": ["enabled": true]],
                "values": ["global": ["platform": "openshift"]],
            ]
        ),
        RenderExample(
            name: "control-plane-values",
            spec: [
                "version": "1.30.2", "profile": "minimal", "values": controlPlaneValues,
                "meshConfig": ["trustDomain": "td"],
            ]
        ),
        RenderExample(
            name: "shorthands",
            spec: [
                "version": "1.30.2", "profile": "minimal", "namespace": "mesh", "hub": "quay.io/mesh", "tag": "t1",
                "imagePullPolicy": "Always", "imagePullSecrets": ["pull"],
                "slowStart": ["window": "90s", "aggression": 1.5, "minWeightPercent": 2.5],
                "lifecycle": ["holdApplicationUntilProxyStarts": true, "minDrainDuration": "10s"],
            ]
        ),
        RenderExample(name: "upstream-labels", spec: ["version": "1.30.2", "profile": "default"], labels: .upstream),
    ]

    private static let kubernetesSettings: Tree = [
        "affinity": ["podAntiAffinity": ["preferredDuringSchedulingIgnoredDuringExecution": []]],
        "env": [["name": "FOO", "value": "bar"], ["name": "REVISION", "value": "x"]],
        "hpaSpec": ["minReplicas": 2, "maxReplicas": 7], "imagePullPolicy": "Always", "nodeSelector": ["disk": "ssd"],
        "podDisruptionBudget": ["maxUnavailable": "25%"], "podAnnotations": ["a": "b"], "priorityClassName": "high",
        "readinessProbe": ["periodSeconds": 9], "resources": ["limits": ["cpu": "2"]], "strategy": ["type": "Recreate"],
        "service": ["ports": [["port": 15012, "name": "renamed"]], "type": "NodePort"],
        "serviceAnnotations": ["c": "d"], "securityContext": ["fsGroup": 1337], "replicaCount": 3,
        "tolerations": [["key": "k", "operator": "Exists"]], "volumes": [["name": "v", "emptyDir": [:]]],
        "volumeMounts": [["name": "v", "mountPath": "/v"]],
        "overlays": [
            [
                "kind": "Deployment", "name": "istiod",
                "patches": [["path": "spec.template.spec.containers.[name:discovery].args.[30m]", "value": "60m"]],
            ]
        ],
    ]

    private static let gatewayComponents: Tree = [
        "ingressGateways": [
            [
                "name": "public", "enabled": true, "namespace": "edge", "label": ["app": "public", "zone": "dmz"],
                "k8s": [
                    "service": [
                        "type": "NodePort",
                        "ports": [["name": "http2", "port": 80, "targetPort": 8080, "nodePort": 30080]],
                    ],
                    "hpaSpec": ["minReplicas": 2], "podDisruptionBudget": ["maxUnavailable": 1],
                ],
            ],
            ["name": "injected", "enabled": true], ["name": "off", "enabled": false],
        ]
    ]

    private static let gatewayValues: Tree = [
        "global": ["network": "n1", "arch": ["amd64": 2, "s390x": 0], "networkPolicy": ["enabled": true]],
        "meshConfig": ["defaultConfig": ["proxyMetadata": ["META": "x"]]],
        "gateways": [
            "istio-ingressgateway": [
                "env": ["A": 1], "externalTrafficPolicy": "Local", "loadBalancerIP": "10.0.0.9",
                "podAntiAffinityLabelSelector": [
                    ["key": "security", "operator": "In", "values": "S1,S2", "topologyKey": "h"]
                ],
                "configVolumes": [["name": "cfg", "configMapName": "cm", "mountPath": "/cfg"]],
            ]
        ],
    ]

    private static let controlPlaneValues: Tree = [
        "pilot": [
            "env": ["PILOT_X": true, "ENABLE_CLUSTER_TRUST_BUNDLE_API": true, "COMPLIANCE_POLICY": "fips-140-3"],
            "autoscaleEnabled": false, "replicaCount": 2, "jwksResolverExtraRootCA": "PEM",
            "taint": ["enabled": true, "namespace": "cni"],
            "extraContainerArgs": ["--extra"], "podLabels": ["p": "l"], "deploymentLabels": ["d": "l"],
        ],
        "global": [
            "proxy": ["tracer": "zipkin"], "istiod": ["enableAnalysis": true],
            "meshNetworks": ["n1": ["endpoints": [["fromRegistry": "r1"]]]],
            "externalIstiod": true, "trustBundleName": "bundle", "pilotCertProvider": "k8s.io/issuer",
            "certSigners": ["s/1"],
        ],
        "telemetry": ["v2": ["stackdriver": ["enabled": true]]], "compatibilityVersion": "1.28",
        "sidecarInjectorWebhook": [
            "enableNamespacesByDefault": true, "templates": ["own": "metadata: {}\n"],
            "defaultTemplates": ["sidecar", "own"],
        ],
        "gatewayClasses": ["istio": ["service": ["spec": ["type": "ClusterIP"]]]],
        "experimental": ["stableValidationPolicy": true],
    ]
}
