extension ScalarSet {
    /// The set of a POSIX class name such as `alpha`, nil for an unknown name.
    static func posix(_ name: String) -> ScalarSet? {
        switch name {
        case "alnum": ScalarSet([48...57, 65...90, 97...122])
        case "alpha": ScalarSet([65...90, 97...122])
        case "ascii": ScalarSet([0...127])
        case "blank": ScalarSet([9...9, 32...32])
        case "cntrl": ScalarSet([0...31, 127...127])
        case "digit": digits
        case "graph": ScalarSet([33...126])
        case "lower": ScalarSet([97...122])
        case "print": ScalarSet([32...126])
        case "punct": ScalarSet([33...47, 58...64, 91...96, 123...126])
        case "space": ScalarSet([9...13, 32...32])
        case "upper": ScalarSet([65...90])
        case "word": word
        case "xdigit": ScalarSet([48...57, 65...70, 97...102])
        default: nil
        }
    }

    /// The set of a Unicode general category (`L`, `Lu`, `Nd`, …) or of one of a few scripts; nil for an unknown name.
    static func unicode(_ name: String) -> ScalarSet? {
        switch name {
        case "Any": return all
        case "Latin": return scriptLatin
        case "Greek": return ScalarSet([0x370...0x373, 0x375...0x377, 0x37A...0x37D, 0x37F...0x3FF, 0x1F00...0x1FFE])
        case "Cyrillic": return ScalarSet([0x400...0x52F, 0x1C80...0x1C88, 0x2DE0...0x2DFF, 0xA640...0xA69F])
        case "Han":
            return ScalarSet([0x2E80...0x2FD5, 0x3005...0x3007, 0x3400...0x9FFF, 0xF900...0xFAD9, 0x20000...0x323AF])
        default: break
        }
        return categories[name]
    }

    /// The sets of all general categories and of their groups, made in one pass when first asked for.
    private static let categories: [String: ScalarSet] = {
        var ranges: [String: [ClosedRange<UInt32>]] = [:]
        var start: UInt32 = 0
        var current = ""
        func close(_ end: UInt32) {
            guard !current.isEmpty, end > start else { return }
            ranges[current, default: []].append(start...(end - 1))
            ranges[String(current.prefix(1)), default: []].append(start...(end - 1))
        }
        for value in UInt32(0)...last {
            let name = Unicode.Scalar(value).map { code(of: $0.properties.generalCategory) } ?? "Cs"
            guard name != current else { continue }
            close(value)
            start = value
            current = name
        }
        close(last + 1)
        return ranges.mapValues { ScalarSet($0) }
    }()

    private static let scriptLatin = ScalarSet([
        0x41...0x5A, 0x61...0x7A, 0xAA...0xAA, 0xBA...0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2B8, 0x1E00...0x1EFF,
        0x2C60...0x2C7F, 0xA722...0xA787, 0xFF21...0xFF3A, 0xFF41...0xFF5A,
    ])

    private static func code(of category: Unicode.GeneralCategory) -> String {
        switch category {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }
}
