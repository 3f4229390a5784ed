package import DataTree

/// A setting as command lines give it: `components.pilot.k8s.replicaCount=2`, a path below `spec` and a value.
package struct SettingFlag: Sendable, Hashable {
    /// The path below `spec`.
    package var path: SettingsPath
    /// The value, with its kind taken from how it is written.
    package var value: Tree
    private var text: String

    /// Paths whose values stay text however they are written.
    private static let textual = [
        "tag", "version", "compatibilityVersion", "values.global.tag", "values.compatibilityVersion",
        "meshConfig.defaultConfig.proxyMetadata.", "values.meshConfig.defaultConfig.proxyMetadata.",
    ]

    /// Reads `path=value`; without `=` the value is empty.
    ///
    /// Throws ``RenderError`` when there is no path.
    package init(_ text: String) throws(RenderError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let place = Self.trimmed(parts[0])
        let written = parts.count > 1 ? Self.trimmed(parts[1]) : ""
        path = SettingsPath(place)
        guard !path.steps.isEmpty else {
            throw RenderError(.invalidSetting, "--set \"\(text)\" has no path; write it as path=value")
        }
        value = Self.textual.contains { place.hasPrefix($0) } ? .string(written) : Self.value(written)
        self.text = text
    }

    /// The object with the setting under its `spec`.
    package func apply(to object: Tree) throws(RenderError) -> Tree {
        var place = path
        place.steps.insert(.key("spec"), at: 0)
        do {
            return try OverlayPatch.apply(value, at: place, to: object, readingText: false)
        } catch {
            throw RenderError(.invalidSetting, "--set \"\(text)\": \(error.message); check the path")
        }
    }

    private static func value(_ text: String) -> Tree {
        if let number = Int64(text) { return .integer(number) }
        let isDecimal = text.utf8.allSatisfy {
            ($0 >= 0x30 && $0 <= 0x39) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0)
        }
        if isDecimal, let number = Double(text), number.isFinite { return .double(number) }
        if ["t", "T", "true", "True", "TRUE"].contains(text) { return true }
        if ["f", "F", "false", "False", "FALSE"].contains(text) { return false }
        return .string(text.replacing("\\,", with: ","))
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
