/// Pods as Deployments make them, ten replicas each, written out one by one so that the whole list is never in memory.
enum ReplicatedPods {
    /// The pod with that number, 3.6 kB of JSON.
    static func json(_ index: Int) -> [UInt8] {
        let owner = index / 10
        let app = "web-frontend-\(owner)"
        let ip = "10.\(index / 65_536).\(index / 256 % 256).\(index % 256)"
        let text = """
            {"metadata":{"name":"\(app)-7d9c6b5f4d-x\(index)","generateName":"\(app)-7d9c6b5f4d-",\
            "namespace":"team-\(owner % 50)","uid":"0f2c1a3b-7e8d-4c5b-9a0f-\(padded(index, 12))",\
            "resourceVersion":"\(1_000 + index)","creationTimestamp":"2026-01-01T00:00:00Z",\
            "labels":{"app":"\(app)","app.kubernetes.io/name":"\(app)","app.kubernetes.io/version":"1.2.3",\
            "pod-template-hash":"7d9c6b5f4d","service.istio.io/canonical-name":"\(app)","istio.io/rev":"1-30-2"},\
            "annotations":{"sidecar.istio.io/status":"{\\"containers\\":[\\"istio-proxy\\"],\\"revision\\":\\"1-30-2\\"}",\
            "prometheus.io/scrape":"true","prometheus.io/port":"15020"},\
            "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"\(app)-7d9c6b5f4d",\
            "uid":"aaaaaaaa-7e8d-4c5b-9a0f-\(padded(owner, 12))","controller":true,"blockOwnerDeletion":true}],\
            "managedFields":\(managedFields)},"spec":\(spec(index)),"status":\(status(index, ip))}
            """
        return Array(text.utf8)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static let managedFields = """
        [{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z",\
        "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:app":{},\
        "f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\\"uid\\":\\"aaaaaaaa\\"}":{}}},"f:spec":{"f:containers":\
        {"k:{\\"name\\":\\"app\\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:ports":{},"f:resources":{}}},\
        "f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},"f:terminationGracePeriodSeconds":{}}}}]
        """

    private static func spec(_ index: Int) -> String {
        """
        {"volumes":[{"name":"kube-api-access-abcde","projected":{"sources":[{"serviceAccountToken":\
        {"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt",\
        "path":"ca.crt"}]}}],"defaultMode":420}}],"containers":[{"name":"app","image":"registry.example.com/web:1.2.3",\
        "ports":[{"containerPort":8080,"protocol":"TCP"}],"env":[{"name":"A","value":"1"},{"name":"POD_NAME","valueFrom":\
        {"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}}],"resources":{"limits":{"cpu":"1","memory":"512Mi"},\
        "requests":{"cpu":"100m","memory":"128Mi"}},"volumeMounts":[{"name":"kube-api-access-abcde","readOnly":true,\
        "mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"livenessProbe":{"httpGet":{"path":"/healthz",\
        "port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},\
        "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",\
        "imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,\
        "dnsPolicy":"ClusterFirst","serviceAccountName":"default","serviceAccount":"default","nodeName":"node-\(index % 100)",\
        "securityContext":{},"schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready",\
        "operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":0,"enableServiceLinks":true,\
        "preemptionPolicy":"PreemptLowerPriority"}
        """
    }

    private static func status(_ index: Int, _ ip: String) -> String {
        """
        {"phase":"Running","conditions":[{"type":"Ready","status":"True","lastProbeTime":null,\
        "lastTransitionTime":"2026-01-01T00:00:10Z"},{"type":"PodScheduled","status":"True","lastProbeTime":null,\
        "lastTransitionTime":"2026-01-01T00:00:00Z"}],"hostIP":"10.0.0.\(index % 100)","podIP":"\(ip)",\
        "podIPs":[{"ip":"\(ip)"}],"startTime":"2026-01-01T00:00:00Z","containerStatuses":[{"name":"app","state":{"running":\
        {"startedAt":"2026-01-01T00:00:05Z"}},"lastState":{},"ready":true,"restartCount":0,\
        "image":"registry.example.com/web:1.2.3","imageID":"registry.example.com/web@sha256:\(padded(7, 64))",\
        "containerID":"containerd://\(padded(index, 64))","started":true}],"qosClass":"Burstable"}
        """
    }
}
