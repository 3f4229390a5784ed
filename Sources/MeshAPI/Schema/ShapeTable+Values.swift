internal import DataTree
internal import MeshBase

/// Single values against the kinds of a table.
extension ShapeTable {
    /// What is wrong with a value, and what to write in its place.
    typealias Complaint = (problem: String, remedy: String)

    /// What is wrong with a value of a kind that is no message; nil where nothing is.
    func complaint(about tree: Tree, _ kind: Kind) -> Complaint? {
        switch kind {
        case .anything, .message: nil
        case .text: tree.string == nil ? ("is not a text", "put it in quotes") : nil
        case .textOrNumber: tree.string != nil || tree.number != nil ? nil : ("is not a text", "write one value")
        case .scalar: tree.object == nil && tree.array == nil ? nil : ("is not a text", "write one value")
        case .boolean:
            tree.bool == nil ? ("is not true or false", "write true or false, without quotes") : nil
        case .integer(let range): Self.complaint(aboutInteger: tree, range)
        case .number(let range): Self.complaint(aboutNumber: tree, range)
        case .duration: Self.complaint(aboutDuration: tree)
        case .podCount: Self.complaint(aboutPodCount: tree)
        case .word(let words): Self.complaint(aboutWord: tree, words)
        case .wordOf(let name): tree.integer == nil ? Self.complaint(aboutWord: tree, words(of: name)) : nil
        case .object: tree.object == nil ? ("is not an object", "write fields below it") : nil
        }
    }

    private static func complaint(aboutInteger tree: Tree, _ range: ClosedRange<Int64>) -> Complaint? {
        let bounds = "from \(range.lowerBound) to \(range.upperBound)"
        let given: Double
        if let number = tree.integer {
            if range.contains(number) { return nil }
            given = Double(number)
        } else if let number = tree.number, number == number.rounded() {
            given = number
        } else if let number = tree.string.flatMap({ Int64($0) }) {
            if range.contains(number) { return nil }
            given = Double(number)
        } else if case .bigInteger(let digits) = tree {
            given = digits.hasPrefix("-") ? -Double.infinity : Double.infinity
        } else {
            return ("is not a whole number", "write a number \(bounds)")
        }
        if given < Double(range.lowerBound) { return ("is less than \(range.lowerBound)", "write a number \(bounds)") }
        if given > Double(range.upperBound) { return ("is more than \(range.upperBound)", "write a number \(bounds)") }
        return nil
    }

    private static func complaint(aboutNumber tree: Tree, _ range: ClosedRange<Double>) -> Complaint? {
        let (least, most) = (Tree.double(range.lowerBound), Tree.double(range.upperBound))
        let isOpen = range.upperBound >= 1e300
        let bounds =
            isOpen
            ? "of at least \(least.jsonText(.compact))"
            : "from \(least.jsonText(.compact)) to \(most.jsonText(.compact)), for example 1.5"
        guard let number = tree.number ?? tree.string.flatMap({ Double($0) }), number.isFinite else {
            return ("is not a number", "write a number \(bounds)")
        }
        if number < range.lowerBound { return ("is less than \(least.jsonText(.compact))", "write a number \(bounds)") }
        if number > range.upperBound { return ("is more than \(most.jsonText(.compact))", "write a number \(bounds)") }
        return nil
    }

    private static func complaint(aboutDuration tree: Tree) -> Complaint? {
        guard let span = tree.string.flatMap({ GoDuration.parse($0) }) else {
            return ("is not a time span", "write a time span such as 10s")
        }
        return span < .zero ? ("is negative", "write a time span such as 10s") : nil
    }

    /// A number of pods or a percentage, as Kubernetes has them in rolling updates and disruption budgets (`IntOrString`).
    private static func complaint(aboutPodCount tree: Tree) -> Complaint? {
        let remedy = "write a number of pods such as 1, or a percentage such as 25%"
        if tree.integer != nil || tree.number != nil {
            return complaint(aboutInteger: tree, 0...Int64(Int32.max)).map { ($0.problem, remedy) }
        }
        guard let text = tree.string else { return ("is not a number of pods or a percentage", remedy) }
        let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
        guard !digits.isEmpty, digits.utf8.count <= 10, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return ("is not a number of pods or a percentage", remedy)
        }
        return nil
    }

    private static func complaint(aboutWord tree: Tree, _ words: [String]) -> Complaint? {
        guard !(tree.string.map { words.contains($0) } ?? false) else { return nil }
        return ("is not one of its words", "use one of \(words.joined(separator: ", "))")
    }
}
