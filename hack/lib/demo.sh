# Sourced by hack/run: the demonstrations, on a sandbox and an operator that run already ($bin, KUBECONFIG).
# shellcheck shell=bash

demos=(upgrade canary)

# watch_rollout NAME [OPTION...]: draws a rollout until it is over; a failure ends the demonstration
watch_rollout() {
    "$bin/meshctl" rollout status --watch --timeout "${MESH_RUN_TIMEOUT:-180}s" "$@" ||
        explain_failure "the rollout of $1 did not complete; meshctl rollout status $* shows where it stands"
}

wait_for_deployments() { # NAMESPACE...
    local namespace
    for namespace in "$@"; do
        kubectl rollout status deployment --namespace "$namespace" --timeout 60s >&2 ||
            explain_failure "the Deployments of $namespace did not become available"
    done
}

show_events() { # KIND
    printf '\n'
    kubectl get events --all-namespaces --field-selector "involvedObject.kind=$1" --sort-by .metadata.creationTimestamp \
        --output custom-columns=REASON:.reason,NOTE:.message 2>/dev/null || true
}

# The image of every pod's proxy: in a sidecar it is an init container that goes on running, in a gateway the container itself.
show_proxies() {
    kubectl get pods --all-namespaces --output 'custom-columns=NAMESPACE:.metadata.namespace,POD:.metadata.name,SIDECAR:.spec.initContainers[?(@.name=="istio-proxy")].image,GATEWAY:.spec.containers[?(@.name=="istio-proxy")].image,REVISION:.metadata.annotations.istio\.io/rev'
}

# A mesh goes from 1.29.6 to 1.30.3: a second control plane, workloads by waves, the tag default last.
demo_upgrade() {
    local folder=Manifests/samples/demo
    step "Applying $folder/upgrade-workloads.yaml: three namespaces of the mesh"
    kubectl apply --filename "$folder/upgrade-workloads.yaml" >&2
    wait_for_deployments shop-test shop payments

    step "Changing spec.version to 1.30.3"
    kubectl patch meshoperators mesh --type merge --patch '{"spec":{"version":"1.30.3"}}' >&2
    watch_rollout mop/mesh

    step "The mesh runs 1.30.3"
    kubectl get meshoperators
    printf '\n'
    show_proxies
    show_events MeshOperator
}

# The traffic of an application goes from v1 to v2: testers, copies, shares, promotion.
demo_canary() {
    local folder=Manifests/samples
    # The operator brings them once it runs; `kubectl wait` of old fails where there is nothing to wait for yet.
    local kinds=(crd/virtualservices.networking.istio.io crd/destinationrules.networking.istio.io)
    for _ in $(seq 100); do
        ! kubectl get "${kinds[@]}" >/dev/null 2>&1 || break
        sleep 0.3
    done
    kubectl wait --for=condition=Established --timeout=30s "${kinds[@]}" >&2
    step "Applying $folder/apps/shop.yaml and the routes its owners wrote"
    kubectl apply --filename "$folder/apps/shop.yaml" --filename "$folder/demo/canary-routes.yaml" >&2
    wait_for_deployments shop

    step "Applying $folder/demo/canary-rollout.yaml"
    kubectl apply --filename "$folder/demo/canary-rollout.yaml" >&2
    watch_rollout mro/reviews --namespace shop

    step "Version v2 of reviews serves"
    kubectl get meshrollouts --namespace shop
    printf '\n'
    kubectl get virtualservices reviews --namespace shop --output yaml | sed -n '/^spec:/,/^status:/p'
    show_events MeshRollout
}
