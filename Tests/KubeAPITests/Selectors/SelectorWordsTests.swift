internal import KubeAPI
internal import Testing

/// What is said of selectors that cannot be read, with the texts that kube-apiserver 1.36.2 gave for the same ones.
@Suite struct SelectorWordsTests {
    static let labelValue =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

    static let labels: [(String, String)] = [
        ("a===b", "unable to parse requirement: found '=', expected: identifier"),
        ("=b", "found '=', expected: !, identifier, or 'end of string'"),
        (",a", "found ',', expected: !, identifier, or 'end of string'"),
        ("a,", "found '', expected: identifier after ','"),
        ("a=b,,c", "found ',', expected: identifier after ','"),
        ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ("!a=b", "found '=', expected: ',' or 'end of string'"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        ("a near b", "unable to parse requirement: found 'near', expected: in, notin, =, ==, !=, gt, lt"),
        ("a in", "unable to parse requirement: found '' expected: '('"),
        ("a in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"),
        ("a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"),
        ("a in (b,", "unable to parse requirement: found '', expected: ',', or identifier"),
        ("a=-b", #"unable to parse requirement: values[0][a]: Invalid value: "-b": \#(labelValue)"#),
        (
            "a>b",
            "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer"
        ),
        (
            "a in (b,-c,-d)",
            #"unable to parse requirement: [values[0][a]: Invalid value: "-c": \#(labelValue), "#
                + #"values[1][a]: Invalid value: "-d": \#(labelValue)]"#
        ),
    ]

    @Test(arguments: labels) func ofLabels(_ text: String, _ message: String) {
        let error = #expect(throws: SelectorError.self) { try LabelSelector(text: text) }
        #expect(error?.message == message)
    }

    static let fields: [(String, String)] = [
        ("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
        ("b,a", "invalid selector: 'b,a'; can't understand 'a'"),
        ("a=b=c", "invalid field selector: unescaped character in value: 61"),
        ("a=\\x", "invalid field selector: invalid escape sequence: \\x"),
        ("a=b\\", "invalid field selector: invalid escape sequence: \\"),
    ]

    @Test(arguments: fields) func ofFields(_ text: String, _ message: String) {
        let error = #expect(throws: SelectorError.self) { try FieldSelector(text: text) }
        #expect(error?.message == message)
    }

    @Test func valuesLeftOutAreEmpty() throws {
        #expect(try LabelSelector(text: "a in (,b),c in ()").text == "a in (,b),c=")
        #expect(try LabelSelector(text: "in,notin").text == "in,notin")
    }
}
