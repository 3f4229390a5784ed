internal import DataTree
internal import SandboxStore
internal import Testing

@Suite struct NativeDefaultsTests {
    /// What a server gives back for the parts that follow.
    @Test(
        arguments: [
            (
                "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", "HorizontalPodAutoscaler",
                [
                    "spec": [
                        "maxReplicas": 3,
                        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "a"],
                        "behavior": ["scaleDown": ["stabilizationWindowSeconds": 60]],
                    ]
                ],
                [
                    "minReplicas": 1,
                    "behavior": [
                        "scaleDown": [
                            "stabilizationWindowSeconds": 60, "selectPolicy": "Max",
                            "policies": [["type": "Percent", "value": 100, "periodSeconds": 15]],
                        ],
                        "scaleUp": [
                            "stabilizationWindowSeconds": 0, "selectPolicy": "Max",
                            "policies": [
                                ["type": "Pods", "value": 4, "periodSeconds": 15],
                                ["type": "Percent", "value": 100, "periodSeconds": 15],
                            ],
                        ],
                    ],
                ]
            ),
            (
                "/api/v1/namespaces/default/limitranges", "LimitRange",
                ["spec": ["limits": [["type": "Container", "max": ["cpu": "2"], "min": ["memory": "1Mi"]]]]],
                [
                    "limits": [
                        [
                            "type": "Container", "max": ["cpu": "2"], "min": ["memory": "1Mi"], "default": ["cpu": "2"],
                            "defaultRequest": ["cpu": "2", "memory": "1Mi"],
                        ]
                    ]
                ]
            ),
            (
                "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", "ValidatingAdmissionPolicy",
                [
                    "spec": [
                        "validations": [["expression": "true"]],
                        "matchConstraints": [
                            "resourceRules": [
                                [
                                    "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                                    "resources": ["pods"],
                                ]
                            ]
                        ],
                    ]
                ],
                [
                    "failurePolicy": "Fail", "validations": [["expression": "true"]],
                    "matchConstraints": [
                        "namespaceSelector": [:], "objectSelector": [:], "matchPolicy": "Equivalent",
                        "resourceRules": [
                            [
                                "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                                "resources": ["pods"],
                                "scope": "*",
                            ]
                        ],
                    ],
                ]
            ),
            (
                "/api/v1/persistentvolumes", "PersistentVolume",
                [
                    "spec": [
                        "capacity": ["storage": "1Gi"], "accessModes": ["ReadWriteOnce"], "hostPath": ["path": "/x"],
                    ]
                ],
                ["persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"]
            ),
        ] as [(String, String, Tree, Tree)]
    )
    func specs(path: String, kind: String, object: Tree, expected: Tree) async throws {
        let server = await TestServer()
        var object = object
        let parts = path.split(separator: "/")
        object["apiVersion"] = .string(parts[0] == "api" ? "v1" : "\(parts[1])/\(parts[2])")
        object["kind"] = .string(kind)
        object["metadata"] = ["name": "a"]
        let answer = try await server.send("POST", path, object)
        #expect(answer.status == 201, "\(answer["message"] ?? "")")
        for entry in expected.object?.entries ?? [] {
            #expect(answer.body["spec"]?[entry.key] == entry.value, "\(entry.key)")
        }
    }
}
