internal import DataTree

/// What a row says about its object as a whole.
enum RowConditions {
    static func of(_ object: Tree) -> [Tree] {
        guard object["kind"] == "Pod", let phase = object.value(at: "status", "phase")?.string,
            ["Succeeded", "Failed"].contains(phase)
        else { return [] }
        let reason = phase
        let message = phase == "Succeeded" ? "The pod has completed successfully." : "The pod failed."
        return [["type": "Completed", "status": "True", "reason": .string(reason), "message": .string(message)]]
    }
}
