internal import MeshAPI

extension UpgradeScene {
    /// The tags that lead to each revision by the webhooks that are there, in order.
    var tagged: [String: [String]] {
        var result: [String: [String]] = [:]
        for tag in Set(spec.tagNames + [RevisionSlot.unnamed]).sorted() {
            let isInstalled = stand.survey[tag] != nil
            guard let name = tags.handover(of: tag).answering(tag, isInstalled: isInstalled) else { continue }
            result[name, default: []].append(tag)
        }
        return result
    }
}
