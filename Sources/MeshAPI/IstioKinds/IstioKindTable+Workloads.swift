extension IstioKindTable {
    /// ServiceEntry, WorkloadEntry, WorkloadGroup and ProxyConfig.
    static let workloads = #"""
        ServiceEntry: A service that the registry of the cluster does not know.
          addresses=[..256]s:..64 endpoints=[..4096]WorkloadEntry exportTo=[]s hosts!=[1..256]EntryHost
          location=e:MESH_EXTERNAL|MESH_INTERNAL ports=ServicePorts
          resolution=e:NONE|STATIC|DNS|DNS_ROUND_ROBIN|DYNAMIC_DNS subjectAltNames=[]s
          workloadSelector=WorkloadSelector
          # hosts: Its names.
          # addresses: Its virtual addresses, as address or CIDR.
          # ports: Its ports.
          # location: Whether it is part of the mesh.
          # resolution: How its endpoints are found.
          # endpoints: Its endpoints.
          # workloadSelector: The workloads that are its endpoints.
          # exportTo: The namespaces that see it; a dot is its own, a star all.
          # subjectAltNames: The names its certificates may bear.
          ? only one of WorkloadSelector or Endpoints can be set
            (has(self.workloadSelector) ? 1 : 0) + (has(self.endpoints) ? 1 : 0) <= 1
          ? CIDR addresses are allowed only for NONE/STATIC resolution types
            !((has(self.addresses) ? self.addresses : []).exists(k, k.contains("/")) && !((has(self.resolution)
            ? self.resolution : "NONE") in ["STATIC", "NONE"]))
          ? NONE mode cannot set endpoints
            ((has(self.resolution) ? self.resolution : "NONE") == "NONE") ? !has(self.endpoints) : true
          ? DNS_ROUND_ROBIN mode cannot have multiple endpoints
            ((has(self.resolution) ? self.resolution : "") == "DNS_ROUND_ROBIN") ? ((has(self.endpoints) ?
            self.endpoints : []).size() <= 1) : true
        EntryHost = s
          ? hostname cannot be wildcard
            self != "*"
        ServicePorts = [..256;name]ServicePort
          ? port number cannot be duplicated
            self.all(l1, self.exists_one(l2, l1.number == l2.number))
        ServicePort:
          name!=s:..256 number!=Port protocol=s:..256 targetPort=Port
        WorkloadEntry: A workload outside of pods, such as a virtual machine.
          address=Address labels={..256}s locality=s:..2048 network=s:..2048 ports=EndpointPorts
          serviceAccount=s:..253 weight=u32
          # address: Its address, host name or Unix socket.
          # ports: Ports by name, where they differ from the service's.
          # labels: Its labels.
          # network: The network it is in.
          # locality: Its region, zone and subzone.
          # weight: Its share among the endpoints.
          # serviceAccount: The service account it runs as.
          ? Address is required
            has(self.address) || has(self.network)
          ? UDS may not include ports
            (has(self.address) ? self.address : "").startsWith("unix://") ? !has(self.ports) : true
        Address = s:..256
          ? UDS must be an absolute path or abstract socket
            self.startsWith("unix://") ? (self.substring(7, 8) == "/" || self.substring(7, 8) == "@") : true
          ? UDS may not be a dir
            self.startsWith("unix://") ? !self.endsWith("/") : true
        EndpointPorts = {..128}Port
          ? port name must be valid
            self.all(key, size(key) < 63 && key.matches("^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$"))
        WorkloadGroup: What workloads that register themselves have in common.
          metadata=WorkloadMetadata probe=ReadinessProbe template!=WorkloadTemplate
          # metadata: Labels and annotations of each.
          # template: What each WorkloadEntry starts with.
          # probe: How their readiness is told.
        ReadinessProbe:
          exec=ExecProbe failureThreshold=i32:0.. grpc=GRPCProbe httpGet=HTTPProbe initialDelaySeconds=i32:0..
          periodSeconds=i32:0.. successThreshold=i32:0.. tcpSocket=TCPProbe timeoutSeconds=i32:0..
          | httpGet tcpSocket exec grpc
        ExecProbe:
          command!=[]s:1..
        GRPCProbe:
          port=Port service=s
        HTTPProbe:
          host=s httpHeaders=[]ProbeHeader path=s port!=Port scheme=ProbeScheme
        ProbeHeader:
          name=HeaderName value=s
        HeaderName = s
          ~ ^[-_A-Za-z0-9]+$
        ProbeScheme = s
          ? scheme must be one of [HTTP, HTTPS]
            self in ["", "HTTP", "HTTPS"]
        TCPProbe:
          host=s port!=Port
        WorkloadMetadata:
          annotations={..256}s labels={..256}s
        WorkloadTemplate:
          address=Address labels={..256}s locality=s:..2048 network=s:..2048 ports=EndpointPorts
          serviceAccount=s:..253 weight=u32
          ? UDS may not include ports
            (has(self.address) ? self.address : "").startsWith("unix://") ? !has(self.ports) : true
        ProxyConfig: Settings of proxies that take effect when they start.
          concurrency=i32:0..? environmentVariables={}s:..2048 image=ProxyImage selector=LabelSelector
          # selector: The pods it is for; none means all of the namespace.
          # concurrency: The number of worker threads.
          # environmentVariables: Variables for the proxy.
          # image: The proxy's image.
        ProxyImage:
          imageType=s
        """#
}
