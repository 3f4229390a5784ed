"""Holds the documentation against the source: layer table, error codes, log calls, links, DocC catalogues.

Each function takes `breach(where, rule, what)` and calls it once per disagreement.
"""

import glob
import os
import re

SHAPES = {"CodedError", "CodedFailure"}
CLASSES = ("transient", "conflict", "waiting", "invalid", "terminal")
LOG_CALL = re.compile(r"\blogger\s*\.\s*(?:trace|debug|info|notice|warning|error|critical|log)\(")


def read(path: str) -> str:
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as handle:
        return handle.read()


def rows(text: str) -> list:
    """The cells of every table row, with its line number; heads and rulers are left out."""
    found, lines = [], text.split("\n")
    for number, line in enumerate(lines, 1):
        ruled = number < len(lines) and re.match(r"\|[-|: ]+\|$", lines[number].strip())
        if line.startswith("|") and not ruled and not re.match(r"\|[-|: ]+\|$", line.strip()):
            found.append((number, [cell.strip() for cell in line.strip().strip("|").split("|")]))
    return found


# --- Layers ---------------------------------------------------------------------------------------------------------


def check_layer_table(table: dict, breach) -> None:
    page, seen = "docs/ARCHITECTURE.md", {}
    expected = {name: int(number) for number, names in table["layers"].items() for name in names}
    for number, cells in rows(read(page)):
        layer = re.fullmatch(r"L(\d)", cells[0])
        for name in re.findall(r"`([\w-]+)`", cells[1]) if layer else []:
            where = f"{page}:{number}"
            if name in seen:
                breach(where, "layer table", f"{name} stands in line {seen[name]} already; keep one row")
            elif name not in expected:
                breach(where, "layer table", f"{name} is not in hack/layers.json; remove the row or add the target")
            elif int(layer.group(1)) != expected[name]:
                breach(where, "layer table", f"{name} is in layer {expected[name]} by hack/layers.json")
            seen[name] = number
    for name in sorted(set(expected) - set(seen)):
        breach(page, "layer table", f"{name} (L{expected[name]} by hack/layers.json) has no row")


# --- Errors ---------------------------------------------------------------------------------------------------------


def check_errors(files: list, breach) -> None:
    page = "docs/errors.md"
    documented, heading = {}, ""
    for line in read(page).split("\n"):
        if line.startswith("#"):
            heading = line.strip("# `")
            documented.setdefault(heading, {})
        code = re.match(r"\| `(\w+)` \| (\w+) \|", line)
        if code:
            documented[heading][code.group(1)] = code.group(2)
    for source in files:
        if source.path.startswith("Tests/"):
            continue
        for domain, where in domains(source):
            if domain not in documented:
                breach(where, "errors", f"{domain} has no section in {page}; say there what a user does")
        for domain, where, codes in code_enums(source):
            listed = documented.get(domain, {})
            for name, retry in codes.items():
                if listed.get(name) != retry:
                    breach(where, "errors", f"{domain} {name} is {retry or 'without a class'}, and "
                           f"{listed.get(name, 'missing')} in {page}")
            for name in sorted(set(listed) - set(codes)):
                breach(page, "errors", f"{domain} has no code {name} any more; remove the row")


def domains(source) -> list:
    """Every type that is an error with a code, by its conformance."""
    found = []
    for declaration in source.declarations:
        if declaration.keyword not in ("struct", "enum", "class", "extension"):
            continue
        inherited = declaration.signature.partition(":")[2].split("where")[0]
        if SHAPES & set(re.findall(r"\w+", inherited)) and declaration.name not in SHAPES:
            name = declaration.name if declaration.keyword == "extension" or not declaration.parent \
                else f"{declaration.parent}.{declaration.name}"
            found.append((name, f"{source.path}:{declaration.line}"))
    return found


def code_enums(source) -> list:
    """The domain, the place and name -> class of every enum of error codes."""
    found, lines, code = [], source.text.split("\n"), source.code.split("\n")
    for declaration in source.declarations:
        if declaration.keyword != "enum" or "ErrorCode" not in declaration.signature:
            continue
        span = range(declaration.line - 1, declaration.end_line)
        cases = dict(re.findall(r"case (\w+) = \"(\w+)\"", "\n".join(lines[k] for k in span)))
        body = " ".join(code[k].strip() for k in span).partition("var retryClass")[2]
        classes = {}
        for names, retry in re.findall(r"case ([^:]+):\s*\.(\w+)", body):
            classes.update({name: retry for name in re.findall(r"\.(\w+)", names)})
        single = re.match(r": RetryClass \{ \.(\w+)", body)
        found.append((declaration.parent, f"{source.path}:{declaration.line}", {
            text: single.group(1) if single else classes.get(name, "") for name, text in cases.items()}))
    return found


