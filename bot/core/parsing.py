"""Typed text or form values → the arguments of a command, and back. Raises only UserError, whatever is typed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.core.commands import Args, Command, Field
from bot.core.durations import is_unit
from bot.core.errors import UserError
from bot.core.grammar import QUOTES, Token, joined, quoted, tokens
from bot.core.kinds import Choice, DurationKind, Flag, FreeText, Ids, Many, PerRecord

_LONGEST_EXAMPLE = 2000
_LONGEST_SHOWN = 40


class Misread(UserError):
    """A UserError about what was typed. `understood`: (option, text) of what was read all the same.

    `field` is the name of the field at fault, "" where it is none.
    """

    def __init__(self, error: UserError, field: str = "", understood: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(error.template, error.example, **error.values)
        self.field = field or getattr(error, "field", "")
        self.understood = understood


def parse(command: Command, typed: str) -> Args:
    """The arguments of `command` in `typed` (without the command's name). Raises Misread."""
    texts: dict[str, str] = {}
    rest: list[Token] = []
    try:
        _split(command, tokens(typed), texts, rest)
        _positional(command, rest, texts)
        return build(command, texts)
    except UserError as error:
        field = getattr(error, "field", "")
        if rest and len(command.positional) == 1:
            texts.setdefault(command.positional[0].name, joined(rest))
        read = tuple((f.option, texts[f.name]) for f in command.fields if texts.get(f.name) and f.name != field)
        raise Misread(error, field, read) from error


def build(command: Command, texts: Mapping[str, str]) -> Args:
    """The arguments from the text of each field; an empty text counts as not given. Raises Misread."""
    values: dict[str, Any] = {}
    for f in command.fields:
        if isinstance(f.kind, PerRecord):
            values[f.name] = f.kind.gathered(f.name, texts)
            continue
        typed = texts.get(f.name, "")
        if not typed.strip():
            if f.is_required:
                raise Misread(UserError("“{field}” is missing.", example(command), field=f.option), f.name)
            continue
        try:
            values[f.name] = f.kind.parse(typed)
        except UserError as error:
            raise Misread(_with_example(error, command), f.name) from error
    try:
        return command.model(**values)
    except ValidationError as error:
        raise _invalid(command, error) from error


def formatted(command: Command, args: Args) -> str:
    """The text that parses to `args`: "decide Use Signal --affects nairobi". What is at its default is left out."""
    words = [command.name]
    options = []
    is_gap = False
    for f in command.fields:
        value = getattr(args, f.name)
        if value is None or (not f.is_required and value == f.default):
            is_gap = is_gap or f.at is not None
            continue
        shown = f.kind.format(value)
        if f.at is not None and not is_gap:
            words.append(shown if f.at.rest and _reads_back(shown) else quoted(shown))
        elif isinstance(f.kind, Flag):
            options.append(f"--{f.option}")
        else:
            options.append(f"--{f.option}={quoted(shown)}")
    return " ".join(words + options)


def example(command: Command) -> str:
    return command.examples[0] if command.examples else f"/{command.usage}"


def corrected(error: UserError, typed: str) -> str:
    """What was typed, with the word `wrong` of the error replaced by `near`; "" where the error names none."""
    wrong, near = str(error.values.get("wrong", "")), str(error.values.get("near", ""))
    if not wrong or not near or len(typed) > _LONGEST_EXAMPLE:
        return ""
    dashes = "(?:--|[–—―])" if wrong.startswith("--") else ""
    word = rf"(?<![\w-]){dashes}{re.escape(wrong.removeprefix('--'))}(?![\w-])"
    found = list(re.finditer(word, typed, re.IGNORECASE))
    if not found:
        return ""
    # A command stands first, an option once; any other word more likely behind its option than in the title.
    at = found[0] if dashes or not typed[: found[0].start()].strip() else found[-1]
    return f"/{typed[: at.start()]}{near}{typed[at.end() :]}".strip()


def shortened(typed: str) -> str:
    """What somebody typed, short enough to be quoted in a sentence."""
    return typed if len(typed) <= _LONGEST_SHOWN else f"{typed[: _LONGEST_SHOWN - 1]}…"


def _with_example(error: UserError, command: Command) -> UserError:
    return error if error.example else UserError(error.template, example(command), **error.values)


def _invalid(command: Command, error: ValidationError) -> Misread:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    option = next((f.option for f in command.fields if f.name == name), name)
    if first["type"] == "string_too_long":
        most, length = first["ctx"]["max_length"], len(first["input"])
        reason = "“{field}” can be {most} characters long; this is {length}."
        return Misread(UserError(reason, example(command), field=option, most=most, length=length), name)
    reason = "“{field}” is not right: {reason}."
    return Misread(UserError(reason, example(command), field=option, reason=first["msg"]), name)


def _reads_back(text: str) -> bool:
    """Whether it may stand without quotes: nothing in it begins an option or a quote that a later one could close."""
    found = tokens(text)
    return not any(t.name or t.raw[0] in QUOTES for t in found) and " ".join(t.value or "" for t in found) == text


def _split(command: Command, found: list[Token], texts: dict[str, str], rest: list[Token]) -> None:
    """Puts options into `texts` by field name, and the words that are left into `rest`."""
    at = 0
    while at < len(found):
        token = found[at]
        at += 1
        field = _option(command, token) if token.name else None
        if field is None:
            rest.append(token if not token.name else Token(token.raw, raw=token.raw, space=token.space))
            continue
        if field.name in texts:
            raise _given_twice(command, field)
        texts[field.name], at = _option_value(command, field, token, found, at, is_title_given=bool(rest))


def _given_twice(command: Command, field: Field) -> Misread:
    return Misread(UserError("“--{option}” is given twice.", example(command), option=field.option), field.name)


def _option(command: Command, token: Token) -> Field | None:
    """The field of an option; None for a dash of prose. UserError, with the nearest one, for an unknown one."""
    field = command.by_option.get(token.name)
    if field is not None or token.is_soft:
        return field
    wrong = f"--{shortened(token.name)}"
    shown = [f.option for f in command.fields if not f.is_hidden]
    near = difflib.get_close_matches(token.name, shown, n=1, cutoff=0.6)
    if near:
        template = "There is no option “{wrong}” here; did you mean “{near}”?"
        raise UserError(template, example(command), wrong=wrong, near=f"--{near[0]}")
    known = ", ".join(f"--{f.option}" for f in command.fields if f.at is None and not f.is_hidden)
    if not known:
        raise UserError("There is no option “{wrong}” here.", example(command), wrong=wrong)
    template = "There is no option “{wrong}” here. There are: {known}."
    raise UserError(template, example(command), wrong=wrong, known=known)


def _option_value(
    command: Command, field: Field, token: Token, found: list[Token], at: int, *, is_title_given: bool
) -> tuple[str, int]:
    """The option's value and where reading goes on."""
    if isinstance(field.kind, Flag):
        return (token.value if token.value is not None else "yes"), at
    if token.value is not None:
        return _whole_value(field, [token.value], found, at)
    if at == len(found) or found[at].name:
        error = UserError("“--{option}” needs a value behind it.", example(command), option=field.option)
        raise Misread(error, field.name)
    first = found[at]
    if first.is_quoted or not isinstance(field.kind, FreeText):
        return _whole_value(field, [first.value or ""], found, at + 1)
    end = at + 1
    if is_title_given or _has_words_behind(found, at):
        while end < len(found) and not found[end].name:
            end += 1
    return joined(found[at:end]), end


def _has_words_behind(found: list[Token], at: int) -> bool:
    """Whether words would be left for the title, behind the options that follow."""
    end = at
    while end < len(found) and not found[end].name:
        end += 1
    return any(not t.name for t in found[end + 2 :])


def _whole_value(field: Field, words: list[str], found: list[Token], at: int) -> tuple[str, int]:
    """Goes on after "a," and before ",b" of a list, and after the number of "3 weeks"."""
    if isinstance(field.kind, DurationKind) and words[0].isdigit():
        for end in (at + 2, at + 1):
            unit = " ".join(t.raw for t in found[at:end])
            if is_unit(unit):
                return f"{words[0]} {unit}", min(end, len(found))
    if isinstance(field.kind, (Many, Ids)):
        while at < len(found) and not found[at].name and ("," in (words[-1][-1:], (found[at].value or "")[:1])):
            words.append(found[at].value or "")
            at += 1
    return " ".join(words), at


def _positional(command: Command, words: list[Token], texts: dict[str, str]) -> None:
    """Puts what is given by its place into `texts`."""
    left = list(words)
    passed_over: Field | None = None
    for f in command.positional:
        if not left or (not f.is_required and f.at is not None and not f.at.rest and not _fits(f, left[0])):
            passed_over = f if left and isinstance(f.kind, Choice) else passed_over
            continue
        if f.name in texts:
            if f.at is not None and f.at.rest:
                raise _given_twice(command, f)
            continue
        if f.at is not None and f.at.rest:
            texts[f.name], left = joined(left), []
        else:
            texts[f.name] = left.pop(0).value or ""
    if left and passed_over is not None:
        build(command, {**texts, passed_over.name: left[0].value or ""})
    if left:
        template = "“{words}” is more than this command takes. Put what belongs together in quotes."
        raise UserError(template, example(command), words=shortened(joined(left)))


def _fits(field: Field, word: Token) -> bool:
    """Whether an optional word is there: what does not parse, or is quoted text, belongs to what follows it."""
    if word.is_quoted and isinstance(field.kind, Choice):
        return False
    try:
        field.kind.parse(word.value or "")
    except UserError:
        return False
    return True
