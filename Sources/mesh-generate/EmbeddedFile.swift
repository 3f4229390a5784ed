internal import DataTree
internal import Foundation

/// A Swift source that carries data files, since executables come without resource bundles.
struct EmbeddedFile {
    /// Where it goes, below the project's folder.
    var path: String
    /// Its text.
    var source: String

    private static let folder = "Sources/ManifestRendering/Embedded"

    /// One source per data file: YAML as JSON, templates as they are.
    static func all(in project: URL) throws -> [EmbeddedFile] {
        let manifests = project.appending(path: "Manifests")
        var result = [try yaml(manifests.appending(path: "versions.yaml"), constant: "versions")]
        for file in try files(manifests.appending(path: "profiles"), ext: "yaml") {
            let stem = file.deletingPathExtension().lastPathComponent
            result.append(try yaml(file, constant: "profile" + camel(stem)))
        }
        for file in try files(manifests.appending(path: "injection"), ext: "tpl") {
            let stem = file.deletingPathExtension().lastPathComponent
            let text = try String(contentsOf: file, encoding: .utf8)
            result.append(make("template" + camel(stem), text, from: "injection/\(file.lastPathComponent)"))
        }
        let stems = try files(manifests.appending(path: "profiles"), ext: "yaml").map {
            $0.deletingPathExtension().lastPathComponent
        }
        result.append(index(stems))
        return result
    }

    private static func files(_ folder: URL, ext: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == ext }.sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    private static func yaml(_ file: URL, constant: String) throws -> EmbeddedFile {
        let tree = try YAML.document(String(contentsOf: file, encoding: .utf8))
        let above = file.deletingLastPathComponent().lastPathComponent
        let name = above == "Manifests" ? file.lastPathComponent : "\(above)/\(file.lastPathComponent)"
        return make(constant, wrapped(tree.jsonText(.compact)), from: name)
    }

    /// JSON broken after commas outside strings, so that lines stay short.
    private static func wrapped(_ json: String) -> String {
        var lines: [String] = []
        var line = ""
        var inString = false
        var escaped = false
        for character in json {
            line.append(character)
            if escaped {
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character == "\"" {
                inString.toggle()
            } else if character == ",", !inString, line.utf8.count > 90 {
                lines.append(line)
                line = ""
            }
        }
        return (lines + [line]).joined(separator: "\n") + "\n"
    }

    private static func camel(_ stem: String) -> String {
        stem.split { $0 == "-" || $0 == "." }.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func make(_ constant: String, _ text: String, from origin: String) -> EmbeddedFile {
        let body = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.isEmpty ? "" : "        \($0)"
        }
        let lines = [
            "// Made by hack/generate from Manifests/\(origin). Do not edit.",
            "",
            "extension EmbeddedManifests {",
            "    static let \(constant) = ##\"\"\"",
        ]
        let source = (lines + body.dropLast() + ["        \"\"\"##", "}", ""]).joined(separator: "\n")
        let name = constant.prefix(1).uppercased() + constant.dropFirst()
        return EmbeddedFile(path: "\(folder)/EmbeddedManifests+\(name).swift", source: source)
    }

    private static func index(_ stems: [String]) -> EmbeddedFile {
        let lines =
            [
                "// Made by hack/generate from the names in Manifests/profiles. Do not edit.",
                "",
                "extension EmbeddedManifests {",
                "    static let profiles: [String: String] = [",
            ] + stems.map { "        \"\($0)\": profile\(camel($0))," } + ["    ]", "}", ""]
        return EmbeddedFile(
            path: "\(folder)/EmbeddedManifests+Profiles.swift",
            source: lines.joined(separator: "\n")
        )
    }
}
