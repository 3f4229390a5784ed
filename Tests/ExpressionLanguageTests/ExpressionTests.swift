internal import DataTree
internal import ExpressionLanguage
internal import MeshTestKit
internal import Testing

/// Evaluates an expression over a few untyped variables and gives the result as JSON text.
private func evaluate(_ source: String, limit: UInt64 = 1_000_000) throws -> String {
    let data: [String: Tree] = [
        "x": 5, "name": "istiod", "list": [3, 1, 2], "object": ["a": 1, "b": ["c": "d"]], "text": "a,b,c",
    ]
    var types: [String: ExpressionType] = [:]
    var values: [String: ExpressionValue] = [:]
    for (key, tree) in data {
        types[key] = .dynamic
        values[key] = try ExpressionValue(tree, as: .dynamic)
    }
    let expression = try Expression(source, variables: types)
    var meter = CostMeter(limit: limit)
    let result = try expression.evaluate(values, meter: &meter)
    return try #require(result.tree(), "no data form").jsonText()
}

@Suite("Expressions") struct ExpressionTests {
    @Test(
        "compute scalars",
        arguments: [
            ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 / 2", "3"), ("-7 / 2", "-3"), ("-7 % 3", "-1"),
            ("7.0 / 2.0", "3.5"), ("1 + 1 == 2 ? 'yes' : 'no'", #""yes""#), ("!(x > 3)", "false"), ("!!true", "true"),
            ("--x", "5"), ("-9223372036854775808", "-9223372036854775808"), ("0x1F", "31"), ("10u % 3u", "1"),
            ("1e3 == 1000.0", "true"), ("1 < 2.5 && 2u >= 2", "true"), ("'a' < 'b'", "true"),
            ("b'abc' == b'abc'", "true"), ("'\\u0041\\x42\\103\\n'", #""ABC\n""#),
            ("r'\\d'", #""\\d""#), ("{'as': 1}.as", "1"), ("{'a-b': 1}.`a-b`", "1"),
            ("type(optional.none()) == optional_type", "true"), ("\"\"\"a\"b\"\"\"", #""a\"b""#),
            ("true || 1 / 0 > 0", "true"),
            ("1 / 0 > 0 || true", "true"), ("false && 1 / 0 > 0", "false"), ("null == null", "true"),
            ("x in [1, 5]", "true"), ("'a' in object", "true"), ("x // comment\n + 1", "6"), ("type(1) == int", "true"),
            ("type('') == string", "true"), ("int('42') + int(2.9) + int(3u)", "47"), ("uint(3)", "3"),
            ("double('1.5')", "1.5"), ("string(1.0) + string(true) + string(7)", #""1true7""#),
            ("string(b'hi')", #""hi""#), ("bytes('hi').size()", "2"), ("bool('true')", "true"), ("dyn(x) + 1", "6"),
        ]
    )
    func scalars(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test(
        "work on collections",
        arguments: [
            ("list.size() + size('häß')", "6"), ("object.a", "1"), ("object.b.c", #""d""#), ("object['a']", "1"),
            ("list[1]", "1"), ("has(object.a) && !has(object.z)", "true"), ("list.all(i, i > 0)", "true"),
            ("list.exists(i, i == 2)", "true"), ("list.exists_one(i, i > 1)", "false"),
            ("list.map(i, i * 2)", "[6,2,4]"), ("list.map(i, i > 1, i * 2)", "[6,4]"),
            ("list.filter(i, i > 1)", "[3,2]"), ("[1] + [2, 3]", "[1,2,3]"), ("{'a': 1, 'b': 2}.size()", "2"),
            ("{'a': 1}.all(k, k == 'a')", "true"), ("{1: 'a'}[1]", #""a""#), ("list.sum()", "6"), ("list.min()", "1"),
            ("list.max()", "3"), ("list.isSorted()", "false"), ("[1, 2, 2].isSorted()", "true"),
            ("list.indexOf(2)", "2"), ("[1, 2, 1].lastIndexOf(1)", "2"), ("dyn([1, 2]) == [1.0, 2.0]", "true"),
            ("{'a': [1]} == {'a': [1]}", "true"), ("[[1], [2, 3]].flatten()", "[1,2,3]"),
            ("sets.contains([1, 2, 3], [2])", "true"), ("sets.intersects([1], [2])", "false"),
            ("list.all(i, v, i < 3 && v > 0)", "true"), ("object.exists(k, v, k == 'a' && v == 1)", "true"),
            ("list.transformList(i, v, i + v)", "[3,2,4]"), ("{'a': 1}.transformMap(k, v, v + 1)", #"{"a":2}"#),
            ("cel.bind(y, x + 1, y * y)", "36"), ("[1, 1, 2].distinct()", "[1,2]"),
            ("object.?a.orValue(0) + object.?z.orValue(7)", "8"), ("optional.of(1).hasValue()", "true"),
            ("object.?b.c.orValue('')", #""d""#), ("optional.none().orValue(3)", "3"),
            ("[1, ?optional.none()]", "[1]"), ("{'a': 1, ?'b': object.?zz}", #"{"a":1}"#),
            ("object[?'a'].optMap(v, v + 1).value()", "2"),
        ]
    )
    func collections(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test(
        "work on strings",
        arguments: [
            ("name.startsWith('is') && name.endsWith('d') && name.contains('tio')", "true"),
            ("name.matches('^[a-z]+$')", "true"), ("'héllo'.charAt(1)", #""é""#),
            ("'hello mellow'.indexOf('ello', 2)", "7"), ("'hello mellow'.lastIndexOf('ello')", "7"),
            ("['a', 'b'].join('-')", #""a-b""#), ("'TacoCat'.lowerAscii()", #""tacocat""#),
            ("'hello hello'.replace('he', 'we', 1)", #""wello hello""#), ("'abc'.replace('', '_')", #""_a_b_c_""#),
            ("text.split(',')", #"["a","b","c"]"#), ("text.split(',', 2)", #"["a","b,c"]"#),
            ("'abc'.split('')", #"["a","b","c"]"#), ("'tacocat'.substring(4)", #""cat""#),
            ("'tacocat'.substring(0, 4)", #""taco""#), ("'  x '.trim()", #""x""#), ("'gums'.reverse()", #""smug""#),
            ("'abc 123'.find('[0-9]+')", #""123""#), ("'123 abc 456'.findAll('[0-9]+')", #"["123","456"]"#),
            ("'%s has %d at %.2f%%'.format([name, 3, 1.5])", #""istiod has 3 at 1.50%""#),
            ("'%s'.format([[1, 'a']])", #""[1, a]""#),
            ("'%.3e|%e'.format([1052.5, 0.00025])", #""1.052e+03|2.500000e-04""#),
            ("'%X %o %x'.format([b'az', 8u, 255])", #""617A 10 ff""#),
            ("'%f %s'.format([2, double('NaN')])", #""2.000000 NaN""#),
        ]
    )
    func strings(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test(
        "work with times, addresses and quantities",
        arguments: [
            ("duration('1h30m') > duration('89m')", "true"), ("duration('1.5s').getMilliseconds()", "500"),
            ("string(duration('90s') + duration('500ms'))", #""90.5s""#),
            ("timestamp('2026-11-21T06:30:05Z').getFullYear()", "2026"),
            ("timestamp('2026-11-21T06:30:05Z').getDayOfWeek()", "6"),
            ("timestamp('2026-11-21T06:30:05Z').getHours('+02:00')", "8"),
            ("timestamp('2026-11-21T00:00:00Z') + duration('24h') == timestamp('2026-11-22T00:00:00Z')", "true"),
            ("timestamp('2026-11-21T00:00:10Z') - timestamp('2026-11-21T00:00:00Z') == duration('10s')", "true"),
            ("isURL('https://a.b:80/c?d=e') && !isURL('a b')", "true"),
            ("url('https://[::1]:80/c%20?d=e&d=f').getHostname()", #""::1""#),
            ("url('https://u@a.b:80/c').getHost()", #""a.b:80""#),
            ("url('http://a/?d=e&d=f').getQuery()", #"{"d":["e","f"]}"#), ("url('/p').getScheme()", #""""#),
            ("isURL('registry:5000/x')", "false"), ("ip('10.0.0.1').family()", "4"),
            ("isIP('::ffff:1.2.3.4')", "false"),
            ("string(ip('2001:DB8:0:0::1'))", #""2001:db8::1""#), ("ip.isCanonical('2001:db8::1')", "true"),
            ("ip('127.0.0.1').isLoopback()", "true"), ("isIP('1.2.3.04')", "false"),
            ("isCIDR('::ffff:1.2.3.0/120')", "false"),
            ("isIP('64:ff9b::1.2.3.4')", "true"),
            ("cidr('10.0.0.0/8').containsIP('10.1.2.3')", "true"),
            ("cidr('10.0.0.0/8').containsCIDR('10.0.0.0/7')", "false"),
            ("string(cidr('10.1.2.3/8').masked())", #""10.0.0.0/8""#), ("cidr('::/0').prefixLength()", "0"),
            ("isCIDR('10.0.0.0/33')", "false"), ("quantity('1Gi').isGreaterThan(quantity('1000M'))", "true"),
            ("quantity('500m').add(quantity('1')).asApproximateFloat()", "1.5"),
            ("quantity('50k').asInteger()", "50000"), ("isQuantity('10Q')", "false"),
            ("quantity('200M').compareTo(quantity('0.2G'))", "0"),
            ("format.dns1123Label().validate('ok').hasValue()", "false"),
            ("format.named('dns1123Label').value().validate('Not').value()", #"["must be a valid DNS-1123 label"]"#),
        ]
    )
    func libraries(source: String, expected: String) throws {
        #expect(try evaluate(source) == expected)
    }

    @Test(
        "fail on values that an operation cannot work on",
        arguments: [
            "9223372036854775807 + 1", "-9223372036854775808 - 1", "9223372036854775807 * 2", "1 / 0", "1 % 0",
            "0u - 1u", "dyn(1) + 'a'", "object.z", "list[7]", "list[-1]", "int('x')", "duration('x')", "timestamp('x')",
            "dyn('a') && true", "uint(-1)", "-(-9223372036854775808)", "'abc'.substring(2, 1)", "'a'.charAt(5)",
            "name.matches(name + '(')", "{'a': 1, 'a': 2}", "[].min()", "optional.none().value()", "ip('x')",
            "quantity('x')", "url('x')", "'%d'.format([])", "int(1e300)", "dyn(1) < 'a'", "dyn(5).size()",
            "b'\\xff' == b'' || string(b'\\xff') == ''", "1 / 0 > 0 || false",
            "timestamp('9999-12-31T23:59:59Z') + duration('1s')", "timestamp(253402300800)",
            "int(-9223372036854775808.0)",
        ]
    )
    func failures(source: String) {
        let error = #expect(throws: ExpressionError.self) { try evaluate(source) }
        #expect(error?.code == .evaluation, "\(String(describing: error))")
    }

    @Test(
        "are refused when they make no sense",
        arguments: [
            ("1 +", "mismatched input"), ("(1", "mismatched input"), ("nope", "undeclared reference to 'nope'"),
            ("nope()", "undeclared reference to 'nope'"),
            ("1 + 'a'", "no matching overload for '_+_' applied to '(int, string)'"),
            ("1 == 'a'", "no matching overload for '_==_'"), ("'a'.size(1)", "no matching overload for 'size'"),
            ("has(x)", "invalid argument to has()"), ("[1].all(1, true)", "must be a simple name"),
            ("'a'.foo", "does not support field selection"),
            ("'a'.all(i, true)", "cannot be range of a comprehension"), ("true ? 1 : 'a'", "'_?_:_'"),
            ("'a", "unterminated"), ("9223372036854775808", "invalid int literal"),
            ("'a'.matches('(')", "invalid matches argument"), ("!1", "expected type 'bool'"),
            ("package", "reserved identifier"), ("x.true", "mismatched input"), ("#", "token recognition error"),
            ("1 in 2", "no matching overload"),
        ]
    )
    func refusals(source: String, message: String) {
        let error = #expect(throws: ExpressionError.self) { try evaluate(source) }
        #expect(error?.message.contains(message) ?? false, "\(String(describing: error))")
    }

    @Test("say where a problem is")
    func places() {
        let error = #expect(throws: ExpressionError.self) { try evaluate("x > 1 &&\n  nope == 2") }
        #expect(
            error?.message
                == "ERROR: <input>:2:3: undeclared reference to 'nope' (in container '')\n |   nope == 2\n | ..^"
        )
    }

    @Test(
        "are stopped when they nest too deeply or cost too much",
        arguments: [
            String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000),
            String(repeating: "[", count: 5000), String(repeating: "1 + ", count: 2000) + "1",
            (0..<7).map { "[1,2,3,4,5,6,7,8,9,10].all(v\($0), " }.joined() + "true" + String(repeating: ")", count: 7),
            "lists.range(100000000)",
        ]
    )
    func limits(source: String) {
        let error = #expect(throws: ExpressionError.self) { try evaluate(source, limit: 100_000) }
        #expect([.tooDeep, .costExceeded].contains(error?.code), "\(String(describing: error))")
    }

    @Test("never trap, whatever the expression", arguments: propertySeeds(40))
    func noise(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let parts = [
            "x", "list", "object", "text", "1", "-1", "0u", "1.5", "9223372036854775807", "'a'", "b'a'", "(", ")", "[",
            "]", "{",
            "}", ",", ":", "?", ".", ".?", "+", "-", "*", "/", "%", "==", "<", "&&", "||", "!", " in ", "has(", "size(",
            "int(",
            "duration('1h')", ".all(i, ", ".map(i, ", ".filter(i, ", ".sum()", ".substring(", ".split('')", ".format(",
            "null",
            "timestamp('2026-01-01T00:00:00Z')", "optional.of(", ".replace('', ", "lists.range(", "i", "true", "'%d'",
            "string(",
        ]
        for _ in 0..<300 {
            let source = (0..<(1 + random.int(below: 10))).map { _ in random.pick(parts) }.joined()
            do {
                _ = try evaluate(source, limit: 10_000)
            } catch let error as ExpressionError {
                #expect(!error.message.isEmpty, "seed \(seed): \(source)")
            } catch {
                // A value without a data form: nothing to compare, but no trap either.
            }
        }
    }

    @Test("know which variables they use")
    func uses() throws {
        let types: [String: ExpressionType] = ["self": .dynamic, "oldSelf": .dynamic]
        let expression = try Expression("self.all(i, i == oldSelf)", variables: types)
        #expect(expression.uses("oldSelf"))
        #expect(try !Expression("self == 1", variables: types).uses("oldSelf"))
        #expect(expression.resultType == .bool)
    }
}
