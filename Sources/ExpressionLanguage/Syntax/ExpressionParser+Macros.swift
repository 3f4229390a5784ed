extension ExpressionParser {
    /// Expands a global macro; nil where `name` is a plain function.
    func macro(_ name: String, _ arguments: [ExpressionNode], _ start: Int) throws(ExpressionError) -> ExpressionNode? {
        guard name == "has" else { return nil }
        guard arguments.count == 1, case .select(let operand, let field, _) = arguments[0].kind else {
            throw ExpressionError(.syntax, "invalid argument to has() macro")
        }
        return try make(.test(operand, field: field), start)
    }

    /// Reads a method call, expanding macros and resolving names of libraries such as `optional.of`.
    mutating func method(_ name: String, of target: ExpressionNode, _ start: Int) throws(ExpressionError)
        -> ExpressionNode
    {
        let arguments = try arguments()
        if case .identifier(let namespace) = target.kind {
            if namespace == "cel", name == "bind" { return try bind(arguments, start) }
            let qualified = "\(namespace).\(name)"
            if FunctionTable.shared.isFunction(qualified) {
                return try make(.call(qualified, target: nil, arguments: arguments), start)
            }
        }
        if name == "optMap" || name == "optFlatMap", arguments.count == 2 {
            let variable = try variable(arguments[0], of: name)
            return try make(
                .optionalMap(target, variable, arguments[1], isFlat: name == "optFlatMap"),
                start
            )
        }
        if let node = try comprehension(name, target, arguments, start) { return node }
        return try make(.call(name, target: target, arguments: arguments), start)
    }

    private func bind(_ arguments: [ExpressionNode], _ start: Int) throws(ExpressionError) -> ExpressionNode {
        guard arguments.count == 3 else { throw ExpressionError(.syntax, "cel.bind() takes three arguments") }
        return try make(.bind(try variable(arguments[0], of: "cel.bind"), arguments[1], arguments[2]), start)
    }

    private func variable(_ node: ExpressionNode, of macro: String) throws(ExpressionError) -> String {
        guard case .identifier(let name) = node.kind else {
            throw ExpressionError(.syntax, "argument must be a simple name in \(macro)()")
        }
        return name
    }

    private func comprehension(
        _ name: String,
        _ target: ExpressionNode,
        _ arguments: [ExpressionNode],
        _ start: Int
    ) throws(ExpressionError) -> ExpressionNode? {
        let macro = ExpressionNode.Comprehension.Macro(rawValue: name == "existsOne" ? "exists_one" : name)
        guard let macro else { return nil }
        var condition: ExpressionNode?
        var transform: ExpressionNode?
        let names: Int
        switch (macro, arguments.count) {
        case (.all, 2), (.exists, 2), (.existsOne, 2), (.filter, 2):
            names = 1
            condition = arguments[1]
        case (.all, 3), (.exists, 3), (.existsOne, 3):
            names = 2
            condition = arguments[2]
        case (.map, 2):
            names = 1
            transform = arguments[1]
        case (.map, 3):
            names = 1
            condition = arguments[1]
            transform = arguments[2]
        case (.transformList, 3), (.transformMap, 3):
            names = 2
            transform = arguments[2]
        case (.transformList, 4), (.transformMap, 4):
            names = 2
            condition = arguments[2]
            transform = arguments[3]
        default: return nil
        }
        var variables: [String] = []
        for node in arguments.prefix(names) { variables.append(try variable(node, of: name)) }
        let body = ExpressionNode.Comprehension(
            macro: macro,
            range: target,
            variables: variables,
            condition: condition,
            transform: transform
        )
        return try make(.comprehension(body), start)
    }
}
