/// Finds the word somebody may have meant.
package enum NameSuggestion {
    /// The word of `known` with the fewest changed letters, nil when none is near: a third of its letters, at most three.
    ///
    /// A word that begins with what was written counts as near. Case does not matter; of equally near words the first wins.
    package static func nearest(to word: String, among known: [String]) -> String? {
        let wanted = Array(word.lowercased().unicodeScalars.prefix(64))
        guard !wanted.isEmpty else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in known {
            let letters = Array(candidate.lowercased().unicodeScalars.prefix(64))
            let isPrefix = wanted.count >= 3 && letters.starts(with: wanted)
            let distance = isPrefix ? 1 : distance(wanted, letters)
            guard distance <= min(3, max(1, letters.count / 3)) else { continue }
            if let best, best.distance <= distance { continue }
            best = (candidate, distance)
        }
        return best?.word
    }

    /// How many letters differ, are missing or are swapped with their neighbour (Damerau and Levenshtein, restricted).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var rows = [Array(0...right.count)]
        for row in 0..<left.count {
            var next = [row + 1]
            for column in 0..<right.count {
                let change = rows[row][column] + (left[row] == right[column] ? 0 : 1)
                var least = min(change, rows[row][column + 1] + 1, next[column] + 1)
                let isSwap =
                    row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
                if isSwap { least = min(least, rows[row - 1][column - 1] + 1) }
                next.append(least)
            }
            rows.append(next)
        }
        return rows[left.count][right.count]
    }
}
