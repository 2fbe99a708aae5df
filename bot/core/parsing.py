"""Typed text or form values → the arguments of a command, and back. Raises only UserError, whatever is typed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.core.commands import Args, Command, Field
from bot.core.errors import UserError
from bot.core.grammar import Token, quoted, tokens
from bot.core.kinds import Flag, FreeText, Ids, Many


class FieldError(UserError):
    """A UserError that belongs to one field of the declaration; `understood` is what was read before it."""

    def __init__(self, field: str, error: UserError) -> None:
        super().__init__(error.template, error.example, **error.values)
        self.field = field


def parse(command: Command, typed: str) -> Args:
    """The arguments of `command` in `typed` (without the command's name). Raises UserError or FieldError."""
    texts, rest = _split(command, tokens(typed))
    return build(command, texts | _positional(command, rest))


def build(command: Command, texts: Mapping[str, str]) -> Args:
    """The arguments from the text of each field; an empty text counts as not given. Raises UserError or FieldError."""
    values: dict[str, Any] = {}
    for f in command.fields:
        typed = texts.get(f.name, "")
        if not typed.strip():
            if f.is_required:
                raise FieldError(f.name, UserError("“{field}” is missing.", example(command), field=f.option))
            continue
        try:
            values[f.name] = f.kind.parse(typed)
        except UserError as error:
            raise FieldError(f.name, _with_example(error, command)) from error
    try:
        return command.model(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        reason = UserError("{field}: {reason}.", example(command), field=name, reason=first["msg"])
        raise FieldError(name, reason) from error


def formatted(command: Command, args: Args) -> str:
    """The text that parses to `args`: "decide Use Signal --affects nairobi". What is at its default is left out."""
    words = [command.name]
    options = []
    for f in command.fields:
        value = getattr(args, f.name)
        if value is None or (not f.is_required and value == f.default):
            continue
        shown = f.kind.format(value)
        if f.at is not None:
            words.append(shown if f.at.rest and _reads_back(shown) else quoted(shown))
        elif isinstance(f.kind, Flag):
            options.append(f"--{f.option}")
        else:
            options.append(f"--{f.option}={quoted(shown)}")
    return " ".join(words + options)


def example(command: Command) -> str:
    return command.examples[0] if command.examples else f"/{command.usage}"


def _with_example(error: UserError, command: Command) -> UserError:
    return error if error.example else UserError(error.template, example(command), **error.values)


def _reads_back(text: str) -> bool:
    found = tokens(text)
    return not any(t.name or t.is_quoted for t in found) and " ".join(t.value or "" for t in found) == text


def _split(command: Command, found: list[Token]) -> tuple[dict[str, str], list[Token]]:
    """Options by field name, and the words that are left."""
    texts: dict[str, str] = {}
    rest: list[Token] = []
    at = 0
    while at < len(found):
        token = found[at]
        at += 1
        if not token.name:
            rest.append(token)
            continue
        field = _option(command, token)
        if field is None:
            rest.append(Token(token.raw))
            continue
        if field.name in texts:
            raise FieldError(
                field.name, UserError("“--{option}” is given twice.", example(command), option=field.option)
            )
        texts[field.name], at = _option_value(command, field, token, found, at, is_title_given=bool(rest))
    return texts, rest


def _option(command: Command, token: Token) -> Field | None:
    field = command.by_option.get(token.name)
    if field is not None or token.is_soft:
        return field
    near = difflib.get_close_matches(token.name, command.by_option, n=1, cutoff=0.6)
    if near:
        raise UserError(
            "There is no option “--{option}” here; did you mean “--{near}”?",
            example(command),
            option=token.name,
            near=near[0],
        )
    known = ", ".join(f"--{name}" for name, f in command.by_option.items() if f.at is None and not f.is_hidden)
    if not known:
        raise UserError("There is no option “--{option}” here.", example(command), option=token.name)
    raise UserError(
        "There is no option “--{option}” here. There are: {known}.", example(command), option=token.name, known=known
    )


def _option_value(
    command: Command, field: Field, token: Token, found: list[Token], at: int, *, is_title_given: bool
) -> tuple[str, int]:
    """The option's value and where reading goes on."""
    if isinstance(field.kind, Flag):
        return (token.value if token.value is not None else "yes"), at
    if token.value is not None:
        words = [token.value]
        return (*_more_of_list(field, words, found, at),)
    if at == len(found) or found[at].name:
        raise FieldError(
            field.name, UserError("“--{option}” needs a value behind it.", example(command), option=field.option)
        )
    first = found[at]
    at += 1
    words = [first.value or ""]
    if first.is_quoted or not isinstance(field.kind, FreeText):
        return (*_more_of_list(field, words, found, at),)
    while at < len(found) and not found[at].name and (is_title_given or _has_more_words(found, at)):
        words.append(found[at].value or "")
        at += 1
    return " ".join(words), at


def _has_more_words(found: list[Token], at: int) -> bool:
    """Whether words would be left for the title, behind the options that follow."""
    end = at
    while end < len(found) and not found[end].name:
        end += 1
    return any(t.name == "" for t in found[end + 2 :])


def _more_of_list(field: Field, words: list[str], found: list[Token], at: int) -> tuple[str, int]:
    """Goes on after "a," and before ",b": a list may be typed with blanks behind its commas."""
    if isinstance(field.kind, (Many, Ids)):
        while at < len(found) and not found[at].name and ("," in (words[-1][-1:], (found[at].value or "")[:1])):
            words.append(found[at].value or "")
            at += 1
    return " ".join(words), at


def _positional(command: Command, rest: list[Token]) -> dict[str, str]:
    texts: dict[str, str] = {}
    words = [t.value or "" for t in rest]
    for f in command.positional:
        if f.at is not None and f.at.rest:
            texts[f.name], words = " ".join(words), []
        elif words and (f.is_required or _fits(f, words[0])):
            texts[f.name] = words.pop(0)
    if words:
        raise UserError(
            "“{words}” is more than this command takes. Put what belongs together in quotes.",
            example(command),
            words=" ".join(words),
        )
    return texts


def _fits(field: Field, word: str) -> bool:
    """Whether an optional word is there: what does not parse belongs to what follows it."""
    try:
        field.kind.parse(word)
    except UserError:
        return False
    return True
