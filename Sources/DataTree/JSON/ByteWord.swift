/// Eight bytes of text looked at together.
enum ByteWord {
    /// The high bit of each byte.
    static let highs: UInt64 = 0x8080_8080_8080_8080
    /// Eight quotes.
    static let quotes: UInt64 = 0x2222_2222_2222_2222
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let backslashes: UInt64 = 0x5C5C_5C5C_5C5C_5C5C
    private static let spaces: UInt64 = 0x2020_2020_2020_2020

    /// Marks bytes that a JSON string cannot hold as they are: quotes, backslashes and control characters.
    ///
    /// The lowest bit set is the high bit of the first such byte; bits above it mean nothing. 0 when there is none.
    @inline(__always)
    static func special(_ word: UInt64) -> UInt64 {
        let quote = word ^ quotes
        let backslash = word ^ backslashes
        let found = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- spaces) & ~word)
        return found & highs
    }
}
