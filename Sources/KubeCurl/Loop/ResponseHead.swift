internal import KubeClient

/// Collects the header lines of one answer as libcurl gives them.
struct ResponseHead {
    /// What a line led to.
    enum Progress: Hashable {
        /// More is to come.
        case incomplete
        /// The head is complete.
        case complete
    }

    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    private var isComplete = false

    /// Takes one line with its end.
    ///
    /// Heads of interim answers (1xx) are passed over, and so are trailers.
    mutating func take(_ line: String) -> Progress {
        if isComplete { return .incomplete }
        var text = line[...]
        while let last = text.unicodeScalars.last, last == "\n" || last == "\r" { text.unicodeScalars.removeLast() }
        if text.isEmpty {
            isComplete = status >= 200 || status == 101
            return isComplete ? .complete : .incomplete
        }
        if text.hasPrefix("HTTP/") {
            let parts = text.split(separator: " ", maxSplits: 2)
            status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            headers = HTTPHeaders()
            return .incomplete
        }
        guard let colon = text.firstIndex(of: ":") else { return .incomplete }
        let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        headers.append(String(text[..<colon]), String(value.trimmingEnd()))
        return .incomplete
    }

    /// The answer with a body; fields that spoke of the compressed form, which nobody sees, are left out.
    func response(_ body: HTTPBody) -> HTTPResponse {
        var headers = headers
        if let encoding = headers["Content-Encoding"], encoding.lowercased() != "identity" {
            headers["Content-Encoding"] = nil
            headers["Content-Length"] = nil
        }
        return HTTPResponse(status: status, headers: headers, body: body)
    }
}

extension Substring {
    fileprivate func trimmingEnd() -> Substring {
        var text = self
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
