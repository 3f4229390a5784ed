internal import ArgumentParser
internal import MeshBase

/// Says which word of a command line is no command, and which one may be meant.
struct WordCheck {
    let root: any ParsableCommand.Type

    /// Nil where every word up to the first option is a command, or an argument of one that takes arguments.
    func complaint(about arguments: [String]) -> String? {
        var command = root
        var path = [root._commandName]
        for word in arguments {
            let choices = command.configuration.subcommands.filter { $0.configuration.shouldDisplay }
            guard !choices.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            if let next = choices.first(where: { $0._commandName == word || $0.configuration.aliases.contains(word) }) {
                command = next
                path.append(word)
                continue
            }
            let names = choices.map { $0._commandName }
            let meant = NameSuggestion.nearest(to: word, among: names).map { "; did you mean `\($0)`?" } ?? ";"
            let place = path.joined(separator: " ")
            return
                "\(place) has no command `\(word)`\(meant) There are \(names.joined(separator: ", ")); `\(place) --help` tells more"
        }
        return nil
    }
}
