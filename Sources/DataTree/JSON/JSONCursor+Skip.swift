extension JSONCursor {
    /// Passes over a value, checking its grammar but not its encoding, and keeping nothing.
    mutating func skipValue(depth: Int) throws(JSONFault) {
        skipSpace()
        guard position < end else { throw unexpected("a value") }
        switch unsafe base[position] {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "{"): try skipObject(depth: depth)
        case UInt8(ascii: "["): try skipArray(depth: depth)
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try number()
        default: throw unexpected("a value")
        }
    }

    private mutating func skipObject(depth: Int) throws(JSONFault) {
        try enter(depth)
        skipSpace()
        if take(UInt8(ascii: "}")) { return }
        while true {
            guard position < end, unsafe base[position] == UInt8(ascii: "\"") else {
                throw unexpected("a key in double quotes")
            }
            try skipString()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':' after the key") }
            try skipValue(depth: depth + 1)
            skipSpace()
            if take(UInt8(ascii: ",")) {
                skipSpace()
                continue
            }
            guard take(UInt8(ascii: "}")) else { throw unexpected("',' or '}'") }
            return
        }
    }

    private mutating func skipArray(depth: Int) throws(JSONFault) {
        try enter(depth)
        skipSpace()
        if take(UInt8(ascii: "]")) { return }
        while true {
            try skipValue(depth: depth + 1)
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw unexpected("',' or ']'") }
            return
        }
    }

    private mutating func skipString() throws(JSONFault) {
        position += 1
        while position < end {
            switch unsafe base[position] {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"): position += 2
            case 0..<0x20: throw unexpected("no control character within a string")
            default: position += 1
            }
        }
        position = end
        throw unexpected("the end of a string")
    }
}
