internal import ArgumentParser
internal import ManifestRendering

/// How a plan is printed.
enum PlanFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, yaml
}

extension Verbs {
    struct Plan: MeshVerb {
        static let configuration = CommandConfiguration(
            abstract: "Shows what an upgrade does before it begins: hops, objects, behaviour, workloads, findings.",
            discussion: """
                Reads the cluster and changes nothing. With --offline it only renders, from the version of --from, or looks at
                the objects of a dump.

                Exits 0 when the upgrade may start, 1 when it is refused; with --strict also 1 when a finding warns.

                meshctl plan -f mesh.yaml
                meshctl plan -f mesh.yaml --set version=1.30.3 --offline --from 1.27.4
                """
        )

        @Option(
            name: [.customShort("f"), .customLong("filename")],
            help: "A file with the resource; - is standard input."
        )
        var files: [String]
        @Option(name: [.customShort("s"), .customLong("set")], help: "A setting below spec, as path=value.")
        var settings: [String] = []
        @Option(name: .shortAndLong, help: "How to print: text, json or yaml.") var output = PlanFormat.text
        @Option(help: ArgumentHelp("The version to plan from; without it the one that runs.", valueName: "version"))
        var from: String?
        @Flag(help: "Read no cluster; needs --from or --objects.") var offline = false
        @Option(help: ArgumentHelp("With --offline, what `kubectl get KINDS -A -o json` printed.", valueName: "file"))
        var objects: [String] = []
        @Option(help: ArgumentHelp("With --offline, the Kubernetes version to plan for.", valueName: "version"))
        var kubernetesVersion: String?
        @Flag(help: "Let warnings count as a refusal.") var strict = false
        @Flag(help: "Show every object, field, workload and finding.") var all = false
        @OptionGroup var cluster: ClusterOptions

        func validate() throws {
            if let problem = request.misuse(isOffline: offline) { throw ValidationError(problem) }
        }

        private var request: PlanCommand.Request {
            var request = PlanCommand.Request()
            (request.files, request.settings, request.from) = (files, settings, from)
            (request.dumps, request.kubernetesVersion) = (objects, kubernetesVersion)
            request.format = OutputFormat(rawValue: output.rawValue)
            if strict { request.wishes.insert(.strict) }
            if all { request.wishes.insert(.all) }
            return request
        }

        func outcome(in surroundings: CommandSurroundings) async throws -> CommandOutcome {
            let request = self.request
            let catalogue = try VersionCatalogue.builtIn()
            let composing = surroundings.composing(catalogue)
            let command = PlanCommand(catalogue, surroundings.files, day: surroundings.day, composing: composing)
            if offline { return try await command.run(request, client: nil) }
            return try await cluster.withCluster(surroundings) { client, _ in
                try await command.run(request, client: client)
            }
        }
    }
}
