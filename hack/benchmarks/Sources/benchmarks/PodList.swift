internal import DataTree

/// A list of pods as an API server gives it, made from numbers, so that each run measures the same bytes.
struct PodList {
    private var state: UInt64 = 42

    /// The list as JSON of at least `bytes` bytes.
    static func json(atLeast bytes: Int) -> [UInt8] {
        var list = PodList()
        var text = Array(#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"812345"},"items":["#.utf8)
        var count = 0
        while text.count < bytes {
            if count > 0 { text.append(UInt8(ascii: ",")) }
            text += list.pod(count).json()
            count += 1
        }
        return text + Array("]}".utf8)
    }

    private mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 16
    }

    private mutating func hex(_ length: Int) -> String {
        var text = ""
        while text.utf8.count < length { text += String(next() & 0xFFFF_FFFF, radix: 16) }
        return String(text.prefix(length))
    }

    private mutating func pod(_ index: Int) -> Tree {
        let app = "service-\(index % 97)"
        let hash = hex(9)
        let name = "\(app)-\(hash)-\(hex(5))"
        let uid = "\(hex(8))-\(hex(4))-\(hex(4))-\(hex(4))-\(hex(12))"
        let ip = "10.\(index / 65_536 % 256).\(index / 256 % 256).\(index % 256)"
        return [
            "metadata": metadata(name, app, hash, uid, index),
            "spec": spec(app, index),
            "status": [
                "phase": "Running",
                "conditions": .array(["Initialized", "Ready", "ContainersReady", "PodScheduled"].map(condition)),
                "hostIP": .string("192.168.\(index % 200).\(index % 250)"), "podIP": .string(ip),
                "podIPs": [["ip": .string(ip)]],
                "startTime": "2026-11-20T10:11:12Z", "qosClass": "Burstable",
                "containerStatuses": [
                    [
                        "name": .string(app), "ready": true, "restartCount": .integer(Int64(index % 3)),
                        "started": true,
                        "image": .string(
                            "registry.example.com/team-\(index % 12)/\(app):v1.\(index % 30).\(index % 7)"
                        ),
                        "imageID": .string("registry.example.com/team/\(app)@sha256:\(hex(64))"),
                        "containerID": .string("containerd://\(hex(64))"), "lastState": [:],
                        "state": ["running": ["startedAt": "2026-11-20T10:11:14Z"]],
                    ]
                ],
            ],
        ]
    }

    private mutating func metadata(_ name: String, _ app: String, _ hash: String, _ uid: String, _ index: Int) -> Tree {
        [
            "name": .string(name), "generateName": .string("\(app)-\(hash)-"),
            "namespace": .string("team-\(index % 12)"),
            "uid": .string(uid), "resourceVersion": .string(String(400_000 + index)),
            "creationTimestamp": "2026-11-20T10:11:12Z",
            "labels": [
                "app": .string(app), "pod-template-hash": .string(hash), "version": "v1",
                "service.istio.io/canonical-name": .string(app), "security.istio.io/tlsMode": "istio",
            ],
            "annotations": [
                "prometheus.io/scrape": "true", "prometheus.io/path": "/stats/prometheus",
                "sidecar.istio.io/status":
                    #"{"initContainers":["istio-init"],"containers":["istio-proxy"],"volumes":["istio-envoy","istio-data"]}"#,
            ],
            "ownerReferences": [
                [
                    "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": .string("\(app)-\(hash)"),
                    "uid": .string(hex(36)),
                    "controller": true, "blockOwnerDeletion": true,
                ]
            ],
            "managedFields": [
                [
                    "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1",
                    "time": "2026-11-20T10:11:12Z",
                    "fieldsType": "FieldsV1",
                    "fieldsV1": [
                        "f:metadata": ["f:labels": [".": [:], "f:app": [:]], "f:generateName": [:]],
                        "f:spec": [
                            "f:containers": ["k:{\"name\":\"\(app)\"}": [".": [:], "f:image": [:], "f:name": [:]]]
                        ],
                    ],
                ]
            ],
        ]
    }

    private mutating func spec(_ app: String, _ index: Int) -> Tree {
        [
            "volumes": [
                [
                    "name": .string("kube-api-access-\(hex(5))"),
                    "projected": [
                        "sources": [["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]]],
                        "defaultMode": 420,
                    ],
                ]
            ],
            "containers": [
                [
                    "name": .string(app),
                    "image": .string("registry.example.com/team-\(index % 12)/\(app):v1.\(index % 30).\(index % 7)"),
                    "args": ["--port=8080", "--log-level=info"],
                    "ports": [["name": "http", "containerPort": 8080, "protocol": "TCP"]],
                    "env": [
                        [
                            "name": "POD_NAME",
                            "valueFrom": ["fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.name"]],
                        ],
                        ["name": "JAVA_OPTS", "value": "-Xmx512m -XX:+UseG1GC"],
                    ],
                    "resources": [
                        "limits": ["cpu": "2", "memory": "1Gi"], "requests": ["cpu": "100m", "memory": "128Mi"],
                    ],
                    "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                    "imagePullPolicy": "IfNotPresent",
                    "livenessProbe": [
                        "httpGet": ["path": "/healthz", "port": 8080, "scheme": "HTTP"], "periodSeconds": 10,
                    ],
                ]
            ],
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
            "serviceAccountName": .string(app), "nodeName": .string("node-\(index % 200)"), "securityContext": [:],
            "schedulerName": "default-scheduler", "priority": 0, "enableServiceLinks": true,
            "tolerations": [
                [
                    "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute",
                    "tolerationSeconds": 300,
                ],
                [
                    "key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute",
                    "tolerationSeconds": 300,
                ],
            ],
        ]
    }

    private func condition(_ type: String) -> Tree {
        ["type": .string(type), "status": "True", "lastProbeTime": .null, "lastTransitionTime": "2026-11-20T10:11:14Z"]
    }
}
