"""Decisions near to some words, for the eyes of the one who acts, and lists of them ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.audience import AFFECTED
from bot.core.context import Context
from bot.features.decisions import finding
from bot.features.decisions.finding_messages import Found
from bot.features.decisions.loading import eyes
from storage import decision_lists, decision_shape, decisions, directory, search_near, title_words
from storage.decisions import Decision

RELATED, EACH = 3, 20


def near(ctx: Context, searches: Sequence[tuple[str, ...]], each: int = EACH) -> list[list[int]]:
    """The newest numbers that each search finds."""
    return search_near.near(ctx.db, ctx.network.id, searches, eyes(ctx).marks(), each)


def related(ctx: Context, title: str, *, but: Sequence[int] = ()) -> list[Found]:
    """Earlier decisions whose titles share words with a title; asked before the new one is stored."""
    words = finding.content_words(title, finding.empty_words(ctx.words), finding.WORDS_OF_A_TITLE)
    found = title_words.sharing(ctx.db, eyes(ctx), words, RELATED + len(but))
    return listed(ctx, [d for d in found if d.number not in but][:RELATED])


def listed(ctx: Context, shown: Sequence[Decision]) -> list[Found]:
    """With their groups' names, and by what they were replaced where that may be read."""
    if not shown:
        return []
    groups = {ctx.acting_as.id: ctx.acting_as} if ctx.acting_as else {}
    others = sorted({d.group_id for d in shown} - groups.keys())
    groups |= directory.groups_by_id(ctx.db, ctx.network.id, others) if others else {}
    past = [d.number for d in shown if d.status in ("superseded", "reversed")]
    later = decision_shape.replacing(ctx.db, ctx.network.id, past)
    readable = {d.number for d in decision_lists.those(ctx.db, eyes(ctx), sorted(set(later.values())))}
    return [Found(d, groups[d.group_id].name, later[d.number] if later.get(d.number) in readable else 0) for d in shown]


def named(ctx: Context, shown: Sequence[Found]) -> list[Decision]:
    """All decisions that a list names, as far as it takes to tell who may read them."""
    replacing = decision_lists.those(ctx.db, eyes(ctx), sorted({found.replaced_by for found in shown} - {0}))
    return [_with_groups(ctx, d) for d in (*(found.decision for found in shown), *replacing)]


def _with_groups(ctx: Context, listed: Decision) -> Decision:
    """A list's rows have no affected groups; they are looked up where it depends on them who may read it."""
    return (decisions.find(ctx.db, ctx.network.id, listed.number) or listed) if listed.audience == AFFECTED else listed
