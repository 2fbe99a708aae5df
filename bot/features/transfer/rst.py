"""reStructuredText to plain text, as far as a chat needs it: sections, paragraphs, inline marks. Never fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

RULE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}\s*")
OLD_HEADING = re.compile(r"[A-Z][^.:]{0,70}")
DIRECTIVE = re.compile(r"( *)\.\. ([\w+-]+):: ?(.*)")
COMMENT = re.compile(r"( *)(?:\.\.|__)(?: |$)")
OPTION = re.compile(r"\s+:[\w-]+:")
ITEM = re.compile(r"\s*(?:[-*+•] |\(?(?:\d{1,3}|[a-zA-Z#])[.)] |\| |>>> |\.\.\. |\+[-=]|:\w[\w ]{0,40}: )")
TABLE = re.compile(r"\s*[=+-][=+ -]{3,}[=+-]\s*")
CODE = frozenset({"code", "code-block", "parsed-literal", "sourcecode"})
SPOKEN = frozenset(
    {
        "note",
        "warning",
        "attention",
        "admonition",
        "important",
        "tip",
        "hint",
        "caution",
        "danger",
        "error",
        "rejected",
        "withdrawn",
        "superseded",
        "epigraph",
        "topic",
        "rubric",
        "pull-quote",
    }
)
INLINE = re.compile(
    r"``(?P<literal>[^`]+)``"
    r"|:(?P<role>[A-Za-z][\w.+-]{0,40}(?::[\w.+-]{1,40}){0,2}):`(?P<roled>[^`]+)`"
    r"|`(?P<quoted>[^`]+)`(?:__?)?"
    r"|[ ]?\[[^\[\]\s]{1,40}\]_(?!\w)"
    r"|\*\*(?P<bold>[^*\n]+)\*\*"
    r"|(?<![\w*])\*(?P<italic>[^*\s](?:[^*\n]*[^*\s])?)\*(?![\w*])"
    r"|(?<![\w`])(?P<reference>[A-Za-z][A-Za-z0-9-]*)__?(?=[\s,.;:)]|$)"
    r"|\\(?P<escaped>.)"
)
TARGET = re.compile(r"(?P<text>[^<]*)<(?P<target>[^<>]+)>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and everything below it, smaller headings included; `level` 0 is the highest."""

    title: str
    level: int
    text: str


def sections(body: str) -> tuple[str, tuple[Section, ...]]:
    """What stands before the first heading, and all sections in order."""
    lines = body.split("\n")
    marks = list(_headings(lines)) or list(_old_headings(lines))
    found = [
        Section(inline(title), level, "\n".join(lines[below:end]))
        for (_, below, title, level), end in zip(marks, _ends(marks, len(lines)), strict=True)
    ]
    return "\n".join(lines[: marks[0][0]] if marks else lines), tuple(found)


def _ends(marks: list[tuple[int, int, str, int]], last: int) -> list[int]:
    """For each heading the line of the next that is as high or higher."""
    ends: list[int] = []
    following: list[tuple[int, int]] = [(-1, last)]
    for start, _, _, level in reversed(marks):
        while following[-1][0] > level:
            following.pop()
        ends.append(following[-1][1])
        following.append((level, start))
    return ends[::-1]


def _headings(lines: list[str]) -> Iterator[tuple[int, int, str, int]]:
    styles: list[tuple[str, bool]] = []
    for n in range(1, len(lines)):
        rule, title = RULE.fullmatch(lines[n]), lines[n - 1]
        if rule is None or not title.strip() or RULE.fullmatch(title):
            continue
        over = n >= 2 and RULE.fullmatch(lines[n - 2]) is not None
        if not over and (title[0] == " " or (n >= 2 and lines[n - 2].strip())):
            continue
        style = (rule[1], over)
        if style not in styles:
            styles.append(style)
        yield n - 1 - over, n + 1, title.strip(), styles.index(style)


def _old_headings(lines: list[str]) -> Iterator[tuple[int, int, str, int]]:
    """Headings of plain-text records: flush left, with everything else indented."""
    for n, line in enumerate(lines):
        below = next((after for after in lines[n + 1 : n + 4] if after.strip()), "")
        if OLD_HEADING.fullmatch(line.rstrip()) and below[:1] == " " and (n == 0 or not lines[n - 1].strip()):
            yield n, n + 1, line.strip(), 0


