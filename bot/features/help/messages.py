"""The declarations of commands as messages and in words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.commands import Command, Field, Who
from bot.core.feature import Feature
from bot.core.language import Words, mark
from bot.core.message import Block, Bullets, Code, Fields, Heading, Message, Note, Paragraph, Span, Spans, Text, text

RIGHTS = {
    Who.ALL: mark("anyone in a channel of the network"),
    Who.OWN: mark("members of the deciding group"),
    Who.AFFECTED: mark("members of affected groups"),
    Who.AUTHOR: mark("who wrote it"),
    Who.RAISER: mark("who raised it"),
    Who.PARTY: mark("members of the groups that are part of it"),
    Who.HOST: mark("who hosts it"),
    Who.CIRCLE: mark("facilitators"),
    Who.STEWARD: mark("stewards"),
    Who.HOLDER: mark("who holds the code"),
}


TO_BEGIN_WITH = 2
"""So many commands are explained at once of a feature that does not say which."""


def title(feature: Feature) -> str:
    """What heads a feature's commands, not yet translated."""
    return feature.title or feature.name.replace("_", " ").capitalize()


def first_example(command: Command) -> str:
    return command.examples[0] if command.examples else f"/{command.usage}"


def all_shown(words: Words, features: Sequence[Feature]) -> Message:
    """The answer to `help`: some commands to begin with, each with what it does; then all by name, kind by kind."""
    own = [feature for feature in features if feature.commands]
    begin = [command for feature in own for command in _first(feature)]
    return Message(
        (
            Paragraph(words.line("Type a command in your group’s channel.")),
            Bullets(tuple(_in_list(words, command) for command in begin)),
            Heading(words.line("All commands")),
            Fields(tuple((words(title(feature)), _names(feature.commands)) for feature in own)),
            Note(
                words.line(
                    "More on one of them, or on those of a kind: {command}, {kind}",
                    command=Code("/help decide"),
                    kind=Code("/help windows"),
                )
            ),
        )
    )


def _first(feature: Feature) -> Sequence[Command]:
    named = {command.name: command for command in feature.commands}
    return [named[name] for name in feature.first] or feature.commands[:TO_BEGIN_WITH]


def of_kind(words: Words, features: Sequence[Feature], asked: str) -> Feature | None:
    """The feature that somebody means by a word of its title, in English or their language."""
    for feature in features:
        titles = (title(feature).lower(), words(title(feature)).lower(), feature.name.replace("_", " "))
        if feature.commands and (asked in titles or asked in " ".join(titles).split()):
            return feature
    return None


def kind_shown(words: Words, feature: Feature) -> Message:
    """The commands of a feature, each with what it does and one example."""
    return Message(
        (
            Heading(text(words(title(feature)))),
            Bullets(tuple(_in_list(words, command) for command in feature.commands)),
            Note(words.line("More on one of them: {command}", command=Code(f"/help {feature.commands[0].name}"))),
        )
    )


def beside(features: Sequence[Feature], command: Command) -> tuple[Command, ...]:
    """The other commands of its feature."""
    own = next(feature.commands for feature in features if command in feature.commands)
    return tuple(other for other in own if other is not command)


def _names(commands: Sequence[Command]) -> Spans:
    """ "`decide`, `propose`, …"."""
    spans: list[Span] = []
    for command in commands:
        spans += [Text(", ")] if spans else []
        spans.append(Code(command.name))
    return tuple(spans)


def _in_list(words: Words, command: Command) -> Spans:
    return (Code(first_example(command)), Text(f" – {words(command.summary)}"))


def one_shown(words: Words, command: Command, beside: Sequence[Command] = ()) -> Message:
    """The answer to `help COMMAND`: all that its declaration says, and what is `beside` it."""
    who = words.listed([words(RIGHTS[right]) for right in command.who])
    blocks: list[Block] = [
        Heading(text(f"/{command.name}")),
        Paragraph(text(words(command.summary), ".")),
        Paragraph(text(Code(f"/{command.usage}"))),
    ]
    fields = shown_fields(command)
    if fields:
        blocks.append(Bullets(tuple(_field(words, field) for field in fields)))
    blocks.append(Paragraph(words.line("Who may: {who}.", who=who)))
    if command.examples:
        blocks.append(Paragraph(words.line("For example:")))
        blocks.append(Bullets(tuple(text(Code(example)) for example in command.examples)))
    if beside:
        blocks.append(Note((*words.line("Of the same kind:"), Text(" "), *_names(beside))))
    return Message(tuple(blocks))


def shown_fields(command: Command) -> tuple[Field, ...]:
    """The fields that people type; others are for buttons."""
    return tuple(field for field in command.fields if not field.is_hidden)


def shown_name(field: Field) -> str:
    """ "TITLE" for what is given by its place, "--why" for an option."""
    return field.option.upper() if field.at is not None else f"--{field.option}"


def _field(words: Words, field: Field) -> Spans:
    return (Code(shown_name(field)), Text(f" – {words(field.description)}" if field.description else ""))
