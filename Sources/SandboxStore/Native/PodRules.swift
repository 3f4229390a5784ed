internal import DataTree
internal import KubeAPI

/// What is wrong with the spec of a pod.
enum PodRules {
    static func issues(_ spec: Tree, at path: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        let volumes = Set((spec["volumes"]?.array ?? []).compactMap { $0["name"]?.string })
        for (index, volume) in (spec["volumes"]?.array ?? []).enumerated() {
            let name = volume["name"]?.string ?? ""
            if name.isEmpty { issues.append(.required("\(path).volumes[\(index)].name")) }
            issues += UnionRules.volume(volume, at: "\(path).volumes[\(index)]")
        }
        let containers = spec["containers"]?.array ?? []
        if containers.isEmpty { issues.append(.required("\(path).containers")) }
        var names: Set<String> = []
        for list in ["containers", "initContainers"] {
            for (index, container) in (spec[list]?.array ?? []).enumerated() {
                let place = "\(path).\(list)[\(index)]"
                issues += self.container(container, at: place, volumes: volumes)
                let name = container["name"]?.string ?? ""
                if !name.isEmpty, !names.insert(name).inserted {
                    issues.append(.duplicate("\(place).name", MetadataRules.quoted(name)))
                }
            }
        }
        issues += choice(spec["restartPolicy"], "\(path).restartPolicy", ["Always", "OnFailure", "Never"])
        let dns = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]
        issues += choice(spec["dnsPolicy"], "\(path).dnsPolicy", dns)
        issues += NativeRules.nonNegative(
            spec["terminationGracePeriodSeconds"],
            "\(path).terminationGracePeriodSeconds"
        )
        issues += MetadataRules.labelIssues(spec["nodeSelector"], "\(path).nodeSelector")
        issues += PodSecurityRules.pod(spec["securityContext"] ?? [:], at: "\(path).securityContext")
        issues += PlacementRules.affinity(spec["affinity"] ?? [:], at: "\(path).affinity")
        for (index, toleration) in (spec["tolerations"]?.array ?? []).enumerated() {
            issues += PlacementRules.toleration(toleration, at: "\(path).tolerations[\(index)]")
        }
        return issues
    }

    static func choice(_ value: Tree?, _ path: String, _ supported: [String]) -> [FaultCause] {
        guard let text = value?.string, !supported.contains(text) else { return [] }
        return [.notSupported(path, text, supported)]
    }

    private static func container(_ container: Tree, at path: String, volumes: Set<String>) -> [FaultCause] {
        var issues: [FaultCause] = []
        let name = container["name"]?.string ?? ""
        if name.isEmpty {
            issues.append(.required("\(path).name"))
        } else {
            issues += NameRule.dnsLabel.issues(in: name).map {
                .invalid("\(path).name", MetadataRules.quoted(name), $0)
            }
        }
        if path.hasPrefix("spec.template") || path.hasPrefix("spec.") {
            if container["image"]?.string?.isEmpty ?? true { issues.append(.required("\(path).image")) }
        }
        var portNames: Set<String> = []
        for (index, port) in (container["ports"]?.array ?? []).enumerated() {
            if let name = port["name"]?.string, !name.isEmpty, !portNames.insert(name).inserted {
                issues.append(.duplicate("\(path).ports[\(index)].name", MetadataRules.quoted(name)))
            }
            let number = port["containerPort"].flatMap { $0 == 0 ? nil : $0 }
            issues += portNumber(number, "\(path).ports[\(index)].containerPort", isRequired: true)
            issues += portNumber(port["hostPort"], "\(path).ports[\(index)].hostPort", isRequired: false)
        }
        for (index, variable) in (container["env"]?.array ?? []).enumerated() {
            issues += UnionRules.variable(variable, at: "\(path).env[\(index)]")
        }
        issues += UnionRules.variables(container["envFrom"], at: "\(path).envFrom")
        for (index, mount) in (container["volumeMounts"]?.array ?? []).enumerated() {
            let place = "\(path).volumeMounts[\(index)]"
            let volume = mount["name"]?.string ?? ""
            if volume.isEmpty {
                issues.append(.required("\(place).name"))
            } else if !volumes.contains(volume) {
                issues.append(.notFound("\(place).name", MetadataRules.quoted(volume)))
            }
            if mount["mountPath"]?.string?.isEmpty ?? true { issues.append(.required("\(place).mountPath")) }
        }
        issues += choice(container["imagePullPolicy"], "\(path).imagePullPolicy", ["Always", "IfNotPresent", "Never"])
        issues += resources(container["resources"] ?? [:], at: "\(path).resources")
        issues += PodSecurityRules.container(container["securityContext"] ?? [:], at: "\(path).securityContext")
        for name in ["postStart", "preStop"] {
            issues += UnionRules.handler(container.value(at: "lifecycle", name), at: "\(path).lifecycle.\(name)")
        }
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
            issues += UnionRules.handler(container[name], at: "\(path).\(name)")
        }
        return issues
    }

    static func portNumber(_ value: Tree?, _ path: String, isRequired: Bool) -> [FaultCause] {
        guard let number = value?.integer else { return isRequired ? [.required(path)] : [] }
        if (1...65535).contains(number) || (number == 0 && !isRequired) { return [] }
        return [.invalid(path, "\(number)", "must be between 1 and 65535, inclusive")]
    }

    private static func resources(_ resources: Tree, at path: String) -> [FaultCause] {
        var issues: [FaultCause] = []
        for field in ["limits", "requests"] {
            for entry in resources[field]?.object?.entries ?? [] {
                let text = entry.value.string ?? entry.value.integer.map { String($0) } ?? ""
                if text.hasPrefix("-") {
                    issues.append(
                        .invalid(
                            "\(path).\(field)[\(entry.key)]",
                            MetadataRules.quoted(text),
                            "must be greater than or equal to 0"
                        )
                    )
                }
            }
        }
        for entry in resources["requests"]?.object?.entries ?? [] {
            guard let limit = resources["limits"]?[entry.key], let most = Quantity(limit),
                let asked = Quantity(entry.value), most < asked
            else { continue }
            issues.append(
                .invalid(
                    "\(path).requests",
                    "\"\(asked)\"",
                    "must be less than or equal to \(entry.key) limit of \(most)"
                )
            )
        }
        return issues
    }
}