def plain(text: str) -> str:
    """The text without markup: paragraphs on one line each, list items on their own, code as it stands."""
    said: list[str] = []
    literal_under: int | None = None
    for block in _blocks(_without_directives(text.split("\n"))):
        indent = min(_indent(line) for line in block)
        if literal_under is not None and indent > literal_under:
            said.append("\n".join(line[literal_under:].rstrip() for line in block))
            continue
        literal_under = _text_indent(block[-1]) if block[-1].rstrip().endswith("::") else None
        paragraph = "\n".join(inline(line) for line in _joined(block))
        said.append(_without_code_mark(paragraph))
    return "\n\n".join(part for part in said if part.strip())


def _without_code_mark(paragraph: str) -> str:
    if not paragraph.endswith("::"):
        return paragraph
    words = paragraph[:-2].rstrip()
    return f"{words}:" if words else ""


def inline(text: str) -> str:
    """One paragraph without inline marks; link addresses stay, in brackets."""
    return re.sub(r"[ \t]{2,}", " ", INLINE.sub(_spoken, text)).strip()


def _spoken(found: re.Match[str]) -> str:
    if found["roled"] is not None:
        return _roled(found["role"], found["roled"])
    if found["quoted"] is not None:
        return _linked(found["quoted"])
    if found["escaped"] is not None:
        return found["escaped"].strip()
    return found["literal"] or found["bold"] or found["italic"] or found["reference"] or ""


def _roled(role: str, text: str) -> str:
    named = TARGET.fullmatch(text)
    if named and named["text"].strip():
        return named["text"].strip()
    if role.lower() in {"pep", "rfc"}:
        return f"{role.upper()} {text.split('#')[0].strip('<> ')}"
    return text.lstrip("~!")


def _linked(text: str) -> str:
    named = TARGET.fullmatch(text)
    if named is None:
        return text
    label, target = named["text"].strip(), named["target"].strip()
    if not label:
        return target
    return f"{label} ({target})" if target.startswith(("http://", "https://")) else label


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _text_indent(line: str) -> int:
    """Where a line's own words begin: below a list item, only what is indented deeper than these is code."""
    item = ITEM.match(line)
    return item.end() if item else _indent(line)


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    for filled, block in groupby(lines, key=lambda line: bool(line.strip())):
        if filled:
            yield list(block)


def _joined(block: list[str]) -> list[str]:
    if any(RULE.fullmatch(line) for line in block[:2]):
        block = [line for line in block if not RULE.fullmatch(line)]
    if any(TABLE.fullmatch(line) for line in block):
        return [line.strip() for line in block if not TABLE.fullmatch(line)]
    joined: list[list[str]] = []
    for line in block:
        if joined and not ITEM.match(line):
            joined[-1].append(line.strip())
        else:
            joined.append([line.strip()])
    return [" ".join(parts) for parts in joined]


def _without_directives(lines: list[str]) -> list[str]:
    """The lines a reader sees: notes without their marker, code as a literal block, pictures and targets gone."""
    kept: list[str] = []
    hidden_under: int | None = None
    in_options = False
    for line in lines:
        if hidden_under is not None and (not line.strip() or _indent(line) > hidden_under):
            continue
        hidden_under = None
        if in_options and OPTION.match(line):
            continue
        in_options = False
        if found := DIRECTIVE.fullmatch(line):
            kept += _opening(found)
            in_options = found[2] in CODE | SPOKEN
            hidden_under = None if in_options else len(found[1])
        elif found := COMMENT.match(line):
            hidden_under = len(found[1])
        else:
            kept.append(line)
    return kept


def _opening(directive: re.Match[str]) -> list[str]:
    indent, name, argument = directive.groups()
    if name in CODE:
        return ["", f"{indent}::", ""]
    # A note's text may begin on its marker's line and go on below, indented deeper: one paragraph.
    return [f"{indent}   {argument}"] if name in SPOKEN and argument.strip() else [""]
