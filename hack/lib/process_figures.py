"""Figures of whole processes: how soon they are of use, and how quiet they are. Called by hack/bench.

Usage: process_figures.py BIN [start] [quiet]
"""

import os
import re
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CRDS = os.path.join(ROOT, "CRDs")
SAMPLE = os.path.join(ROOT, "Manifests", "samples", "mesh.yaml")
WRITES = {"CREATE", "UPDATE", "PATCH", "APPLY", "DELETE", "DELETECOLLECTION"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, limit: float, pause: float = 0.001):
    """The first true answer of `condition`, asked again and again for `limit` seconds."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(pause)
    raise SystemExit(f"error: {condition.__name__} did not come true within {limit} s")


class Process:
    """A child that is ended with the block that started it."""

    def __init__(self, arguments: list):
        self.log = tempfile.TemporaryFile()
        self.started = time.monotonic()
        self.child = subprocess.Popen(arguments, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def seconds_until(self, condition, limit: float = 30) -> float:
        until(condition, limit, pause=0.005)  # asking costs the asked one time as well
        return time.monotonic() - self.started


def fetch(url: str) -> str:
    try:
        context = ssl._create_unverified_context() if url.startswith("https") else None
        with urllib.request.urlopen(url, timeout=2, context=context) as answer:
            return answer.read().decode()
    except OSError:
        return ""


class Cluster:
    def __init__(self, binaries: str, folder: str):
        self.binaries, self.config, self.port = binaries, os.path.join(folder, "kubeconfig"), free_port()

    def sandbox(self) -> Process:
        if os.path.exists(self.config):
            os.remove(self.config)
        return Process([f"{self.binaries}/mesh-sandbox", "--kubeconfig-out", self.config,
                        "--listen", f"127.0.0.1:{self.port}"])

    def is_usable(self) -> bool:
        # The kubeconfig is written once the address is known.
        return os.path.exists(self.config) and fetch(f"https://127.0.0.1:{self.port}/readyz") == "ok"

    def operator(self, metrics: int, health: int = 0) -> Process:
        return Process([f"{self.binaries}/mesh-operator", "--kubeconfig", self.config, "--leader-elect=false",
                        "--metrics-bind", f"127.0.0.1:{metrics}", "--health-bind", f"127.0.0.1:{health}", "--crds", CRDS])

    def kubectl(self, *arguments: str) -> str:
        run = subprocess.run(["kubectl", "--kubeconfig", self.config, *arguments], capture_output=True, text=True)
        if run.returncode != 0:
            raise SystemExit(f"error: kubectl {' '.join(arguments)}: {run.stderr.strip()}")
        return run.stdout

    def install(self) -> None:
        self.kubectl("apply", "-f", SAMPLE)
        self.kubectl("wait", "--for=condition=Ready", "meshoperators", "--all", "--timeout=120s")

    def calls(self) -> dict:
        """Requests of the operator so far: (verb, resource) -> count."""
        counts = {}
        pattern = re.compile(r"^apiserver_request_total\{(.*)\} (\S+)$", re.M)
        for labels, value in pattern.findall(self.kubectl("get", "--raw", "/metrics")):
            named = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            if named.get("client") == "mesh-operator" and named.get("resource") != "leases":
                key = (named["verb"], named["resource"])
                counts[key] = counts.get(key, 0) + int(float(value))
        return counts


def row(what: str, figure: str, limit: str, holds: bool, details: str) -> bool:
    print(f"| {what} | {figure} | {limit} | {'holds' if holds else 'MISSED'} | {details} |", flush=True)
    return holds


def start(cluster: Cluster) -> bool:
    sandboxes, operators = [], []
    for _ in range(9):
        with cluster.sandbox() as sandbox:
            sandboxes.append(sandbox.seconds_until(cluster.is_usable))
    with cluster.sandbox() as sandbox:
        sandbox.seconds_until(cluster.is_usable)
        with cluster.operator(free_port()):
            until(lambda: subprocess.run(["kubectl", "--kubeconfig", cluster.config, "get", "mop"],
                                         capture_output=True).returncode == 0, 30)
            cluster.install()
        for _ in range(9):
            port = free_port()

            def first_reconcile() -> float:
                """When the first reconcile ended, by the operator's own word: asking all the time would cost it time."""
                time.sleep(0.2)
                told = re.search(r'^controller_first_reconcile_timestamp_seconds\{controller="meshoperator"\} (\S+)$',
                                 fetch(f"http://127.0.0.1:{port}/metrics"), re.M)
                return float(told.group(1)) if told else 0.0

            started = time.time()
            with cluster.operator(port):
                operators.append(until(first_reconcile, 30) - started)
    results = []
    for what, times, limit in (("mesh-sandbox: start to a usable API", sandboxes, 1.0),
                               ("mesh-operator: start to the first reconcile done", operators, 0.1)):
        median = statistics.median(times)
        results.append(row(what, f"{median * 1000:.0f} ms", f"<= {limit * 1000:.0f} ms", median <= limit,
                           f"median of {len(times)}, max {max(times) * 1000:.0f} ms"))
    return all(results)


def quiet(cluster: Cluster) -> bool:
    with cluster.sandbox() as sandbox:
        sandbox.seconds_until(cluster.is_usable)
        health = free_port()

        def is_ready() -> bool:
            return fetch(f"http://127.0.0.1:{health}/readyz").startswith("ok")

        with cluster.operator(free_port(), health):
            # What it reads at its start is counted there, not with the installation.
            until(is_ready, 30, pause=0.05)
            # The kinds of Istio, which it brings to the cluster and no mesh has, come after that.
            kinds = len(os.listdir(os.path.join(CRDS, "istio")))
            until(lambda: cluster.kubectl("get", "crd", "-o", "name").count(".istio.io") >= kinds, 30, pause=0.1)
            before = cluster.calls()
            cluster.install()
            after = cluster.calls()
            made = {key: count - before.get(key, 0) for key, count in after.items() if count > before.get(key, 0)}
            objects = sum(count for (verb, resource), count in made.items()
                          if verb in ("PATCH", "APPLY") and resource not in ("meshoperators", "events"))
            calls = sum(count for (_, resource), count in made.items() if resource != "events")
            time.sleep(2)
            start_counts = cluster.calls()
            time.sleep(60)
            later = cluster.calls()
    writes = sum(later.get(key, 0) - start_counts.get(key, 0) for key in later if key[0] in WRITES)
    ratio = calls / max(objects, 1)
    return all([
        row("install: API calls per object", f"{ratio:.2f}", "<= 1.10", 0 < ratio <= 1.10,
            f"{calls} calls, {objects} objects, Events apart"),
        row("writes in 60 s after convergence", str(writes), "0", writes == 0, "Lease renewal apart"),
    ])


def main() -> int:
    binaries, figures = sys.argv[1], sys.argv[2:]
    print("| what | figure | limit | verdict | details |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(binaries, folder)
        return 0 if all([{"start": start, "quiet": quiet}[figure](cluster) for figure in figures]) else 1


sys.exit(main())
