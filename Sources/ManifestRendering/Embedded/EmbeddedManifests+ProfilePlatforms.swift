// Made by hack/generate from Manifests/profiles/platforms.yaml. Do not edit.

extension EmbeddedManifests {
    static let profilePlatforms = ##"""
        {"gke":{"cni":{"cniBinDir":"","resourceQuotas":{"enabled":true}},"resourceQuotas":{"enabled":true}},
        "k3d":{"cni":{"cniConfDir":"/var/lib/rancher/k3s/agent/etc/cni/net.d","cniBinDir":"/bin"}},
        "k3s":{"cni":{"cniConfDir":"/var/lib/rancher/k3s/agent/etc/cni/net.d","cniBinDir":"/var/lib/rancher/k3s/data/cni"}},
        "microk8s":{"cni":{"cniConfDir":"/var/snap/microk8s/current/args/cni-network","cniBinDir":"/var/snap/microk8s/current/opt/cni/bin"}},
        "minikube":{"cni":{"cniNetnsDir":"/var/run/docker/netns"}},"openshift":{"cni":{"cniBinDir":"/var/lib/cni/bin",
        "cniConfDir":"/etc/cni/multus/net.d","chained":false,"cniConfFileName":"istio-cni.conf","provider":"multus"},
        "pilot":{"cni":{"enabled":true,"provider":"multus"},"terminationMessagePolicy":"FallbackToLogsOnError"},
        "seLinuxOptions":{"type":"spc_t"},"trustedZtunnelNamespace":"kube-system"}}
        """##
}
