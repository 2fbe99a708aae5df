"""Finds the sentences that the bot says in its code: marked ones, and those that bypass the catalogues."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOT = ROOT / "bot"
FOLDERS = (BOT, ROOT / "adapters")

MARKS = ("mark", "UserError")
METHODS = ("line", "bold", "plural")
# Attributes of declarations and errors; what is put into them is marked where it is written.
DECLARED = ("summary", "description", "template")
SPEAKING = ("Text", "text", "Bold", "Link", "paragraph", "Action", "Quote", "Picture")
"""What a person reads is the first argument of these."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text for the catalogues; `many` is its plural or ""."""

    file: str
    one: str
    many: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere in the code."""

    file: str
    line: int
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.source}"


class Module:
    """One parsed file. `marked`: names of constants that hold marked texts, anywhere in the code."""

    def __init__(self, path: Path, source: str, marked: frozenset[str] = frozenset()) -> None:
        self.file = path.relative_to(ROOT).as_posix()
        self.tree = ast.parse(source)
        self.marked = marked
        self._locals = _local_texts(self.tree)
        self._words = _bound_to_words(self.tree) | {"words"}
        if self.file == "bot/core/language.py":
            self._words |= {"self"}

    def with_marked(self, marked: frozenset[str]) -> Module:
        """Knows the marked constants of all modules, and the local names that are bound to one of them."""
        self.marked = marked
        self.marked |= {name for name, value in _assignments(self.tree) if self._is_constant(value)}
        return self

    def constants(self) -> set[str]:
        """Names at module level that hold marked texts, alone or in a dict or tuple."""
        top = ast.Module([node for node in self.tree.body if isinstance(node, (ast.Assign, ast.AnnAssign))], [])
        return {name for name, value in _assignments(top) if any(_is_mark(node) for node in ast.walk(value))}

    def calls(self) -> Iterator[tuple[ast.Call, int]]:
        """Every marked call, and how many texts it takes (2 for a plural)."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and self._is_marked_call(node):
                yield node, 2 if isinstance(node.func, ast.Attribute) and node.func.attr == "plural" else 1

    def sentences(self) -> Iterator[Sentence]:
        for call, n in sorted(self.calls(), key=lambda found: (found[0].lineno, found[0].col_offset)):
            if n == 2:
                yield Sentence(self.file, *(str(one.value) for one in call.args[:2] if isinstance(one, ast.Constant)))
                continue
            for literal in _literals(self._meant(call.args[0])):
                yield Sentence(self.file, literal)

    def loose(self) -> Iterator[Place]:
        """Marked calls on what no extraction can see: f-strings, sums, variables."""
        for call, n in self.calls():
            yield from (self.place(one) for one in call.args[:n] if not self._is_extractable(one))

    def unmarked(self) -> Iterator[Place]:
        """Literal words given to what people read, and literal sentences anywhere else, outside marked calls."""
        skipped = _not_said(self.tree)
        for call, _ in self.calls():
            skipped |= {id(part) for one in (call, self._meant(call.args[0])) for part in ast.walk(one)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and _name(node.func) in SPEAKING and node.args:
                for part in _shown(node.args[0]):
                    if id(part) not in skipped and _has(part, r"(?<!/)\b[^\W\d_]{2,}"):
                        skipped.add(id(part))
                        yield self.place(part)
            elif id(node) not in skipped and _has(node, r"(?s)^(?!/).*[^\W\d_].* .*[^\W\d_]"):
                yield self.place(node)

    def place(self, node: ast.expr | ast.AST) -> Place:
        return Place(self.file, getattr(node, "lineno", 0), ast.unparse(node))

    def _is_marked_call(self, node: ast.Call) -> bool:
        func = node.func
        if not node.args:
            return False
        if isinstance(func, ast.Attribute) and func.attr in METHODS:
            return self._is_words(func.value)
        return _name(func) in MARKS or self._is_words(func)

    def _is_words(self, node: ast.expr) -> bool:
        """`words`, `ctx.words`, `Words(…)`, or a name bound to one of them."""
        if isinstance(node, ast.Name):
            return node.id in self._words
        return (isinstance(node, ast.Attribute) and node.attr == "words") or (
            isinstance(node, ast.Call) and _name(node.func) == "Words"
        )

    def _meant(self, node: ast.expr) -> ast.expr:
        """The literal text that a local name is bound to, or what was given."""
        return self._locals.get(id(node), node)

    def _is_extractable(self, node: ast.expr) -> bool:
        node = self._meant(node)
        if isinstance(node, ast.IfExp):
            return self._is_extractable(node.body) and self._is_extractable(node.orelse)
        return (isinstance(node, ast.Constant) and isinstance(node.value, str)) or self._is_constant(node)

    def _is_constant(self, node: ast.expr) -> bool:
        match node:
            case ast.IfExp(body=body, orelse=orelse):
                return self._is_constant(body) and self._is_constant(orelse)
            case ast.Name(id=name):
                return name in self.marked
            case ast.Attribute(attr=name):
                return name in self.marked or name in DECLARED
            case ast.Subscript(value=value):
                return self._is_constant(value)
            case ast.Call(func=ast.Attribute(value=value, attr="get"), args=[_, default]):
                return self._is_constant(value) and not isinstance(default, ast.JoinedStr)
            case _:
                return _is_mark(node)


@cache
def modules() -> list[Module]:
    """All code that speaks to people, in a stable order."""
    read = [
        Module(path, path.read_text(encoding="utf-8")) for folder in FOLDERS for path in sorted(folder.rglob("*.py"))
    ]
    marked = frozenset(name for module in read for name in module.constants())
    return [module.with_marked(marked) for module in read]


def _assignments(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = zip(target.elts, node.value.elts, strict=False)
                    yield from ((one.id, value) for one, value in pairs if isinstance(one, ast.Name))
                elif isinstance(target, ast.Name):
                    yield target.id, node.value


def _bound_to_words(tree: ast.AST) -> set[str]:
    bound = {arg.arg for arg in ast.walk(tree) if isinstance(arg, ast.arg) and _is_type(arg.annotation, "Words")}
    for name, value in _assignments(tree):
        is_made = isinstance(value, ast.Call) and _name(value.func) == "Words"
        if is_made or (isinstance(value, ast.Attribute) and value.attr == "words" and _name(value.value) == "ctx"):
            bound.add(name)
    return bound


def _local_texts(tree: ast.AST) -> dict[int, ast.expr]:
    """By the id of each use of a local name: the literal text that the name was last bound to above it."""
    found: dict[int, ast.expr] = {}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        bound = sorted(((value.lineno, name, value) for name, value in _assignments(function)), key=lambda b: b[:2])
        for use in (node for node in ast.walk(function) if isinstance(node, ast.Name)):
            above = [value for line, name, value in bound if name == use.id and line < use.lineno]
            if above and isinstance(above[-1], ast.Constant) and isinstance(above[-1].value, str):
                found[id(use)] = above[-1]
    return found


def _is_type(annotation: ast.expr | None, name: str) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == name


def _name(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        return func.id
    return ""


def _is_mark(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) == "mark"


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _has(node: ast.AST, pattern: str) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(re.search(pattern, node.value))


def _shown(node: ast.expr) -> Iterator[ast.AST]:
    """The parts of an expression that can be its text: no keys, no conditions, no arguments of other calls."""
    match node:
        case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _shown(part)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _shown(body)
            yield from _shown(orelse)
        case ast.BinOp(left=left, right=right):
            yield from _shown(left)
            yield from _shown(right)
        case ast.BoolOp(values=parts):
            for part in parts:
                yield from _shown(part)
        case ast.FormattedValue(value=value):
            yield from _shown(value)
        case ast.Constant():
            yield node
        case _:
            return


def _not_said(tree: ast.AST) -> set[int]:
    """Nodes that nobody is told: docstrings, errors for us, logging, assertions, patterns."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found.add(id(node.value))
        is_ours = isinstance(node, ast.Call) and (
            _name(node.func) in ("LookupError", "ValueError", "Code")
            or (isinstance(node.func, ast.Attribute) and _name(node.func.value) in ("log", "re"))
        )
        if is_ours or isinstance(node, ast.Assert):
            found |= {id(part) for part in ast.walk(node)}
    return found
