"""Whom an urgent decision mentions: those of a group who opted in as on call, in that group's channels, nobody else.

It is kept when the decision is posted, and never looked up again: whoever opts in or out later changes nothing in it,
and an edit of the message notifies nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.context import Context, ViewContext
from bot.core.message import Block, Paragraph, PersonMention, Span, Spans, Text
from storage import on_call
from storage.network import Channel


def mention(ctx: Context, number: int, view: str, channels: Iterable[Channel]) -> None:
    """An urgent decision is posted in these channels by this view: those on call for each one's group are meant."""
    on_call.mention(ctx.db, ctx.network.id, number, view, {channel.id for channel in channels})


def mentioned(ctx: ViewContext, number: int, view: str) -> tuple[Block, ...]:
    """The line that mentions them in the channel for which the view renders; nothing where nobody was on call."""
    people = on_call.mentioned(ctx.db, ctx.network.id, number, view, ctx.channel.id)
    return (Paragraph(ctx.words.line("On call: {people}", people=listed(people, is_addressed=True))),) if people else ()


def listed(people: dict[int, str], *, is_addressed: bool = False) -> Spans:
    """People one after the other, by id and name."""
    spans: list[Span] = []
    for id, name in people.items():
        spans += [Text(", ")] if spans else []
        spans.append(PersonMention(id, name, is_addressed))
    return tuple(spans)
