package import DataTree
package import MeshAPI

extension AnalysisSpec {
    /// The addresses that are never asked (``GateAddress``), whoever answers there.
    package func addressIssues(at path: TreePath) -> [SpecIssue] {
        var asked: [(TreePath, String)] = []
        if let prometheus { asked.append((path.appending("prometheus").appending("address"), prometheus.address)) }
        for (index, metric) in metrics.enumerated() {
            guard case .json(let url, _, _) = metric.source else { continue }
            asked.append((path.appending("metrics").appending(index: index).appending("json").appending("url"), url))
        }
        for (index, gate) in gates.enumerated() {
            asked.append((path.appending("gates").appending(index: index).appending("url"), gate.url))
        }
        return asked.compactMap { place, address in
            do throws(AnalysisError) {
                _ = try GateAddress(address)
                return nil
            } catch {
                let remedy = "use an address that may be asked"
                return SpecIssue(path: place, value: nil, problem: error.message, remedy: remedy)
            }
        }
    }
}
