"""A form made from a command's declaration, for platforms that show one; others show how to type it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core.commands import Command, Field
from bot.core.context import Context
from bot.core.kinds import Choice
from bot.core.presence import is_here
from bot.core.replies import Form, FormField
from storage import directory
from storage.group_states import PAUSED
from storage.network import Group


def is_bare(command: Command, typed: str, values: Mapping[str, str] | None) -> bool:
    """Whether a command that needs something was given nothing: it is answered with a form."""
    return values is None and not typed.strip() and command.has_form and any(f.is_required for f in command.fields)


def form(ctx: Context, command: Command, values: Mapping[str, str] | None = None) -> Form:
    """The command's form, with `values` (texts by field name) already filled in."""
    known = values or {}
    fields = tuple(_field(ctx, f, known.get(f.name, "")) for f in command.fields if not f.is_hidden)
    hidden = {f.name: known[f.name] for f in command.fields if f.is_hidden and f.name in known}
    return Form(command.name, ctx.words(command.summary), fields, hidden, typed=f"/{command.usage}")


def narrowed(form: Form, *names: str, title: str, typed: str, hint: str = "") -> Form:
    """The form with only the fields of these names, all needed; what is known of the others goes along unseen.

    `typed` does the same as text; `hint` stands beside the last field instead of its own.
    """
    shown = [replace(f, is_required=True) for f in form.fields if f.name in names]
    if hint:
        shown[-1] = replace(shown[-1], hint=hint)
    known = {f.name: f.value for f in form.fields if f.name not in names and f.value}
    return replace(form, title=title, fields=tuple(shown), hidden={**form.hidden, **known}, typed=typed)


def label(field: Field) -> str:
    """What stands beside a field in a form, not yet translated."""
    return field.name.replace("_", " ").capitalize()


def _field(ctx: Context, field: Field, value: str) -> FormField:
    return FormField(
        field.name,
        ctx.words(label(field)),
        ctx.words(field.description) if field.description else "",
        field.kind.widget,
        value,
        field.is_required,
        _options(ctx, field),
    )


def _options(ctx: Context, field: Field) -> tuple[tuple[str, str], ...]:
    if isinstance(field.kind, Choice):
        return tuple((option, ctx.words(option)) for option in field.kind.options)
    if field.option == "as":
        return tuple((group.slug, group.name) for group in _here(ctx) if group.id in ctx.actor.group_ids)
    if field.kind.widget == "groups":
        own = ctx.acting_as.id if ctx.acting_as else None
        return tuple((group.slug, _label(ctx, group)) for group in _here(ctx) if group.id != own)
    if field.kind.widget == "group":
        return tuple((group.slug, group.name) for group in directory.all_groups(ctx.db, ctx.network.id))
    return ()


def _here(ctx: Context) -> list[Group]:
    return [group for group in directory.all_groups(ctx.db, ctx.network.id) if is_here(group)]


def _label(ctx: Context, group: Group) -> str:
    return ctx.words("{group} (paused)", group=group.name) if group.state == PAUSED else group.name