# --- Log calls ------------------------------------------------------------------------------------------------------


def check_log_calls(files: list, breach) -> None:
    page = "docs/logging.md"
    known = {name for _, cells in rows(read(page)) for name in re.findall(r"^`(\w+)`$", cells[0])}
    used = set()
    for source in files:
        if source.path.startswith("Tests/"):
            continue
        for match in LOG_CALL.finditer(source.code):
            number = source.code.count("\n", 0, match.start()) + 1
            call = source.text[match.end() : closing(source.code, match.end())]
            message = re.search(r'"((?:\\.|[^"\\])*)"', call.partition("metadata:")[0])
            if message is None or "\\(" in message.group(1):
                breach(f"{source.path}:{number}", "log call", "the message is not one fixed text; put values into metadata")
            for key in re.findall(r'[\[,]\s*"(\w+)"\s*:', call.partition("metadata:")[2]):
                used.add(key)
                if key not in known:
                    breach(f"{source.path}:{number}", "log call", f"metadata key {key} is not in {page}; use one that is")
        for key in re.findall(r'\[metadataKey:\s*"(\w+)"\]', source.text):
            used.add(key)
            if key not in known:
                breach(source.path, "log call", f"metadata key {key} is not in {page}; use one that is")
    for key in sorted(known - used):
        breach(page, "log call", f"metadata key {key} is used nowhere; remove the row")


def closing(code: str, start: int) -> int:
    depth, j = 1, start
    while j < len(code) and depth:
        depth += {"(": 1, ")": -1}.get(code[j], 0)
        j += 1
    return j


# --- Links and catalogues -------------------------------------------------------------------------------------------


def check_links(breach) -> None:
    """Links to files, relative to the page."""
    pages = ["README.md"] + glob.glob("docs/**/*.md", recursive=True) + glob.glob("changelogs/**/*.md", recursive=True)
    for page in pages:
        for number, line in enumerate(read(page).split("\n"), 1):
            for target in re.findall(r"\]\(([^)\s]+)\)", line):
                path = target.partition("#")[0]
                if path and "://" not in path and not os.path.exists(os.path.join(os.path.dirname(page), path)):
                    breach(f"{page}:{number}", "links", f"{target} does not exist")


def check_catalogues(table: dict, breach) -> None:
    """One DocC catalogue per target that others import."""
    for number, names in table["layers"].items():
        for name in names if number != "5" else []:
            page = f"Sources/{name}/{name}.docc/{name}.md"
            if glob.glob(f"Sources/{name}/**/*.swift", recursive=True) and not read(page).startswith(f"# ``{name}``"):
                breach(page, "catalogue", f"is missing or does not begin with # ``{name}``; say purpose, order, invariants")


def check_fragments(breach) -> None:
    """Changelog fragments: the kind of change, an empty line, a sentence."""
    for page in glob.glob("changelogs/unreleased/*"):
        if not re.match(r"(added|changed|fixed|removed)\n\n\S", read(page)) or not page.endswith(".md"):
            breach(f"{page}:1", "changelog", "begin with added, changed, fixed or removed, an empty line, then the sentence")


def check_reasons(breach) -> None:
    """Every reason of a condition, and no other, has a row on the reconciler's page."""
    source, page = "Sources/MeshAPI/Operator/MeshNames.swift", "docs/reconcilers/meshoperator.md"
    body = read(source).partition("enum MeshConditionReason")[2].partition("\n}")[0]
    known = set(re.findall(r'case \w+ = "(\w+)"', body))
    table = read(page).partition("| reason | means |")[2].partition("\n\n")[0]
    listed = {name for line in table.split("\n") for name in re.findall(r"`(\w+)`", line.split("|")[1] if "|" in line[1:] else "")}
    for name in sorted(known ^ listed):
        breach(page, "reasons", f"{name} stands {'in ' + source if name in known else 'here'} only; add or remove its row")
