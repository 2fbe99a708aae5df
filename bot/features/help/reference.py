"""The reference page of all commands, as Markdown, from the declarations."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.commands import Command, Field
from bot.core.kinds import Flag
from bot.core.registry import Registry
from bot.features.help.messages import RIGHTS, shown_fields, shown_name, title

_HEAD = """# Commands

Made from the declarations in the code by `python -m tests.checks.reference`; change a command there, not here.

On Slack commands begin with `/`, on Matrix with `!`, in the playground with either; `/mycel <command>` does the same.
Options are `--name value` or `--name=value` and may stand anywhere; quotes keep words together. Where there are forms,
a command that needs something and got nothing opens one.
"""


def reference(registry: Registry) -> str:
    """The whole page, ending in one newline."""
    parts = [_HEAD]
    for feature in registry.features:
        if feature.commands:
            parts.append(f"## {title(feature)}\n")
            parts += ["\n".join(_command(command)) for command in feature.commands]
    return "\n".join(parts)


def _command(command: Command) -> Iterator[str]:
    yield f"### `{command.name}`\n"
    yield f"{command.summary}.\n"
    yield f"```\n/{command.usage}\n```\n"
    fields = shown_fields(command)
    if fields:
        yield "| | kind | |\n|---|---|---|"
        yield from map(_field, fields)
        yield ""
    yield f"Who may: {', '.join(RIGHTS[right] for right in command.who)}.\n"
    if command.examples:
        yield "Examples:\n"
        yield "```\n" + "\n".join(command.examples) + "\n```\n"


def _field(field: Field) -> str:
    needed = " (needed)" if field.is_required else ""
    kind = "" if isinstance(field.kind, Flag) else f"`{field.kind.shown}`"
    return "| " + " | ".join(_cell(text) for text in (f"`{shown_name(field)}`{needed}", kind, field.description)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
