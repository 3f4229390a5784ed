"""Figures of `meshctl plan` over a large cluster, from a dump of it. Called by hack/bench rollout.

Usage: plan_figures.py MESHCTL
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "Manifests", "samples", "mesh.yaml")
NAMESPACES, WORKLOADS, PODS = 500, 5_000, 10_000
LIMIT_SECONDS = 1.0


def pod(namespace: str, name: str, number: int) -> dict:
    container = {
        "image": "registry.example.com/shop/app:v1", "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}],
        "resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "env": [{"name": f"SETTING_{index}", "value": "a value of some length"} for index in range(6)],
        "volumeMounts": [{"mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "name": "token", "readOnly": True}],
    }
    status = {"revision": "default", "containers": ["istio-proxy"], "initContainers": ["istio-init"]}
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": f"{name}-5d4f-{number}", "namespace": namespace, "uid": f"{namespace}-{name}-{number}",
            "labels": {"app": name, "version": "v1", "pod-template-hash": "5d4f", "istio.io/rev": "default"},
            "annotations": {"sidecar.istio.io/status": json.dumps(status), "prometheus.io/scrape": "true"},
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{name}-5d4f", "uid": name, "controller": True}
            ],
        },
        "spec": {
            "containers": [
                dict(container, name="app"), dict(container, name="istio-proxy", image="docker.io/istio/proxyv2:1.27.9")
            ]
        },
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }


def deployment(namespace: str, name: str) -> dict:
    return {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "generation": 1},
        "spec": {
            "replicas": 2, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%"}},
            "template": {"metadata": {"labels": {"app": name, "version": "v1"}}},
        },
        "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2},
    }


def world() -> list:
    items = []
    for number in range(NAMESPACES):
        namespace = f"team-{number}"
        items.append(
            {"apiVersion": "v1", "kind": "Namespace",
             "metadata": {"name": namespace, "labels": {"istio-injection": "enabled", "wave": str(number % 5)}}}
        )
        for index in range(WORKLOADS // NAMESPACES):
            name = f"app-{index}"
            items.append(deployment(namespace, name))
            items += [pod(namespace, name, count) for count in range(PODS // WORKLOADS)]
            items.append(
                {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
                 "metadata": {"name": name, "namespace": namespace},
                 "spec": {"minAvailable": 1 + index % 2, "selector": {"matchLabels": {"app": name}}},
                 "status": {"disruptionsAllowed": 1}}
            )
        items.append(
            {"apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter",
             "metadata": {"name": "lua", "namespace": namespace},
             "spec": {"workloadSelector": {"labels": {"app": "app-0"}}, "configPatches": [
                 {"applyTo": "HTTP_FILTER", "match": {"proxy": {"proxyVersion": "^1\\.(2[789]|3\\d)\\."}},
                  "patch": {"operation": "INSERT_FIRST", "value": {"name": "lua", "typed_config": {"@type": "x/y.v3.Z"}}}}]}}
        )
    return items


def run(arguments: list) -> float:
    """The processor time, which does not depend on what else the machine does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    if answer.returncode != 0 or "Hop 3 of 3" not in answer.stdout:
        raise SystemExit(f"error: meshctl plan ended with {answer.returncode}\n{answer.stdout[-2000:]}{answer.stderr}")
    if WORKLOADS > 0 and f"{WORKLOADS} move" not in answer.stdout and "--objects" in arguments:
        raise SystemExit(f"error: not all workloads were planned\n{answer.stdout[-2000:]}")
    return took


def main() -> None:
    meshctl = sys.argv[1]
    command = [meshctl, "plan", "-f", SAMPLE, "--set", "version=1.30.3", "--set", "upgrade.strategy=Canary", "--offline", "--from", "1.27.9",
               "--kubernetes-version", "1.33"]
    with tempfile.TemporaryDirectory() as folder:
        dump = os.path.join(folder, "world.json")
        with open(dump, "w") as file:
            json.dump({"apiVersion": "v1", "kind": "List", "items": world()}, file)
        size = os.path.getsize(dump) / 1e6
        bare = statistics.median(run(command) for _ in range(3))
        full = statistics.median(run(command + ["--objects", dump]) for _ in range(3))
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print("| plan of 3 hops | processor time | peak memory |")
    print("|---|---|---|")
    print(f"| rendering alone | {bare:.2f} s | |")
    print(f"| {NAMESPACES} namespaces, {WORKLOADS} workloads, {PODS} pods, {size:.0f} MB read | {full:.2f} s | {memory:.0f} MB |")
    if full > LIMIT_SECONDS:
        raise SystemExit(f"error: the plan took {full:.2f} s, more than {LIMIT_SECONDS} s")


if __name__ == "__main__":
    main()
