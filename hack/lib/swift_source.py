"""A light reader of Swift source: blanks comments and strings, finds declarations and their bodies.

It knows as much Swift as the budgets need. It never fails on odd input: what it cannot place it leaves out.
"""

import re
from dataclasses import dataclass, field


def blank(text: str) -> str:
    """The source with comments and string contents replaced by spaces; line breaks stay."""
    out = []
    i, n = 0, len(text)

    def skip(until: int) -> None:
        nonlocal i
        out.append("".join("\n" if c == "\n" else " " for c in text[i:until]))
        i = until

    while i < n:
        if text.startswith("//", i):
            end = text.find("\n", i)
            skip(n if end < 0 else end)
        elif text.startswith("/*", i):
            depth, j = 1, i + 2
            while j < n and depth:
                if text.startswith("/*", j):
                    depth, j = depth + 1, j + 2
                elif text.startswith("*/", j):
                    depth, j = depth - 1, j + 2
                else:
                    j += 1
            skip(j)
        elif text[i] in '"#':
            match = re.compile(r'(#*)("""|")').match(text, i)
            if not match:
                out.append(text[i])
                i += 1
                continue
            skip(_string_end(text, match))
        else:
            out.append(text[i])
            i += 1
    return "".join(out)


def _string_end(text: str, opening: re.Match) -> int:
    hashes, quote = opening.group(1), opening.group(2)
    closing, escape = quote + hashes, "\\" + hashes
    j = opening.end()
    while j < len(text):
        if text.startswith(escape + "(", j):
            depth, j = 1, j + len(escape) + 1
            while j < len(text) and depth:
                inner = re.compile(r'(#*)("""|")').match(text, j)
                if inner:
                    j = _string_end(text, inner)
                    continue
                depth += {"(": 1, ")": -1}.get(text[j], 0)
                j += 1
        elif text.startswith(escape, j) and not hashes:
            j += 2
        elif text.startswith(closing, j):
            return j + len(closing)
        elif quote == '"' and text[j] == "\n":
            return j
        else:
            j += 1
    return len(text)


@dataclass
class Declaration:
    """A type, extension, function or property with the lines it spans."""

    keyword: str
    name: str
    line: int
    end_line: int
    depth: int
    access: str
    parent: str
    documented: bool
    signature: str
    modifiers: str
    has_body: bool


@dataclass
class SwiftFile:
    path: str
    text: str
    code: str = ""
    declarations: list = field(default_factory=list)

    @property
    def lines(self) -> int:
        return self.text.count("\n")


MODIFIERS = (
    r"(?:(?:@[\w.]+(?:\([^()\n]*\))?|public|package|internal|fileprivate|private|open|final|static|class|mutating|"
    r"nonmutating|override|required|convenience|indirect|lazy|weak|unowned|nonisolated(?:\(\w+\))?|isolated|"
    r"private\(set\)|package\(set\)|public\(set\)|internal\(set\)|consuming|borrowing|prefix|postfix|infix|"
    r"dynamic|optional)\s+)*"
)
DECLARATION = re.compile(
    r"^(?P<indent>[ \t]*)(?P<modifiers>" + MODIFIERS + r")"
    r"(?P<keyword>class|struct|enum|actor|protocol|extension|func|init|deinit|subscript|var|let|typealias|case)"
    r"(?P<rest>\b.*)$",
    re.M,
)
TYPES = {"class", "struct", "enum", "actor", "protocol", "extension"}


def load(path: str) -> SwiftFile:
    with open(path, encoding="utf-8") as handle:
        text = handle.read()
    source = SwiftFile(path, text, blank(text))
    _find_declarations(source)
    return source


def _find_declarations(source: SwiftFile) -> None:
    code, raw_lines = source.code, source.text.split("\n")
    pairs = _matching_braces(code)
    scopes = []  # (start, end, name) of type bodies and (start, end, None) of function bodies
    for match in DECLARATION.finditer(code):
        start = match.start("keyword")
        while scopes and scopes[-1][1] < start:
            scopes.pop()
        if any(scope[2] is None for scope in scopes):
            continue  # local to a function body
        keyword, modifiers = match.group("keyword"), match.group("modifiers")
        open_at, signature = _body(code, match.end("keyword"), keyword)
        close_at = pairs.get(open_at, open_at) if open_at is not None else start + len(signature)
        name = _name(keyword, match.group("rest"))
        line = code.count("\n", 0, start) + 1
        parent = ".".join(scope[2] for scope in scopes if scope[2])
        source.declarations.append(
            Declaration(
                keyword, name, line, code.count("\n", 0, max(close_at, start)) + 1, len(scopes), _access(modifiers),
                parent, _documented(raw_lines, line), signature, modifiers, open_at is not None,
            )
        )
        if open_at is not None:
            scopes.append((open_at, close_at, name if keyword in TYPES else None))


def _matching_braces(code: str) -> dict:
    pairs, stack = {}, []
    for position, char in enumerate(code):
        if char == "{":
            stack.append(position)
        elif char == "}" and stack:
            pairs[stack.pop()] = position
    return pairs


def _body(code: str, start: int, keyword: str):
    """Where the body of a declaration opens, and its signature."""
    if keyword in ("case", "typealias"):
        return None, code[start : code.find("\n", start)]
    depth, j = 0, start
    while j < len(code):
        char = code[j]
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "{" and depth == 0:
            return j, code[start:j]
        elif char == "=" and depth == 0 and keyword in ("var", "let"):
            return None, code[start:j]
        elif char in "}":
            return None, code[start:j]
        elif char == "\n" and depth == 0 and keyword not in TYPES:
            following = code[j:].lstrip()[:40]
            if not re.match(r"(\{|->|where\b|throws\b|async\b|rethrows\b)", following):
                return None, code[start:j]
        j += 1
    return None, code[start:]


def _name(keyword: str, rest: str) -> str:
    if keyword in ("init", "deinit", "subscript"):
        return keyword
    match = re.match(r"\s*([\w.`]+|[^\w\s(]+)", rest)
    return match.group(1).strip("`") if match else ""


def _access(modifiers: str) -> str:
    for level in ("public", "open", "package", "private", "fileprivate"):
        if re.search(rf"\b{level}\b(?!\()", modifiers):
            return level
    return "internal"


def _documented(raw_lines: list, line: int) -> bool:
    j = line - 2
    while j >= 0 and raw_lines[j].strip().startswith(("@", "nonisolated")):
        j -= 1
    return j >= 0 and raw_lines[j].strip().startswith("///")
